import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from config.ids import new_id
from practice.decks.services import add_note, join_deck, review_card, share_deck
from practice.models import Card, Deck, DeckMember, Note
from practice.tests.factories import DeckFactory, make_card, schedule_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.RATELIMIT_CACHE_PREFIX = f"rl:{new_id()}:"
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ana(client):
    ana = UserFactory(name="Ana Torres")
    LearnerLanguageFactory(user=ana)
    client.force_login(ana)
    return ana


@pytest.fixture
def deck(ana):
    return DeckFactory(owner=ana)


@pytest.fixture
def bens(ana):
    """A deck that is none of Ana's business."""
    return DeckFactory(owner=UserFactory(name="Ben Okoro"), name="Ben's")


STUDY = {
    "desired_retention": 85,
    "new_per_day": 7,
    "reviews_per_day": 90,
    "scheduler": "fsrs",
    "learning_steps": "30s, 10",
    "relearning_steps": "",
}


def page(client, name, *arguments, data=None, **more):
    address = reverse(f"practice:{name}", args=arguments)
    return client.get(address, more) if data is None else client.post(address, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deck", None),
        ("review_deck", None),
        ("deck_settings", None),
        ("deck_workload", None),
        ("share_deck", None),
        ("new_note", None),
        ("change_cards", {"action": "delete"}),
        ("copy_deck", {}),
        ("join_deck", {}),
        ("delete_deck", {}),
    ],
)
def test_another_learners_deck_is_not_there(client, bens, name, data):
    assert page(client, name, bens.pk, data=data).status_code == 404


def test_nor_are_the_notes_in_it(client, bens):
    note = add_note(deck=bens, front="a", back="b")
    assert page(client, "note", note.pk).status_code == 404
    assert page(client, "delete_note", note.pk, data={}).status_code == 404
    assert page(client, "leave_deck", bens.pk, bens.owner_id, data={}).status_code == 404


class TestShelf:
    def test_an_empty_one_says_what_to_do(self, client, ana):
        assert "No cards yet" in page(client, "decks").content.decode()

    def test_it_names_what_is_left_today(self, client, deck):
        make_card(deck)
        text = page(client, "decks").content.decode()
        assert "1 card is waiting" in text
        assert "Market words" in text

    def test_a_deck_is_made(self, client, ana):
        answer = page(client, "decks", data={"name": "Verbs", "language": "es"})
        deck = Deck.objects.get(owner=ana)
        assert answer.url == reverse("practice:new_note", args=[deck.pk])
        assert page(client, "decks", data={"name": ""}).status_code == 400

    def test_queries_do_not_grow_with_decks(self, client, ana, django_assert_max_num_queries):
        page(client, "decks")
        for _ in range(2):
            with django_assert_max_num_queries(15):
                page(client, "decks")
            for number in range(8):
                make_card(DeckFactory(owner=ana, name=f"Deck {number}"), str(new_id()))


