from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from config.ids import new_id
from practice.decks.exchange.importing import begin_import, request_import
from practice.decks.services import review_card, update_note
from practice.models import Card, CardSchedule, Deck, Note, ReviewLog
from practice.tests.factories import schedule_of
from practice.tests.packages import BEGAN, CLOZE, REVERSED, SHOWN_MANY, TYPED, Package

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
FIRST_DAY = datetime.fromtimestamp(BEGAN, UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
MP3 = b"ID3" + b"1" * 30


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def ana():
    return UserFactory(name="Ana Torres")


@pytest.fixture
def take_in(ana, tmp_path):
    def take(package, **more):
        data = package.build(tmp_path / f"collection-{new_id()}")
        upload = SimpleUploadedFile("Words.apkg", data)
        row = request_import(learner=ana, upload=upload, **more)
        return begin_import(row=row, now=NOW)

    return take


def card_of(front, ordinal=0):
    return Card.objects.get(note__front=front, ordinal=ordinal)


@pytest.mark.parametrize("version", ["anki2", "anki21", "anki21b"])
def test_every_format_of_package_is_read(take_in, version):
    package = Package(version, media={"apple.png": PNG, "manzana é.mp3": MP3})
    package.note(
        ["la <b>manzana</b> [sound:manzana é.mp3]", 'the apple<img src="apple.png">', "mn"],
        tags=" fruit food::red ",
    )
    package.note(["el perro", "the dog"], kind=REVERSED, cards=(0, 1))
    package.note(["hello", "hola"], kind=TYPED)
    package.note(["{{c1::Yo}} {{c2::soy::to be}}", "I am"], kind=CLOZE, cards=(0, 1))
    row = take_in(package, language="es")
    assert (row.status, row.result["notes"], row.result["cards"]) == ("completed", 4, 6)
    assert not row.file
    apple, dog, hello, cloze = Note.objects.order_by("pk")
    assert (apple.kind, apple.front, apple.back) == ("basic", "la manzana", "the apple")
    assert apple.tags == ["fruit", "food::red"]
    assert apple.fields == {"Extra": "mn"}
    assert apple.language == "es"
    assert (apple.audio.read(), apple.image.read()) == (MP3, PNG)
    assert apple.deck.name == "Spanish::Food"
    assert [note.kind for note in (dog, hello, cloze)] == ["reversed", "typed", "cloze"]
    assert (cloze.front, cloze.back) == ("{{c1::Yo}} {{c2::soy::to be}}", "I am")


def test_the_description_and_the_name_of_a_deck_come_along(take_in):
    package = Package(decks={1: "Default", 20: "Spanish::Food::Fruit"})
    package.note(["uno", "one"])
    package.note(["dos", "two"], deck=1)
    take_in(package)
    assert set(Deck.objects.values_list("name", flat=True)) == {"Spanish::Food::Fruit", "Words"}
    assert Deck.objects.get(name="Words").description == "From Anki"


def test_markup_becomes_plain_text(take_in):
    package = Package()
    package.note(
        [
            "<div>uno</div><div>dos<br>tres</div><script>alert(1)</script>",
            "a &lt; b&nbsp;&amp; <i onclick='x()'>c</i><ul><li>d</li></ul>",
        ]
    )
    take_in(package)
    note = Note.objects.get()
    assert note.front == "uno\ndos\ntres"
    assert note.back == "a < b & c\n• d"


def test_gaps_inside_gaps_stand_side_by_side(take_in):
    package = Package()
    package.note(["{{c1::me {{c2::llamo}} Ana}}", ""], kind=CLOZE, cards=(0, 1))
    take_in(package)
    assert Note.objects.get().front == "{{c1::me }}{{c2::llamo}}{{c1:: Ana}}"
    assert Card.objects.count() == 2


def test_a_note_type_with_many_sides_makes_a_note_of_each(take_in):
    package = Package()
    package.note(["ir", "fui", "iré"], kind=SHOWN_MANY, cards=(0, 1, 2))
    row = take_in(package)
    sides = [(note.front, note.back) for note in Note.objects.order_by("pk")]
    assert sides == [("ir", "fui"), ("ir", "iré"), ("fui", "ir\niré")]
    assert take_in(package).result["notes"] == 0
    assert row.result["cards"] == Card.objects.count() == 3


def test_one_side_of_a_pair_is_a_card_of_its_own(take_in):
    package = Package()
    package.note(["el perro", "the dog"], kind=REVERSED, cards=(1,))
    take_in(package)
    note = Note.objects.get()
    assert (note.kind, note.front, note.back) == ("basic", "the dog", "el perro")


def test_what_fsrs_knows_of_a_card_comes_along(take_in):
    package = Package()
    [card] = package.note(
        ["uno", "one"],
        type=2,
        queue=2,
        due=40,
        ivl=20,
        factor=2500,
        reps=5,
        lapses=1,
        data='{"s": 21.5, "d": 4.25, "lrt": 1767350000}',
    )
    at = FIRST_DAY + timedelta(days=20, hours=5, milliseconds=123)
    package.log(card, at, ivl=20, last=5, factor=461, type=1)
    take_in(package)
    schedule = schedule_of(card_of("uno"))
    assert (schedule.state, schedule.stability, schedule.difficulty) == ("review", 21.5, 4.25)
    assert schedule.due_at == datetime(2026, 2, 10, 4, tzinfo=UTC)
    assert (schedule.interval_days, schedule.reviews, schedule.lapses) == (20, 5, 1)
    assert schedule.last_review == at
    log = ReviewLog.objects.get()
    assert (log.rating, log.reviewed_at, log.duration_ms) == (3, at, 5000)
    assert (log.before["interval_days"], log.after["interval_days"]) == (5, 20)
    assert log.after["difficulty"] == pytest.approx(4.249, abs=0.001)


def test_the_ease_of_sm2_comes_along(take_in):
    package = Package()
    package.note(["uno", "one"], type=2, queue=2, due=33, ivl=10, factor=2150, reps=3)
    take_in(package)
    schedule = schedule_of(card_of("uno"))
    assert (schedule.ease_factor, schedule.interval_days) == (2.15, 10)
    assert (schedule.stability, schedule.difficulty) == (None, None)
    assert schedule.last_review == datetime(2026, 1, 24, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"type": 1, "queue": 1, "due": 1_769_940_000, "left": 2002}, ("learning", 0)),
        ({"type": 1, "queue": 1, "due": 1_769_940_000, "left": 1001}, ("learning", 1)),
        ({"type": 3, "queue": 1, "due": 1_769_940_000, "left": 1001, "ivl": 7}, ("relearning", 0)),
        ({"type": 1, "queue": 3, "due": 32, "left": 1001}, ("learning", 1)),
        ({"type": 2, "queue": -1, "due": 32, "ivl": 3}, ("review", None)),
    ],
)
def test_steps_and_cards_held_back(take_in, told, expected):
    package = Package()
    package.note(["uno", "one"], **told)
    take_in(package)
    schedule = schedule_of(card_of("uno"))
    assert (schedule.state, schedule.step) == expected
    assert schedule.suspended == (told["queue"] == -1)
    assert schedule.due_at == datetime(2026, 2, 2, 4, tzinfo=UTC) or told["due"] > 100
    assert schedule.interval_days == told.get("ivl", 0)


