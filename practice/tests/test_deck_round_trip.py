"""A deck that leaves as a file and comes back, to another learner, is the same deck."""

import csv
import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from config.ids import new_id
from practice.decks.exchange.exporting import export_deck
from practice.decks.exchange.importing import begin_import, request_import
from practice.decks.services import add_note, create_deck, credit_use, review_card, suspend
from practice.models import Card, CardSchedule, Deck, ReviewLog
from practice.tests.factories import schedule_of

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 5, 9, 30, 12, 345678, tzinfo=UTC)
NOW = START + timedelta(days=30)
PNG, MP3 = b"\x89PNG\r\n\x1a\n" + b"0" * 20, b"ID3" + b"1" * 30


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ana():
    return UserFactory(name="Ana Torres", timezone="Europe/Madrid")


@pytest.fixture
def ben():
    return UserFactory(name="Ben Okoro", timezone="Europe/Madrid")


def add(deck, front, back="", **more):
    note = add_note(deck=deck, front=front, back=back, **more)
    Card.objects.filter(note=note).update(created_at=START)
    return list(note.cards.order_by("ordinal"))


def review(deck, card, *ratings):
    """Each card at a minute of its own, as nobody reviews two at once."""
    for day, rating in enumerate(ratings):
        at = START + timedelta(days=4 * day, minutes=len(card.note.front), milliseconds=7 * day)
        review_card(
            learner=deck.owner,
            card=card,
            rating=rating,
            client_id=new_id(),
            duration_ms=4200 + day,
            reviewed_at=at,
            now=NOW,
        )


def make_deck(owner, scheduler="fsrs"):
    deck = create_deck(
        owner=owner,
        name="Español::Comida",
        language="es",
        description="From the <market>\nin town",
        scheduler=scheduler,
        new_per_day=7,
    )
    sound, picture = ContentFile(MP3, "a.mp3"), ContentFile(PNG, "a.png")
    [apple] = add(
        deck,
        "la manzana <roja> & más\n[sound:x.mp3]  ¿no?",
        "the apple\u00a0!",
        tags=["fruit", "on the market"],
        example="Como una manzana.",
        audio=sound,
        image=picture,
        fields={"Plural": "manzanas", "n": [1, 2]},
    )
    dog, back = add(deck, "el perro", "the dog", kind="reversed")
    one, two = add(deck, "Yo {{c1::soy::to be}} {{c2::Ana & Co}}", "I am", kind="cloze")
    [typed] = add(deck, "hello", "hola", kind="typed")
    [heard] = add(deck, "buenos días", "", kind="listening", language="fr")
    review(deck, apple, 3, 4, 1, 3)
    review(deck, back, 3)
    review(deck, two, 1)
    review(deck, typed, 4, 4, 3)
    suspend(learner=owner, cards=[heard.pk, typed.pk])
    CardSchedule.objects.filter(card=dog).update(position=42)
    return deck


def seen(deck, *, exact):
    """All of a deck that a file should hold; times as exact as the file's format is."""

    def moment(at, digits):
        if at is None or exact:
            return at
        return at.replace(microsecond=at.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))

    def schedule(card):
        row = CardSchedule.objects.get(card=card, learner=deck.owner)
        names = "state step stability difficulty ease_factor interval_days reviews lapses suspended"
        told = {name: getattr(row, name) for name in names.split()}
        # Anki's steps fall due at whole seconds, its log is in milliseconds.
        told["due_at"] = moment(row.due_at, 0)
        told["last_review"] = moment(row.last_review, 3)
        told["position"] = row.position if row.state == "new" else None
        return told

    def log(row):
        told = {name: getattr(row, name) for name in ("rating", "scheduler", "duration_ms")}
        keys = ("state", "interval_days")
        told |= {f"before {key}": row.before[key] for key in keys if exact or key == "state"}
        told |= {f"after {key}": row.after[key] for key in keys}
        return told | {"at": moment(row.reviewed_at, 3)}

    def note(row):
        names = "guid kind front back example tags language fields"
        told = {name: getattr(row, name) for name in names.split()}
        for name in ("audio", "image"):
            file = getattr(row, name)
            told[name] = file.read() if file else None
        told["cards"] = {
            card.ordinal: (
                schedule(card),
                [log(one) for one in card.reviews.filter(weight=1).order_by("reviewed_at")],
            )
            for card in row.cards.order_by("ordinal")
        }
        return told

    about = {name: getattr(deck, name) for name in ("name", "description", "language")}
    return about, [note(row) for row in deck.notes.order_by("pk")]