class TestDeck:
    def test_cards_are_shown_found_and_filtered(self, client, deck):
        make_card(deck, "el árbol", "the tree", tags=["wood"])
        make_card(deck, "la manzana", "the apple")
        text = page(client, "deck", deck.pk, q="arbol").content.decode()
        assert "el árbol" in text
        assert "la manzana" not in text
        assert "No card here fits" in page(client, "deck", deck.pk, q="zzz").content.decode()
        assert page(client, "deck", deck.pk, state="odd", page="99").status_code == 200

    def test_what_a_card_says_is_text(self, client, deck):
        make_card(deck, "<script>alert(1)</script>", "<b>x</b>")
        assert "<script>alert(1)" not in page(client, "deck", deck.pk).content.decode()
        assert "<script>alert(1)" not in page(client, "review").content.decode()

    def test_queries_do_not_grow_with_cards(self, client, deck, django_assert_max_num_queries):
        page(client, "deck", deck.pk)
        for _ in range(2):
            with django_assert_max_num_queries(17):
                page(client, "deck", deck.pk)
            for number in range(20):
                make_card(deck, f"{new_id()} {number}")

    def test_the_search_is_kept_when_cards_are_changed(self, client, deck):
        found = f"{reverse('practice:deck', args=[deck.pk])}?q=gato&page=2"
        card = make_card(deck, "el gato")
        address = f"{reverse('practice:change_cards', args=[deck.pk])}?q=gato&page=2"
        assert address.replace("&", "&amp;") in client.get(found).text
        for data in ({"action": "suspend", "cards": [card.pk]}, {}):
            assert client.post(address, data).url == found

    @pytest.mark.parametrize(
        ("data", "left"),
        [({"action": "delete"}, 0), ({"action": "burn"}, 1), ({"action": "move"}, 1)],
    )
    def test_many_cards_are_changed(self, client, deck, data, left):
        card = make_card(deck)
        answer = page(client, "change_cards", deck.pk, data=data | {"cards": [str(card.pk)]})
        assert answer.url == reverse("practice:deck", args=[deck.pk])
        assert Card.objects.filter(deck=deck).count() == left

    def test_nothing_ticked_changes_nothing(self, client, deck, bens):
        mine, other = make_card(deck), make_card(bens, "x", "y")
        for cards in ([], ["junk"], [str(other.pk)]):
            page(client, "change_cards", deck.pk, data={"action": "delete", "cards": cards})
        assert set(Card.objects.all()) == {mine, other}

    def test_it_is_tagged_and_moved(self, client, ana, deck):
        card, other = make_card(deck), DeckFactory(owner=ana, name="Other")
        ticked = {"cards": [str(card.pk)]}
        page(client, "change_cards", deck.pk, data=ticked | {"action": "tag", "tag": "new"})
        assert Note.objects.get().tags == ["new"]
        page(client, "change_cards", deck.pk, data=ticked | {"action": "move", "deck": other.pk})
        assert Card.objects.get().deck == other

    def test_it_is_deleted(self, client, deck):
        page(client, "delete_deck", deck.pk, data={})
        assert page(client, "deck", deck.pk).status_code == 404


class TestSettings:
    def test_they_are_saved_and_shown(self, client, deck):
        data = STUDY | {"name": "Market", "language": "es", "description": ""}
        assert page(client, "deck_settings", deck.pk, data=data).status_code == 302
        deck.refresh_from_db()
        assert (deck.name, deck.desired_retention, deck.learning_steps) == (
            "Market",
            0.85,
            [30, 600],
        )
        assert deck.relearning_steps == []
        text = page(client, "deck_settings", deck.pk).content.decode()
        assert 'value="30s 10m"' in text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"desired_retention": 60},
            {"learning_steps": "soon"},
            {"new_per_day": ""},
            {"learning_steps": "2d"},
        ],
    )
    def test_what_cannot_be_is_refused(self, client, deck, wrong):
        data = STUDY | {"name": "Market"} | wrong
        assert page(client, "deck_settings", deck.pk, data=data).status_code == 400

    def test_a_member_has_settings_of_their_own(self, client, ana, bens):
        share_deck(deck=bens, visibility="shared", emails=[ana.email])
        assert "The deck</h2>" not in page(client, "deck_settings", bens.pk).content.decode()
        page(client, "deck_settings", bens.pk, data=STUDY)
        assert DeckMember.objects.get(user=ana).new_per_day == 7
        bens.refresh_from_db()
        assert bens.new_per_day == 20

    def test_the_chart_follows_the_retention(self, client, deck):
        make_card(deck)
        assert "At 80 %" in page(client, "deck_workload", deck.pk, desired_retention="80").text
        assert "At 90 %" in page(client, "deck_workload", deck.pk, desired_retention="x").text


class TestSharing:
    def test_somebody_is_let_in_and_taken_off(self, client, deck):
        ben = UserFactory(name="Ben Okoro")
        data = {"visibility": "shared", "emails": f" {ben.email}\n"}
        page(client, "share_deck", deck.pk, data=data)
        assert "Ben Okoro" in page(client, "share_deck", deck.pk).text
        page(client, "leave_deck", deck.pk, ben.pk, data={})
        assert not DeckMember.objects.exists()

    def test_an_address_nobody_has_is_said(self, client, deck):
        data = {"visibility": "shared", "emails": "nobody@example.org"}
        answer = page(client, "share_deck", deck.pk, data=data)
        assert answer.status_code == 400
        assert "Nobody here has the address" in answer.text

    def test_a_public_deck_is_studied_copied_and_left(self, client, ana, bens):
        make_card(bens)
        share_deck(deck=bens, visibility="public")
        assert "Ben&#x27;s" in page(client, "public_decks").text
        assert "Ben&#x27;s" not in page(client, "public_decks", q="zebra").text
        page(client, "join_deck", bens.pk, data={})
        assert "1 card is waiting" in page(client, "decks").text
        page(client, "copy_deck", bens.pk, data={})
        assert Deck.objects.filter(owner=ana, copied_from=bens).exists()
        answer = page(client, "leave_deck", bens.pk, ana.pk, data={})
        assert answer.url == reverse("practice:decks")


