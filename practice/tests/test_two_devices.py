"""Two devices that review one card in the same moment, and what is stored of a review."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connections
from django.utils import timezone

from accounts.tests.factories import UserFactory, UserSettingsFactory
from config.ids import new_id
from practice.decks.services import Answer, NewNote, add_notes, review_batch, reviewing
from practice.decks.services.reading import studied_for_review, with_siblings
from practice.decks.studying import studied
from practice.models import Card, CardSchedule, Deck, DeckMember, ReviewLog, VocabularyItem
from practice.tests.factories import DeckFactory, make_card, schedule_of
from practice.vocabulary.services import NewWord, default_list, save_words


@pytest.fixture
def held_up(monkeypatch):
    """The first device to write waits until the second has tried to, or is done."""
    written, inside = reviewing.write_logs, Event()
    second_done = Event()

    def write(logs):
        if not inside.is_set():
            inside.set()
            second_done.wait(0.7)
        written(logs)

    monkeypatch.setattr(reviewing, "write_logs", write)
    return inside, second_done


def both(learner, first, second, held_up):
    """What came of the answers of two devices, the second sent while the first is being written."""
    # Else the first to come makes them, and the second waits for that instead.
    UserSettingsFactory(user=learner)
    inside, second_done = held_up
    outcomes, failures = {}, []

    def send(name, answer):
        try:
            outcomes[name] = review_batch(learner=learner, answers=[answer], now=timezone.now())[0]
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    one = Thread(target=send, args=("first", first))
    one.start()
    assert inside.wait(10)
    two = Thread(target=lambda: (send("second", second), second_done.set()))
    two.start()
    for thread in (one, two):
        thread.join(20)
    assert failures == []
    return outcomes["first"], outcomes["second"]


@pytest.mark.django_db(transaction=True)
class TestTwoDevices:
    def test_both_reviews_count_one_after_the_other(self, held_up):
        card = make_card(DeckFactory())
        answers = [Answer(card.pk, rating, new_id()) for rating in (3, 1)]
        first, second = both(card.deck.owner, *answers, held_up)
        assert (first.repeated, second.repeated) == (False, False)
        stored = schedule_of(card)
        assert (stored.reviews, stored.version) == (2, 2)
        assert ReviewLog.objects.count() == 2
        assert second.log.before == first.log.after
        # The second was *again*: back to the first step.
        assert (stored.state, stored.step) == ("learning", 0)

    def test_one_review_sent_by_both_is_one(self, held_up):
        card, key = make_card(DeckFactory()), new_id()
        answers = [Answer(card.pk, 3, key) for _ in range(2)]
        first, second = both(card.deck.owner, *answers, held_up)
        assert (first.repeated, second.repeated) == (False, True)
        assert ReviewLog.objects.count() == 1
        assert schedule_of(card).reviews == 1


def in_three_tabs(call):
    """What the call gives in each of three tabs at once."""
    start = Barrier(3)

    def run(_tab):
        start.wait(10)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as tabs:
        return list(tabs.map(run, range(3)))


@pytest.mark.django_db(transaction=True)
class TestTabs:
    def test_a_card_that_all_make_of_one_thing_is_one(self):
        deck, made_of = DeckFactory(), new_id()

        def add():
            there = Deck.objects.get(pk=deck.pk)
            return make_card(there, source_type="tests.thing", source_id=made_of).pk

        assert in_three_tabs(add) == [Card.objects.get().pk] * 3

    def test_a_word_that_all_save_is_one(self):
        ana = UserFactory()
        default_list(owner=ana, language="es")
        word = NewWord(language="es", text="manzana", translation="apple")
        saved = in_three_tabs(lambda: save_words(owner=ana, words=[word])[0])
        assert {one.item for one in saved} == {VocabularyItem.objects.get()}
        assert sum(one.new for one in saved) == 1


@pytest.mark.django_db
class TestWhatIsStored:
    now = datetime(2027, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_is_what_the_service_gives(self, count):
        deck = DeckFactory()
        notes = add_notes(deck=deck, notes=[NewNote(f"f\n\t\\ {n}", "b") for n in range(count)])
        Card.objects.update(created_at=self.now - timedelta(days=9))
        answers = [
            Answer(card.pk, 3, new_id(), self.now - timedelta(days=1), 4200, "fsrs", "Asia/Tokyo")
            for card in Card.objects.filter(note__in=notes)
        ]
        outcomes = review_batch(learner=deck.owner, answers=answers, now=self.now)
        for outcome in outcomes:
            assert fields(ReviewLog.objects.get(pk=outcome.log.pk)) == fields(outcome.log)
            stored = CardSchedule.objects.get(pk=outcome.schedule.pk)
            assert fields(stored) == fields(outcome.schedule)

    def test_rows_are_read_as_the_orm_reads_them(self):
        card = make_card(DeckFactory(), tags=["a, b", 'say "hi"'])
        [schedule] = with_siblings(card.deck.owner, [card.pk])
        assert fields(schedule) == fields(schedule_of(card))
        assert fields(schedule.card) == fields(card)
        assert schedule.card.note.tags == ["a, b", 'say "hi"']

    def test_what_the_notes_of_many_say_can_still_be_read(self):
        deck = DeckFactory()
        cards = [make_card(deck, front) for front in ("el pan", "la sal")]
        found = with_siblings(deck.owner, [card.pk for card in cards])
        assert {one.card.note.front for one in found} == {"el pan", "la sal"}

    @pytest.mark.parametrize("visibility", ["private", "shared", "public"])
    @pytest.mark.parametrize("joined", [True, False])
    def test_the_decks_of_a_review_are_the_decks_one_studies(self, visibility, joined):
        ben = UserFactory(name="Ben")
        own, other = DeckFactory(owner=ben), DeckFactory(visibility=visibility)
        gone = DeckFactory(owner=ben, deleted_at=self.now)
        if joined:
            DeckMember.objects.create(deck=other, user=ben, scheduler="sm2")
        asked = {own.pk, other.pk, gone.pk}
        found, expected = studied_for_review(ben, asked), studied(ben, asked)
        assert found.keys() == expected.keys()
        for deck, one in found.items():
            assert (one.deck, one.options) == (expected[deck].deck, expected[deck].options)


def fields(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