def sent(deck, to, format, learner=None):
    """The deck that another learner has of the exported file."""
    exported = export_deck(deck=deck, learner=learner or deck.owner, format=format, now=NOW)
    upload = SimpleUploadedFile(exported.name, exported.file.read())
    row = begin_import(row=request_import(learner=to, upload=upload, language="es"), now=NOW)
    assert row.result["skipped"] == 0
    return row.deck


@pytest.mark.parametrize("scheduler", ["fsrs", "sm2"])
@pytest.mark.parametrize("format", ["apkg", "apkg-newest", "json"])
def test_a_deck_comes_back_equal(ana, ben, format, scheduler):
    deck = make_deck(ana, scheduler)
    arrived = sent(deck, ben, format)
    exact = format == "json"
    assert arrived.owner == ben
    assert seen(arrived, exact=exact) == seen(deck, exact=exact)
    assert ReviewLog.objects.filter(learner=ben).count() == 9
    # And once more, from the second learner back to a third.
    third = sent(arrived, UserFactory(timezone="Europe/Madrid"), format)
    assert seen(third, exact=exact) == seen(deck, exact=exact)


@pytest.mark.parametrize("format", ["apkg", "apkg-newest", "json"])
def test_ones_own_export_changes_nothing_of_ones_own(ana, format):
    deck = make_deck(ana)
    before = seen(deck, exact=True)
    logs = list(ReviewLog.objects.order_by("pk").values_list("pk", "client_id"))
    arrived = sent(deck, ana, format)
    assert arrived == deck
    assert seen(deck, exact=True) == before
    assert list(ReviewLog.objects.order_by("pk").values_list("pk", "client_id")) == logs


def test_sm2s_five_ratings_survive(ana, ben):
    deck = create_deck(owner=ana, name="Five", scheduler="sm2")
    [card] = add(deck, "uno", "one")
    review(deck, card, 1, 2, 3, 4, 5)
    sent(deck, ben, "apkg")
    logs = ReviewLog.objects.filter(learner=ben).order_by("reviewed_at")
    assert list(logs.values_list("rating", "scheduler")) == [(n, "sm2") for n in range(1, 6)]


def test_json_keeps_how_the_deck_is_studied(ana, ben):
    assert sent(make_deck(ana), ben, "json").new_per_day == 7


def test_right_uses_elsewhere_survive_in_json_and_are_no_reviews_for_anki(ana, ben):
    from learning.models import Concept

    concept = Concept.objects.create(kind="lemma", language="es", slug="uno", name="uno")
    deck = create_deck(owner=ana, name="Uses", language="es")
    [card] = add(deck, "uno", "one", concept=concept)
    review(deck, card, 4)
    credit_use(
        learner=ana,
        concepts=[concept],
        weight=0.5,
        source_type="conversations.message",
        source_id=new_id(),
        now=NOW - timedelta(days=20),
    )
    assert ReviewLog.objects.filter(weight=0.5).count() == 1
    sent(deck, ben, "json")
    assert ReviewLog.objects.filter(learner=ben).count() == 2
    carl = UserFactory()
    sent(deck, carl, "apkg")
    assert ReviewLog.objects.filter(learner=carl).count() == 1


def test_a_deck_with_those_below_it(ana, ben):
    above = create_deck(owner=ana, name="Español")
    add(above, "uno", "one")
    make_deck(ana)
    create_deck(owner=ana, name="Españolito")
    sent(above, ben, "apkg")
    names = Deck.objects.filter(owner=ben).order_by("name").values_list("name", flat=True)
    assert list(names) == ["Español", "Español::Comida"]