class TestNotes:
    def write(self, client, deck, **more):
        data = {"kind": "basic", "front": "la manzana", "back": "the apple"} | more
        return page(client, "new_note", deck.pk, data=data)

    def test_one_after_another(self, client, deck):
        answer = self.write(client, deck, kind="reversed", tags="fruit, market")
        assert answer.url.endswith("?kind=reversed")
        assert Note.objects.get().tags == ["fruit", "market"]
        assert client.get(answer.url).context["form"]["kind"].value() == "reversed"

    def test_what_most_cards_need_is_not_called_optional(self, client, deck):
        text = page(client, "new_note", deck.pk).text
        assert '<label class="label" for="id_back">Back</label>' in text
        assert "data-fresh" in text

    def test_the_front_may_be_filled_in_by_the_address(self, client, deck):
        form = page(client, "new_note", deck.pk, front="el paraguas <b>").context["form"]
        assert form["front"].value() == "el paraguas <b>"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"front": ""},
            {"back": ""},
            {"kind": "cloze"},
            {"image": SimpleUploadedFile("x.png", b"no picture at all")},
        ],
    )
    def test_what_makes_no_card_is_refused_with_the_words_kept(self, client, deck, wrong):
        answer = self.write(client, deck, **wrong)
        assert answer.status_code == 400
        assert not Note.objects.exists()

    def test_one_is_edited_with_its_history_beside_it(self, client, ana, deck):
        card = make_card(deck)
        review_card(learner=ana, card=card, rating=3, client_id=new_id(), now=card.created_at)
        assert re.search(r"<span>\s*Good\s*</span>", page(client, "note", card.note_id).text)
        data = {"kind": "typed", "front": "the apple", "back": "la manzana"}
        page(client, "note", card.note_id, data=data)
        assert Note.objects.get().kind == "typed"
        assert schedule_of(card).reviews == 1
        page(client, "delete_note", card.note_id, data={})
        assert not Note.objects.exists()


class TestReview:
    def test_the_first_cards_come_with_the_page(self, client, deck):
        card = make_card(deck)
        text = page(client, "review").text
        assert str(card.pk) in text
        assert '"answerLanguage"' in text
        assert page(client, "review_deck", deck.pk).status_code == 200

    def test_a_card_of_ones_own_is_changed_and_the_review_goes_on(self, client, ana, bens, deck):
        share_deck(deck=bens, visibility="public")
        join_deck(deck=bens, learner=ana)
        own, note = page(client, "review"), make_card(deck).note_id
        assert list(own.context["editable"]) == [deck.pk]
        data = {"kind": "basic", "front": "la pera", "back": "the pear"}
        for place, there in (
            ("review", reverse("practice:review")),
            ("deck", reverse("practice:review_deck", args=[deck.pk])),
            ("https://elsewhere.example", reverse("practice:deck", args=[deck.pk])),
        ):
            address = f"{reverse('practice:note', args=[note])}?from={place}"
            assert there in client.get(address).text
            assert client.post(address, data).url == there

    def test_queries_do_not_grow_with_cards(self, client, deck, django_assert_max_num_queries):
        page(client, "review")
        for _ in range(2):
            with django_assert_max_num_queries(14):
                page(client, "review")
            for number in range(20):
                make_card(deck, f"{new_id()} {number}")


def test_decks_stand_as_one_counts(client, ana):
    for name in ("Unit 10", "unit 2", "Unit 1", "7", "Años"):
        DeckFactory(owner=ana, name=name)
    page = client.get("/decks").content.decode()
    places = [page.index(f">{name}</a>") for name in ("7", "Años", "Unit 1", "unit 2", "Unit 10")]
    assert places == sorted(places)