def test_a_card_lent_to_a_filtered_deck_is_back_in_its_own(take_in):
    package = Package(decks={1: "Default", 20: "Spanish", 30: "Cram"})
    package.note(["uno", "one"], deck=30, type=2, queue=2, due=-9, ivl=9, odue=35, odid=20)
    take_in(package)
    schedule = schedule_of(card_of("uno"))
    assert schedule.deck.name == "Spanish"
    assert schedule.due_at == datetime(2026, 2, 5, 4, tzinfo=UTC)


def test_new_cards_keep_their_order(take_in):
    package = Package()
    package.note(["uno", "one"], due=7)
    package.note(["dos", "two"], due=3)
    take_in(package)
    order = CardSchedule.objects.order_by("position").values_list("card__note__front", flat=True)
    assert list(order) == ["dos", "uno"]


def test_a_card_made_new_by_hand_keeps_its_history_struck_out(take_in):
    package = Package()
    [card] = package.note(["uno", "one"])
    package.log(card, FIRST_DAY)
    package.log(card, FIRST_DAY + timedelta(days=2), ease=0, ivl=0, factor=0, type=4)
    take_in(package)
    assert ReviewLog.objects.get().undone_at == FIRST_DAY + timedelta(days=2)
    assert schedule_of(card_of("uno")).state == "new"


