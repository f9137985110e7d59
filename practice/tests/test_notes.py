import pytest

from accounts.tests.factories import UserFactory, UserSettingsFactory
from config.ids import new_id
from learning.models import Evidence
from learning.tests.learners import START, ConceptFactory
from practice.decks.cloze import filled, gap_numbers
from practice.decks.errors import InvalidDeck, InvalidNote
from practice.decks.services import (
    NewNote,
    add_note,
    add_notes,
    create_deck,
    default_deck,
    delete_deck,
    delete_notes,
    move_notes,
    tag_notes,
    update_note,
)
from practice.models import Card, CardSchedule, Deck, DeckMember, Note
from practice.tests.factories import DeckFactory

pytestmark = pytest.mark.django_db


def test_gaps_that_open_and_never_close_are_none():
    assert gap_numbers("{{c1::" * 50_000) == []
    assert filled("{{c1::a}}" + "{{c2::" * 50_000) == "a" + "{{c2::" * 50_000


@pytest.mark.parametrize(
    ("kind", "front", "ordinals"),
    [
        ("basic", "la manzana", [0]),
        ("reversed", "la manzana", [0, 1]),
        ("typed", "the apple", [0]),
        ("listening", "la manzana", [0]),
        ("cloze", "{{c1::Busco}} una {{c2::manzana::fruit}} {{c1::roja}}", [0, 1]),
        ("cloze", "{{c3::Busco}} una manzana", [2]),
    ],
)
def test_a_note_makes_the_cards_of_its_kind(kind, front, ordinals):
    note = add_note(deck=DeckFactory(), front=front, back="the apple", kind=kind)
    assert sorted(note.cards.values_list("ordinal", flat=True)) == ordinals


@pytest.mark.parametrize(
    ("note", "field"),
    [
        ({"front": " ", "back": "the apple"}, "front"),
        ({"front": "la manzana", "back": ""}, "back"),
        ({"front": "no gap", "kind": "cloze"}, "front"),
        ({"front": "la manzana", "back": "x", "kind": "picture"}, "kind"),
        ({"front": "la manzana", "back": "x", "tags": ["t" * 101]}, "tags"),
        ({"front": "x" * 10_001, "back": "x"}, "front"),
        ({"front": "".join(f"{{{{c{n}::x}}}}" for n in range(1, 52)), "kind": "cloze"}, "front"),
    ],
)
def test_a_note_that_makes_no_card_is_refused_by_field(note, field):
    deck = DeckFactory()
    with pytest.raises(InvalidNote) as refusal:
        add_note(deck=deck, **note)
    assert list(refusal.value.details) == [field]
    assert not Note.objects.exists()


def test_cards_are_new_to_the_owner_and_to_those_it_is_shared_with():
    deck, ben = DeckFactory(), UserFactory(name="Ben")
    DeckMember.objects.create(deck=deck, user=ben)
    add_note(deck=deck, front="la manzana", back="the apple", kind="reversed")
    add_note(deck=deck, front="el pan", back="the bread")
    for learner in (deck.owner, ben):
        rows = CardSchedule.objects.filter(learner=learner, deck=deck, state="new")
        assert list(rows.order_by("position").values_list("position", flat=True)) == [0, 1, 2]


def test_the_same_source_makes_one_card():
    deck, source = DeckFactory(), new_id()
    notes = [
        add_note(deck=deck, front="una", back="un", source_type="corrections", source_id=source)
        for _ in range(2)
    ]
    assert notes[0] == notes[1]
    assert Card.objects.count() == 1


def test_the_same_guid_is_passed_over():
    deck = DeckFactory()
    notes = [NewNote("uno", "one", guid="a"), NewNote("dos", "two", guid="a")]
    assert [note.front for note in add_notes(deck=deck, notes=notes)] == ["uno"]
    assert add_notes(deck=deck, notes=notes) == []


def test_one_bad_note_of_many_and_nothing_is_added():
    deck = DeckFactory()
    with pytest.raises(InvalidNote):
        add_notes(deck=deck, notes=[NewNote("uno", "one"), NewNote("", "two")])
    assert not Note.objects.exists()


