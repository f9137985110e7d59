from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.factories import UserFactory
from config.ids import new_id
from practice.decks.queue import counts_by_deck, due_queue
from practice.decks.selectors import cards_of, deck_rows, minutes_for, pace_of
from practice.decks.services import (
    NewNote,
    add_note,
    add_notes,
    bury,
    delete_deck,
    join_deck,
    review_card,
    share_deck,
    suspend,
)
from practice.decks.studying import studied
from practice.decks.workload import workload
from practice.models import Card, CardSchedule, ReviewLog
from practice.tests.factories import DeckFactory, make_card, schedule_of

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def deck():
    return DeckFactory()


def after(days=0, **more):
    return NOW + timedelta(days=days, **more)


def fill(deck, count, **schedule):
    """Cards; with `schedule` all in that state."""
    notes = [NewNote(f"{new_id()}", "b") for _ in range(count)]
    cards = list(Card.objects.filter(note__in=add_notes(deck=deck, notes=notes)).order_by("pk"))
    if schedule:
        CardSchedule.objects.filter(card__in=cards).update(**schedule)
    return cards


def in_review(due, **more):
    return {"state": "review", "due_at": due, "stability": 5.0, "difficulty": 5.0} | more


def rate(learner, card, rating=3, at=NOW, **more):
    more = {"client_id": new_id(), "now": at} | more
    return review_card(learner=learner, card=card.pk, rating=rating, **more)


def asked(learner, now=NOW, **more):
    return [one.card for one in due_queue(learner=learner, now=now, **more).schedules]


class TestOrder:
    def test_steps_first_then_the_longest_overdue_with_new_cards_among_them(self, deck):
        new = fill(deck, 1)
        late = fill(deck, 1, **in_review(after(-3)))
        due = fill(deck, 1, **in_review(after(-1)))
        step = fill(deck, 1, **in_review(after(0, minutes=-1), state="learning", step=0))
        assert asked(deck.owner) == [*step, *late, *due, *new]

    def test_what_is_not_due_yet_is_not_asked(self, deck):
        fill(deck, 1, **in_review(after(0, minutes=1)))
        assert asked(deck.owner) == []

    def test_steps_of_the_next_minutes_come_when_nothing_else_is_left(self, deck):
        soon = fill(deck, 1, **in_review(after(0, minutes=9), state="learning", step=1))
        later = fill(deck, 1, **in_review(after(0, hours=1), state="relearning", step=0))
        new = fill(deck, 1)
        queue = due_queue(learner=deck.owner, now=NOW)
        assert [one.card for one in queue.schedules] == [*new, *soon]
        assert queue.counts.learning == 2
        assert later[0] not in [one.card for one in queue.schedules]

    def test_new_cards_come_in_the_order_they_were_added(self, deck):
        cards = fill(deck, 5)
        assert asked(deck.owner) == cards

    def test_one_side_of_a_note_a_day(self, deck):
        note = add_note(deck=deck, front="la manzana", back="the apple", kind="reversed")
        first, second = note.cards.order_by("ordinal")
        assert asked(deck.owner) == [first]
        rate(deck.owner, first, 4)
        assert asked(deck.owner) == []
        assert asked(deck.owner, now=after(1)) == [second]

    def test_suspended_and_buried_cards_wait(self, deck):
        one, two = fill(deck, 2)
        suspend(learner=deck.owner, cards=[one.pk])
        bury(learner=deck.owner, cards=[two.pk], now=NOW)
        assert asked(deck.owner) == []
        assert asked(deck.owner, now=after(1)) == [two]


class TestLimits:
    def test_a_deck_gives_no_more_new_cards_than_it_says(self, deck):
        deck.new_per_day = 3
        deck.save()
        cards = fill(deck, 5)
        assert asked(deck.owner) == cards[:3]
        rate(deck.owner, cards[0], 4)
        assert asked(deck.owner) == cards[1:3]
        assert asked(deck.owner, now=after(1)) == cards[1:4]

    def test_nor_reviews(self, deck):
        deck.reviews_per_day = 2
        deck.save()
        cards = fill(deck, 4, **in_review(after(-1), last_review=after(-6)))
        rate(deck.owner, cards[0], 3)
        queue = due_queue(learner=deck.owner, now=NOW)
        assert (len(queue.schedules), queue.counts.review) == (1, 1)

    def test_each_deck_has_its_own(self, deck):
        other = DeckFactory(owner=deck.owner, new_per_day=1)
        fill(deck, 2)
        fill(other, 2)
        assert len(asked(deck.owner)) == 3
        assert len(asked(deck.owner, deck=other.pk)) == 1
        counts = counts_by_deck(learner=deck.owner, now=NOW)
        assert (counts[deck.pk].new, counts[other.pk].new) == (2, 1)

    def test_an_undone_review_takes_no_room(self, deck):
        deck.new_per_day = 1
        deck.save()
        [card] = fill(deck, 1)
        rate(deck.owner, card, 3)
        ReviewLog.objects.update(undone_at=NOW)
        CardSchedule.objects.update(state="new")
        assert asked(deck.owner) == [card]

    def test_limits_begin_anew_at_the_learners_hour(self, deck):
        deck.new_per_day = 1
        deck.save()
        one, two = fill(deck, 2)
        rate(deck.owner, one, 4, at=datetime(2027, 3, 2, 3, 59, tzinfo=UTC))
        assert asked(deck.owner, now=datetime(2027, 3, 2, 4, 0, tzinfo=UTC)) == [two]