def reviewed(days=2):
    package = Package(media={"apple.png": PNG})
    fields = ['la manzana<img src="apple.png">', "the apple"]
    [card] = package.note(fields, type=2, queue=2, due=days + 5, ivl=5, reps=2, factor=2500)
    package.log(card, FIRST_DAY, ivl=-600)
    package.log(card, FIRST_DAY + timedelta(days=days), ivl=5, type=1)
    return package


def state():
    tables = (Deck, Note, Card, CardSchedule, ReviewLog)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_the_same_file_again_changes_nothing(take_in, tmp_path):
    take_in(reviewed())
    before, files = state(), sorted((tmp_path / "media" / "cards").rglob("*"))
    row = take_in(reviewed())
    assert state() == before
    assert sorted((tmp_path / "media" / "cards").rglob("*")) == files
    told = {name: row.result[name] for name in ("notes", "updated", "kept", "reviews", "media")}
    assert told == {"notes": 0, "updated": 0, "kept": 1, "reviews": 0, "media": 0}


def test_a_later_file_updates_the_text_and_adds_reviews(take_in):
    take_in(reviewed())
    package = reviewed(days=9)
    package.notes[0] = (*package.notes[0][:6], "la manzana\x1fan apple", *package.notes[0][7:])
    row = take_in(package)
    assert (row.result["updated"], row.result["reviews"]) == (1, 1)
    assert Note.objects.get().back == "an apple"
    assert ReviewLog.objects.count() == 3
    assert schedule_of(Card.objects.get()).due_at == datetime(2026, 1, 15, 4, tzinfo=UTC)


def test_reviews_given_here_are_never_lost(take_in, ana):
    take_in(reviewed())
    card = Card.objects.get()
    Card.objects.update(created_at=FIRST_DAY)
    review_card(learner=ana, card=card, rating=1, client_id=new_id(), now=NOW)
    here = CardSchedule.objects.values().get()
    take_in(reviewed(days=9))
    assert CardSchedule.objects.values().get() == here
    assert ReviewLog.objects.count() == 4


def test_what_was_changed_here_may_be_kept(take_in):
    take_in(reviewed())
    update_note(note=Note.objects.get(), back="mine")
    row = take_in(reviewed(), update=False)
    assert Note.objects.get().back == "mine"
    assert row.result["kept"] == 1


def test_an_update_takes_no_reviewed_card_away(take_in):
    package = Package()
    cards = package.note(["{{c1::Yo}} {{c2::soy}}", ""], kind=CLOZE, cards=(0, 1))
    package.log(cards[1], FIRST_DAY)
    take_in(package)
    later = Package()
    later.note(["{{c1::Yo}} soy", ""], kind=CLOZE)
    row = take_in(later)
    assert row.result["kept"] == 1
    assert (Card.objects.count(), ReviewLog.objects.count()) == (2, 1)


def test_a_file_may_go_into_one_deck(take_in, ana):
    deck = Deck.objects.create(owner=ana, name="Mine", language="fr")
    package = reviewed()
    row = take_in(package, deck=deck)
    assert row.deck == deck
    assert set(Note.objects.values_list("deck__name", "language")) == {("Mine", "fr")}


def test_notes_that_make_no_card_are_named_with_the_reason(take_in):
    package = Package()
    package.note(["", "nothing asked"])
    package.note(["no gap", ""], kind=CLOZE)
    package.note(["x" * 10_001, "long"])
    package.note(["{{c1::image-occlusion:rect:left=1}}", ""], kind=CLOZE)
    package.note(["uno", "one"], kind=404)
    package.note(["good", "bueno"])
    row = take_in(package)
    assert (row.result["notes"], row.result["skipped"]) == (1, 5)
    assert [one["place"] for one in row.result["refused"]] == [1, 2, 3, 4, 5]
    assert row.result["refused"][1]["title"] == "no gap"
    assert all(one["reason"] for one in row.result["refused"])


def test_a_side_of_nothing_but_a_sound_has_a_word(take_in):
    package = Package(media={"a.mp3": MP3, "b.exe": b"MZ" * 20})
    package.note(["[sound:a.mp3]", "the apple"])
    package.note(["[sound:b.exe]", "nothing to hear"])
    take_in(package)
    first, second = Note.objects.order_by("pk")
    assert (first.front, first.audio.read()) == ("(listen)", MP3)
    assert not second.audio