def test_who_does_not_study_a_deck_exports_no_schedule(ana, ben):
    deck = make_deck(ana)
    arrived = sent(deck, ben, "apkg", learner=ben)
    assert arrived.notes.count() == 5
    assert not CardSchedule.objects.filter(learner=ben).exclude(state="new").exists()
    assert not ReviewLog.objects.filter(learner=ben).exists()


def test_a_table_brings_the_text_back(ana, ben):
    deck = make_deck(ana)
    arrived = sent(deck, ben, "csv")
    told = "kind front back example tags guid"

    def texts(one):
        rows = one.notes.order_by("pk")
        return [[getattr(row, name) for name in told.split()] for row in rows]

    assert texts(arrived) == texts(deck)


def test_a_spreadsheet_runs_nothing_of_a_table(ana, ben):
    deck = create_deck(owner=ana, name="Formulas")
    for front in ("=HYPERLINK(1)", "-ar", "+1", "@x", "'quoted"):
        add(deck, front, "-er")
    file = export_deck(deck=deck, learner=ana, format="csv", now=NOW).file.read()
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))[1:]
    assert [row[0] for row in rows] == ["'=HYPERLINK(1)", "'-ar", "'+1", "'@x", "''quoted"]
    arrived = sent(deck, ben, "csv")
    fronts = arrived.notes.order_by("pk").values_list("front", flat=True)
    assert list(fronts) == ["=HYPERLINK(1)", "-ar", "+1", "@x", "'quoted"]


def test_the_package_is_one_that_old_and_new_anki_open(ana, tmp_path):
    """The tables, ids and lists Anki 2.0 and 2.1 look for; the newest reads them too."""
    file = export_deck(deck=make_deck(ana), learner=ana, format="apkg", now=NOW).file
    with zipfile.ZipFile(file) as package:
        names = set(package.namelist())
        assert names == {"collection.anki2", "collection.anki21", "meta", "media", "0", "1"}
        assert package.read("collection.anki2") == package.read("collection.anki21")
        assert package.read("meta") == b"\x08\x02"
        media = json.loads(package.read("media"))
        assert sorted(package.read(member) for member in media) == sorted([MP3, PNG])
        path = tmp_path / "collection"
        path.write_bytes(package.read("collection.anki21"))
    db = sqlite3.connect(path)
    version, settings, models, decks = db.execute(
        "SELECT ver, conf, models, decks FROM col"
    ).fetchone()
    assert (version, json.loads(settings)["schedVer"]) == (11, 2)
    assert {int(key) for key in json.loads(models)} >= {
        row[0] for row in db.execute("SELECT mid FROM notes")
    }
    assert {int(key) for key in json.loads(decks)} >= {
        row[0] for row in db.execute("SELECT did FROM cards")
    }
    widths = {len(row[0].split("\x1f")) for row in db.execute("SELECT flds FROM notes")}
    assert widths == {len(model["flds"]) for model in json.loads(models).values()} == {7}
    db.close()


def test_exports_cost_the_same_however_many_reviews(ana, django_assert_max_num_queries):
    deck = make_deck(ana)
    for format in ("apkg", "apkg-newest", "csv", "json"):
        with django_assert_max_num_queries(12):
            export_deck(deck=deck, learner=ana, format=format, now=NOW).file.close()
    for number in range(20):
        add(deck, f"word {number}", "meaning")
    for format in ("apkg", "apkg-newest", "csv", "json"):
        with django_assert_max_num_queries(12):
            export_deck(deck=deck, learner=ana, format=format, now=NOW).file.close()


def test_a_card_studied_on_is_the_same_card(ana, ben):
    """What comes next is worked out alike from the original and from the copy."""
    deck = make_deck(ana)
    sent(deck, ben, "apkg")
    outcomes = []
    for learner in (ana, ben):
        card = Card.objects.get(deck__owner=learner, note__back="the dog", ordinal=1)
        at = NOW + timedelta(days=1)
        review_card(learner=learner, card=card, rating=3, client_id=new_id(), now=at)
        row = schedule_of(card)
        outcomes.append((row.state, round(row.stability, 6), row.difficulty, row.interval_days))
    assert outcomes[0] == outcomes[1]