class TestWhose:
    def test_another_learners_deck_asks_nothing(self, deck):
        fill(deck, 1)
        ben = UserFactory(name="Ben")
        assert asked(ben, deck=deck.pk) == []
        assert due_queue(learner=ben, now=NOW).counts.total == 0

    def test_a_member_has_the_deck_for_as_long_as_it_is_shared(self, deck):
        cards, ben = fill(deck, 2), UserFactory(name="Ben")
        share_deck(deck=deck, visibility="shared", emails=[ben.email.upper()])
        assert asked(ben) == cards
        rate(ben, cards[0], 4)
        assert asked(deck.owner) == cards
        share_deck(deck=deck, visibility="private")
        assert asked(ben) == []

    def test_a_deleted_deck_asks_nothing(self, deck):
        fill(deck, 1)
        delete_deck(deck=deck, now=NOW)
        assert asked(deck.owner) == []


def test_queries_do_not_grow_with_cards_or_decks(deck, django_assert_max_num_queries):
    fill(deck, 1)
    due_queue(learner=deck.owner, now=NOW)
    for _ in range(2):
        with django_assert_max_num_queries(7):
            due_queue(learner=deck.owner, now=NOW)
        with django_assert_max_num_queries(8):
            deck_rows(learner=deck.owner, now=NOW)
        for _ in range(3):
            more = DeckFactory(owner=deck.owner)
            fill(more, 10, **in_review(after(-1)))
            fill(more, 5, **in_review(after(-1), state="learning", step=0))


class TestSearch:
    def found(self, deck, **asked):
        cards = cards_of(decks=[deck.pk], learner=deck.owner, **asked)
        return [card.note.front for card in cards]

    def test_by_a_part_of_a_word_whatever_its_accents(self, deck):
        make_card(deck, "el árbol", "the tree", tags=["Bosque"])
        make_card(deck, "la manzana", "the apple")
        for words in ("arbol", "ÁRB", "tree arb", "bosque"):
            assert self.found(deck, words=words) == ["el árbol"]
        assert self.found(deck, words="% _") == []

    def test_by_tag_kind_and_state(self, deck):
        card = make_card(deck, "uno", "one", tags=["numbers"])
        make_card(deck, "dos", "two", kind="typed")
        assert self.found(deck, tag="numbers") == ["uno"]
        assert self.found(deck, kind="typed") == ["dos"]
        rate(deck.owner, card, 3)
        assert self.found(deck, state="learning") == ["uno"]
        assert self.found(deck, state="new") == ["dos"]
        suspend(learner=deck.owner, cards=[card.pk])
        assert self.found(deck, state="suspended") == ["uno"]


class TestWorkload:
    def ahead(self, deck, **more):
        found = studied(deck.owner, [deck.pk])[deck.pk]
        return workload(learner=deck.owner, found=found, now=NOW, **more)

    def test_it_counts_what_is_due_on_the_days_to_come(self, deck):
        deck.new_per_day = 0
        deck.save()
        fill(deck, 4, **in_review(after(2), stability=500.0, last_review=after(-1)))
        fill(deck, 3, **in_review(after(-2), stability=500.0, last_review=after(-9)))
        assert self.ahead(deck).reviews[:4] == [3, 0, 4, 0]

    def test_more_retention_is_more_work(self, deck):
        fill(deck, 60, **in_review(after(2), last_review=after(-3)))
        loads = [self.ahead(deck, retention=share).a_day for share in (0.75, 0.85, 0.95)]
        assert loads == sorted(loads)
        assert loads[0] < loads[2]

    def test_the_same_question_has_the_same_answer(self, deck):
        fill(deck, 20)
        assert self.ahead(deck) == self.ahead(deck)

    def test_the_daily_limit_holds_reviews_back(self, deck):
        deck.reviews_per_day, deck.new_per_day = 5, 0
        deck.save()
        fill(deck, 20, **in_review(after(-1), last_review=after(-5)))
        ahead = self.ahead(deck)
        assert ahead.capped
        assert ahead.reviews[0] <= 10

    def test_an_empty_deck_asks_nothing(self, deck):
        assert self.ahead(deck).reviews == [0] * 30

    def test_sm2_decks_are_counted_by_their_dates(self, deck):
        deck.scheduler, deck.new_per_day = "sm2", 0
        deck.save()
        fill(deck, 2, **in_review(after(1), stability=None, difficulty=None, interval_days=6))
        assert self.ahead(deck).reviews[1] >= 2


def test_the_pace_is_the_learners_own_once_it_is_known(deck):
    assert minutes_for(learner=deck.owner, cards=20, now=NOW) == 3
    for card in fill(deck, 20):
        rate(deck.owner, card, 3, duration_ms=20_000)
    assert pace_of(learner=deck.owner, now=NOW) == 20
    assert minutes_for(learner=deck.owner, cards=12, now=NOW) == 4


def test_joining_twice_is_joining_once(deck):
    deck.visibility = "public"
    deck.save()
    card, ben = make_card(deck), UserFactory(name="Ben")
    for learner in (ben, ben, deck.owner):
        join_deck(deck=deck, learner=learner)
    assert [one.user for one in deck.members.all()] == [ben]
    assert schedule_of(card, ben).state == "new"
