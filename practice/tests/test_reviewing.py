"""Reviews: what is written, what is refused, and what clocks and devices can do to them."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.factories import UserFactory, UserSettingsFactory
from config.errors import NotFound
from config.ids import new_id
from learning.models import Evidence, Mastery, StudyDay
from learning.tests.learners import ConceptFactory
from practice.decks.errors import ClientIdReused, InvalidRating, NothingToUndo
from practice.decks.evidence import record_reviews, unread_reviews
from practice.decks.services import (
    Answer,
    NewNote,
    add_note,
    add_notes,
    bury,
    credit_use,
    reschedule_deck,
    reset,
    review_batch,
    review_card,
    suspend,
    undo_last_review,
    update_study,
)
from practice.models import Card, CardSchedule, DeckMember, ReviewLog
from practice.tests.factories import DeckFactory, make_card, schedule_of

pytestmark = pytest.mark.django_db

BATCH_QUERIES, EVIDENCE_QUERIES = 10, 17
NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


def after(days=0, **more):
    return NOW + timedelta(days=days, **more)


@pytest.fixture
def deck():
    return DeckFactory()


@pytest.fixture
def ana(deck):
    return deck.owner


@pytest.fixture
def card(deck):
    """Made a year ago, so that reviews of any day since can be told."""
    card = make_card(deck)
    Card.objects.update(created_at=after(-365))
    return card


def rate(learner, card, rating, at=NOW, **more):
    more = {"client_id": new_id(), "now": at} | more
    return review_card(learner=learner, card=card.pk, rating=rating, **more)


def learn(learner, card, at=NOW):
    """Until it is in review: two good answers."""
    rate(learner, card, 3, at)
    return rate(learner, card, 3, at + timedelta(minutes=10)).schedule


class TestOneReview:
    def test_it_is_logged_with_the_state_before_and_after(self, ana, card):
        outcome = rate(ana, card, 3, duration_ms=2400, timezone="Europe/Madrid")
        log = ReviewLog.objects.get()
        assert (log.rating, log.scheduler, log.duration_ms) == (3, "fsrs", 2400)
        assert (log.timezone, log.surface, log.weight) == ("Europe/Madrid", "review", 1)
        assert (log.before["state"], log.after["state"]) == ("new", "learning")
        assert log.elapsed_days is None
        stored = schedule_of(card)
        assert (stored.state, stored.step, stored.version) == ("learning", 1, 1)
        assert stored.due_at == outcome.schedule.due_at == after(minutes=10)

    def test_the_time_between_reviews_is_kept(self, ana, card):
        learn(ana, card)
        rate(ana, card, 3, after(3))
        assert ReviewLog.objects.latest("reviewed_at").elapsed_days == pytest.approx(3, abs=0.01)

    def test_it_counts_for_the_day(self, ana, card):
        rate(ana, card, 3)
        assert StudyDay.objects.get(learner=ana, language="es").answers == 1

    def test_sent_twice_it_is_one(self, ana, card):
        key = new_id()
        first = rate(ana, card, 3, client_id=key)
        second = rate(ana, card, 1, after(1), client_id=key)
        assert (first.repeated, second.repeated) == (False, True)
        assert ReviewLog.objects.count() == 1
        assert schedule_of(card).reviews == 1

    def test_one_id_for_two_cards_is_refused(self, deck, ana, card):
        key = new_id()
        rate(ana, card, 3, client_id=key)
        with pytest.raises(ClientIdReused):
            rate(ana, make_card(deck, "el pan", "the bread"), 3, client_id=key)

    @pytest.mark.parametrize(
        ("scheduler", "rating"), [("fsrs", 0), ("fsrs", 5), ("sm2", 0), ("sm2", 6)]
    )
    def test_a_rating_off_the_scale_is_refused_and_nothing_changes(
        self, deck, ana, card, scheduler, rating
    ):
        update_study(deck=deck, learner=ana, scheduler=scheduler)
        with pytest.raises(InvalidRating):
            rate(ana, card, rating)
        assert not ReviewLog.objects.exists()
        assert schedule_of(card).state == "new"

    def test_a_rating_given_before_the_scheduler_changed_still_counts(self, deck, ana, card):
        rate(ana, card, 5, scheduler="sm2")
        assert ReviewLog.objects.get().rating == 4

    @pytest.mark.parametrize("shared", [False, True])
    def test_a_card_that_is_not_ones_own_is_not_there(self, deck, card, shared):
        ben = UserFactory(name="Ben")
        if shared:
            DeckMember.objects.create(deck=deck, user=ben)
        with pytest.raises(NotFound):
            rate(ben, card, 3)

    def test_a_card_of_a_deleted_deck_is_not_there(self, deck, ana, card):
        deck.deleted_at = NOW
        deck.save()
        with pytest.raises(NotFound):
            rate(ana, card, 3)

    def test_siblings_wait_for_the_next_day(self, deck, ana):
        note = add_note(deck=deck, front="la manzana", back="the apple", kind="reversed")
        first, second = note.cards.order_by("ordinal")
        rate(ana, first, 3)
        assert schedule_of(second).buried_until == after(1).date()
        rate(ana, second, 3, after(1))
        assert schedule_of(second).buried_until is None

    def test_members_have_schedules_and_settings_of_their_own(self, deck, ana):
        ben = UserFactory(name="Ben")
        DeckMember.objects.create(deck=deck, user=ben, scheduler="sm2")
        deck.visibility = "shared"
        deck.save()
        card = make_card(deck)
        rate(ben, card, 5)
        assert schedule_of(card, ben).interval_days == 10
        assert schedule_of(card, ana).state == "new"


class TestClocks:
    def test_a_time_to_come_counts_as_now(self, ana, card):
        rate(ana, card, 3, reviewed_at=after(2))
        assert ReviewLog.objects.get().reviewed_at == NOW

    def test_a_time_before_the_card_was_made_counts_as_now(self, ana, card):
        rate(ana, card, 3, reviewed_at=after(-366))
        assert ReviewLog.objects.get().reviewed_at == NOW

    def test_a_device_that_was_offline_takes_its_place_in_the_log(self, deck, ana, card):
        other = make_card(deck, "el pan", "the bread")
        Card.objects.update(created_at=after(-365))
        answers = [(3, after(0)), (3, after(0, minutes=10)), (1, after(2)), (3, after(5))]
        for rating, at in answers:
            rate(ana, other, rating, at)
        for rating, at in (answers[0], answers[1], answers[3]):
            rate(ana, card, rating, at)
        rate(ana, card, 1, after(6), reviewed_at=after(2))
        in_order, late = schedule_of(other), schedule_of(card)
        assert late.stability == pytest.approx(in_order.stability)
        assert (late.due_at, late.state, late.lapses) == (
            in_order.due_at,
            in_order.state,
            in_order.lapses,
        )
        assert ReviewLog.objects.filter(card=card).count() == 4

    def test_before_a_schedule_that_came_without_reviews_nothing_can_be_put(self, ana, card):
        CardSchedule.objects.filter(card=card).update(
            state="review", due_at=after(5), interval_days=10, last_review=after(-5)
        )
        rate(ana, card, 3, reviewed_at=after(-8))
        assert schedule_of(card).last_review == after(-5)

    def test_the_day_ends_at_the_learners_hour(self, ana, card):
        UserSettingsFactory(user=ana, learning={"dayEndsAt": 6})
        learned = learn(ana, card)
        assert learned.due_at == datetime(2027, 3, 4, 6, tzinfo=UTC)

    @pytest.mark.parametrize("odd", ["noon", -1, 24, True, None])
    def test_an_hour_that_is_none_is_four(self, ana, card, odd):
        UserSettingsFactory(user=ana, learning={"dayEndsAt": odd})
        assert learn(ana, card).due_at.hour == 4


class TestBatches:
    def make(self, deck, count):
        rows = add_notes(deck=deck, notes=[NewNote(f"f{n}", "b") for n in range(count)])
        return list(Card.objects.filter(note__in=rows).order_by("pk"))

    def test_each_answer_has_its_own_outcome(self, deck, ana):
        one, two = self.make(deck, 2)
        key = new_id()
        answers = [
            Answer(one.pk, 3, key),
            Answer(two.pk, 9, new_id()),
            Answer(new_id(), 3, new_id()),
            Answer(one.pk, 3, key),
            Answer(two.pk, 4, new_id()),
        ]
        outcomes = review_batch(learner=ana, answers=answers, now=NOW)
        codes = [outcome.refusal and outcome.refusal.code for outcome in outcomes]
        assert codes == [None, "invalid_rating", "not_found", None, None]
        assert [outcome.repeated for outcome in outcomes] == [False, False, False, True, False]
        assert ReviewLog.objects.count() == 2

    def test_one_card_twice_in_a_batch_is_two_reviews_in_order(self, deck, ana):
        [card] = self.make(deck, 1)
        answers = [Answer(card.pk, rating, new_id()) for rating in (3, 3)]
        review_batch(learner=ana, answers=answers, now=NOW)
        assert schedule_of(card).state == "review"

    def test_a_clock_that_runs_backwards_in_a_batch_does_not_change_its_order(self, deck, ana):
        [card] = self.make(deck, 1)
        Card.objects.update(created_at=after(-1))
        answers = [
            Answer(card.pk, 3, new_id(), after(0, minutes=-1)),
            Answer(card.pk, 1, new_id(), after(0, minutes=-30)),
        ]
        review_batch(learner=ana, answers=answers, now=NOW)
        assert (
            list(ReviewLog.objects.order_by("pk").values_list("reviewed_at", flat=True))
            == [after(0, minutes=-1)] * 2
        )
        assert schedule_of(card).step == 0

    def test_queries_do_not_grow_with_the_batch(self, deck, ana, django_assert_max_num_queries):
        for count in (1, 2, 60):
            cards = self.make(deck, count)
            answers = [Answer(card.pk, 3, new_id()) for card in cards]
            # The first review of all makes the learner's settings and the row of their day.
            with django_assert_max_num_queries(20 if count == 1 else BATCH_QUERIES):
                review_batch(learner=ana, answers=answers, now=NOW)


class TestUndo:
    def test_the_card_is_as_it_was(self, deck, ana):
        note = add_note(deck=deck, front="la manzana", back="the apple", kind="reversed")
        first, second = note.cards.order_by("ordinal")
        rate(ana, first, 1)
        undo_last_review(learner=ana, now=after(0, minutes=1))
        undone = schedule_of(first)
        assert (undone.state, undone.reviews, undone.last_review) == ("new", 0, None)
        assert schedule_of(second).buried_until is None
        assert ReviewLog.objects.get().undone_at

    def test_one_after_another(self, ana, card):
        rate(ana, card, 3)
        rate(ana, card, 3, after(0, minutes=10))
        undo_last_review(learner=ana, now=after(0, minutes=11))
        assert schedule_of(card).step == 1
        undo_last_review(learner=ana, now=after(0, minutes=12))
        assert schedule_of(card).state == "new"
        with pytest.raises(NothingToUndo):
            undo_last_review(learner=ana, now=after(0, minutes=13))

    def test_asked_twice_for_one_review_it_is_undone_once(self, ana, card):
        rate(ana, card, 3)
        key = rate(ana, card, 3, after(0, minutes=10)).log.client_id
        for _ in range(2):
            undo_last_review(learner=ana, now=after(0, minutes=11), client_id=key)
        assert schedule_of(card).step == 1

    def test_a_review_with_another_after_it_stays(self, ana, card):
        key = rate(ana, card, 3).log.client_id
        rate(ana, card, 3, after(0, minutes=10))
        with pytest.raises(NothingToUndo):
            undo_last_review(learner=ana, now=after(0, minutes=11), client_id=key)

    def test_yesterday_stays(self, ana, card):
        rate(ana, card, 3)
        with pytest.raises(NothingToUndo):
            undo_last_review(learner=ana, now=after(1))

    def test_what_it_showed_no_longer_counts(self, deck, ana):
        concept = ConceptFactory()
        card = make_card(deck, concept=concept)
        rate(ana, card, 3)
        record_reviews(ReviewLog.objects.values_list("pk", flat=True))
        assert Mastery.objects.filter(learner=ana, concept=concept).exists()
        undo_last_review(learner=ana, now=NOW)
        assert not Evidence.objects.exists()
        assert not Mastery.objects.exists()


class TestEvidence:
    def test_a_review_shows_what_its_card_is_about(self, deck, ana):
        concept = ConceptFactory(kind="lemma")
        card = make_card(deck, concept=concept)
        rate(ana, card, 1)
        assert record_reviews(ReviewLog.objects.values_list("pk", flat=True)) == 1
        row = Evidence.objects.get()
        assert (row.concept, row.surface, row.skill) == (concept, "review", "vocabulary")
        assert (row.correct, row.weight) == (False, 0.8)

    def test_a_typed_answer_says_more(self, deck, ana):
        card = make_card(deck, concept=ConceptFactory(), kind="typed")
        rate(ana, card, 3)
        record_reviews(ReviewLog.objects.values_list("pk", flat=True))
        assert Evidence.objects.get().weight == 1

    def test_only_the_first_review_of_a_day_counts_and_only_once(self, deck, ana):
        card = make_card(deck, concept=ConceptFactory())
        learn(ana, card)
        for _ in range(2):
            record_reviews(ReviewLog.objects.values_list("pk", flat=True))
        assert Evidence.objects.count() == 1

    def test_an_undone_review_shows_nothing(self, deck, ana):
        rate(ana, make_card(deck, concept=ConceptFactory()), 3)
        undo_last_review(learner=ana, now=NOW)
        assert record_reviews(ReviewLog.objects.values_list("pk", flat=True)) == 0

    def test_what_the_queue_lost_is_found(self, deck, ana):
        rate(ana, make_card(deck, concept=ConceptFactory()), 3)
        rate(ana, make_card(deck, "el pan", "the bread"), 3)
        ReviewLog.objects.update(created_at=after(0, hours=-1))
        found = unread_reviews(now=NOW)
        assert len(found) == 1
        record_reviews(found)
        assert unread_reviews(now=NOW) == []

    def test_many_reviews_cost_as_many_queries_as_few(
        self, deck, ana, django_assert_max_num_queries
    ):
        concept = ConceptFactory()
        for count in (1, 2, 30):
            notes = [NewNote(f"{count} {n}", "b", concept=concept) for n in range(count)]
            rows = add_notes(deck=deck, notes=notes)
            cards = Card.objects.filter(note__in=rows)
            answers = [Answer(card.pk, 3, new_id()) for card in cards]
            at = after(count)
            logs = review_batch(learner=ana, answers=answers, now=at)
            ids = [outcome.log.pk for outcome in logs]
            with django_assert_max_num_queries(20 if count == 1 else EVIDENCE_QUERIES):
                assert record_reviews(ids) == count


class TestUsesElsewhere:
    def use(self, learner, concept, at, source=None, weight=0.5):
        return credit_use(
            learner=learner,
            concepts=[concept],
            weight=weight,
            source_type="conversations.message",
            source_id=source or new_id(),
            now=at,
        )

    def test_a_right_use_moves_the_card_and_stands_in_its_history(self, deck, ana):
        concept, source = ConceptFactory(), new_id()
        card = make_card(deck, concept=concept)
        due = learn(ana, card).due_at
        assert self.use(ana, concept, after(1), source) == 1
        assert schedule_of(card).due_at > due
        log = ReviewLog.objects.latest("pk")
        assert (log.weight, log.surface, log.source_id) == (0.5, "conversation", source)

    def test_the_same_use_counts_once(self, deck, ana):
        concept, source = ConceptFactory(), new_id()
        learn(ana, make_card(deck, concept=concept))
        assert self.use(ana, concept, after(1), source) == 1
        assert self.use(ana, concept, after(2), source) == 0

    def test_cards_seen_that_day_new_or_suspended_stay(self, deck, ana):
        concept = ConceptFactory()
        card = make_card(deck, concept=concept)
        assert self.use(ana, concept, NOW) == 0
        learn(ana, card)
        assert self.use(ana, concept, after(0, hours=3)) == 0
        suspend(learner=ana, cards=[card.pk])
        assert self.use(ana, concept, after(1)) == 0

    def test_it_moves_sm2_cards_too(self, deck, ana):
        update_study(deck=deck, learner=ana, scheduler="sm2")
        concept = ConceptFactory()
        card = make_card(deck, concept=concept)
        rate(ana, card, 4)
        self.use(ana, concept, after(5))
        assert 10 < schedule_of(card).interval_days < 25

    def test_it_cannot_be_undone_as_a_review_and_is_kept_when_one_is(self, deck, ana):
        concept = ConceptFactory()
        card = make_card(deck, concept=concept)
        learn(ana, card)
        self.use(ana, concept, after(1))
        with pytest.raises(NothingToUndo):
            undo_last_review(learner=ana, now=after(1))


class TestOtherSettings:
    def history(self, ana, card):
        for rating, at in [(3, 0), (3, 0.1), (3, 3), (1, 10), (3, 10.1), (4, 13)]:
            rate(ana, card, rating, after(at))

    def fields(self, card):
        row = schedule_of(card)
        return (row.state, row.due_at, row.stability, row.difficulty, row.reviews, row.lapses)

    def test_to_sm2_and_back_loses_nothing(self, deck, ana, card):
        self.history(ana, card)
        before, due = self.fields(card), schedule_of(card).due_at
        update_study(deck=deck, learner=ana, scheduler="sm2")
        assert (schedule_of(card).scheduler, schedule_of(card).due_at) == ("sm2", due)
        assert ReviewLog.objects.count() == 6
        update_study(deck=deck, learner=ana, scheduler="fsrs")
        assert self.fields(card) == before

    def test_a_higher_retention_brings_cards_sooner(self, deck, ana, card):
        self.history(ana, card)
        due = schedule_of(card).due_at
        update_study(deck=deck, learner=ana, desired_retention=0.97)
        assert schedule_of(card).due_at < due

    def test_a_schedule_without_reviews_keeps_its_memory(self, deck, ana, card):
        CardSchedule.objects.filter(card=card).update(
            state="review",
            due_at=after(5),
            stability=40.0,
            difficulty=4.0,
            interval_days=40,
            last_review=after(-5),
        )
        update_study(deck=deck, learner=ana, desired_retention=0.8)
        row = schedule_of(card)
        assert (row.stability, row.difficulty) == (40.0, 4.0)
        assert row.due_at > after(40)

    def test_doing_it_again_changes_nothing(self, deck, ana, card):
        self.history(ana, card)
        assert reschedule_deck(deck=deck, learner=ana) == 0

    def test_made_new_again_the_reviews_stay_on_record(self, ana, card):
        learn(ana, card)
        assert reset(learner=ana, cards=[card.pk], now=after(1)) == 1
        assert schedule_of(card).state == "new"
        assert ReviewLog.objects.filter(undone_at__isnull=False).count() == 2
        assert reset(learner=ana, cards=[card.pk], now=after(1)) == 0


def test_cards_are_held_back_and_let_go(ana, card):
    assert suspend(learner=ana, cards=[card.pk]) == 1
    assert suspend(learner=ana, cards=[card.pk]) == 0
    assert schedule_of(card).suspended
    assert suspend(learner=ana, cards=[card.pk], suspended=False) == 1
    assert bury(learner=ana, cards=[card.pk], now=NOW) == 1
    assert schedule_of(card).buried_until == after(1).date()
    bury(learner=ana, cards=[card.pk], now=NOW, buried=False)
    assert schedule_of(card).buried_until is None