def test_many_notes_cost_as_many_queries_as_few(django_assert_num_queries):
    deck = DeckFactory()
    for count in (2, 200):
        notes = [NewNote(f"front {count} {n}", "back", guid=f"{count}-{n}") for n in range(count)]
        with django_assert_num_queries(8):
            add_notes(deck=deck, notes=notes)


def test_a_card_is_about_what_its_source_showed():
    deck, concept, source = DeckFactory(), ConceptFactory(), new_id()
    Evidence.objects.create(
        learner=deck.owner,
        concept=concept,
        surface="conversation",
        correct=False,
        source_type="conversations.correction",
        source_id=source,
        occurred_at=START,
    )
    note = add_note(
        deck=deck,
        front="una",
        back="un",
        source_type="conversations.correction",
        source_id=source,
    )
    assert note.concept == concept


def test_an_edit_adds_and_removes_cards_and_keeps_the_others():
    deck = DeckFactory()
    note = add_note(deck=deck, front="{{c1::uno}} {{c2::dos}}", kind="cloze")
    kept = note.cards.get(ordinal=1)
    update_note(note=note, front="uno {{c2::dos}} {{c3::tres}}", tags=[" a ", "a"])
    assert set(note.cards.values_list("ordinal", flat=True)) == {1, 2}
    assert note.cards.get(ordinal=1) == kept
    assert CardSchedule.objects.filter(deck=deck).count() == 2
    assert note.tags == ["a"]


def test_tags_come_and_go():
    deck = DeckFactory()
    notes = [add_note(deck=deck, front=front, back="x", tags=["old"]) for front in ("a", "b")]
    assert tag_notes(notes=notes, add=["new"], remove=["old"]) == 2
    assert tag_notes(notes=notes, add=["new"]) == 0
    assert Note.objects.filter(tags=["new"], search="a x new").exists()


def test_notes_move_with_their_schedules_but_not_onto_one_alike():
    deck, other = DeckFactory(), None
    other = DeckFactory(owner=deck.owner)
    note = add_note(deck=deck, front="a", back="x", guid="1")
    twin = add_note(deck=deck, front="b", back="x", guid="2")
    add_note(deck=other, front="b", back="x", guid="2")
    CardSchedule.objects.filter(card__note=note).update(state="review", due_at=START)
    assert move_notes(notes=[note, twin], deck=other) == [note]
    moved = CardSchedule.objects.get(card__note=note)
    assert (moved.deck, moved.card.deck, moved.state) == (other, other, "review")


def test_deleting_notes_takes_their_cards():
    deck = DeckFactory()
    delete_notes(notes=[add_note(deck=deck, front="a", back="x")])
    assert not CardSchedule.objects.exists()


def test_single_cards_have_one_deck_in_each_language():
    ana = UserFactory()
    deck = default_deck(learner=ana, language="es")
    assert default_deck(learner=ana, language="es") == deck
    assert deck.name == "My Spanish cards"
    assert default_deck(learner=ana, language="fr") != deck
    delete_deck(deck=deck, now=START)
    assert default_deck(learner=ana, language="es") != deck


def test_new_decks_begin_with_the_learners_scheduler():
    ana = UserSettingsFactory(learning={"scheduler": "sm2"}).user
    assert default_deck(learner=ana, language="es").scheduler == "sm2"
    assert create_deck(owner=ana, name="Words").scheduler == "sm2"
    assert create_deck(owner=UserFactory(), name="Words").scheduler == "fsrs"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"language": "tlh"}, "language"),
        ({"scheduler": "leitner"}, "scheduler"),
        ({"desired_retention": 0.5}, "desired_retention"),
        ({"new_per_day": -1}, "new_per_day"),
        ({"learning_steps": [0]}, "learning_steps"),
    ],
)
def test_a_deck_that_cannot_be_is_refused_by_field(wrong, field):
    with pytest.raises(InvalidDeck) as refusal:
        create_deck(owner=UserFactory(), **({"name": "Words"} | wrong))
    assert list(refusal.value.details) == [field]
    assert not Deck.objects.exists()
