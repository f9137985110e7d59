from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from fsrs import Card, Rating, Scheduler

from practice.decks.scheduling import fsrs6, sm2
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.fit import Log, fit, recalls
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.ratings import FSRS, SM2, converted, recalled
from practice.decks.scheduling.replay import Desk, Past
from practice.decks.scheduling.state import CardState, as_json, from_json

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UTC_DAYS = Calendar("UTC", 4)
PLAIN = Options(fuzz=False)


def desk(**options):
    return Desk(replace(PLAIN, **options), UTC_DAYS, "card")


def after(days):
    return START + timedelta(days=days)


class TestCalendar:
    madrid = Calendar("Europe/Madrid", 4)

    def test_a_day_ends_at_the_learners_hour(self):
        assert self.madrid.day(datetime(2026, 3, 3, 2, 59, tzinfo=UTC)) == date(2026, 3, 2)
        assert self.madrid.day(datetime(2026, 3, 3, 3, 0, tzinfo=UTC)) == date(2026, 3, 3)

    def test_a_day_starts_at_that_hour_in_summer_too(self):
        assert self.madrid.start(date(2026, 3, 3)) == datetime(2026, 3, 3, 3, tzinfo=UTC)
        assert self.madrid.start(date(2026, 7, 3)) == datetime(2026, 7, 3, 2, tzinfo=UTC)

    def test_days_are_counted_over_a_change_of_clocks(self):
        late = datetime(2026, 3, 28, 22, tzinfo=UTC)
        assert self.madrid.start_after(late, 1) == datetime(2026, 3, 29, 2, tzinfo=UTC)


class TestFsrs:
    def test_a_new_card_goes_through_its_steps(self):
        first = desk().review(CardState(), Rating.Good, START)
        assert (first.state, first.step, first.due_at) == (
            "learning",
            1,
            START + timedelta(minutes=10),
        )
        second = desk().review(first, Rating.Good, first.due_at)
        assert (second.state, second.interval_days) == ("review", 2)
        assert second.due_at == datetime(2026, 3, 4, 4, tzinfo=UTC)

    def test_without_steps_the_first_answer_is_enough(self):
        seen = desk(learning_steps=()).review(CardState(), Rating.Good, START)
        assert seen.state == "review"

    def test_a_lapse_is_relearned(self):
        known = CardState(
            "review", None, START, 20.0, 5.0, interval_days=20, last_review=after(-20)
        )
        lapsed = desk().review(known, Rating.Again, START)
        assert (lapsed.state, lapsed.lapses) == ("relearning", 1)
        assert lapsed.due_at == START + timedelta(minutes=10)
        assert lapsed.stability < 20

    def test_memory_is_as_the_library_has_it(self):
        library = Scheduler(enable_fuzzing=False)
        card, ours, at = Card(card_id=1), CardState(), START
        for rating, days in [(3, 0), (3, 0), (3, 3), (1, 9), (3, 0), (2, 1), (4, 4), (3, 30)]:
            at += timedelta(days=days)
            card, _ = library.review_card(card, Rating(rating), at)
            ours = desk().review(ours, rating, at)
            assert ours.stability == pytest.approx(card.stability)
            assert ours.difficulty == pytest.approx(card.difficulty)

    def test_a_night_between_two_reviews_is_a_day(self):
        """The library would count eight hours as none."""
        known = CardState("review", None, START, 5.0, 5.0, interval_days=5, last_review=after(-5))
        late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
        once = desk().review(known, Rating.Good, late)
        same_day = desk().review(once, Rating.Good, late + timedelta(minutes=20))
        next_day = desk().review(once, Rating.Good, late + timedelta(hours=8))
        assert next_day.stability > same_day.stability

    @pytest.mark.parametrize("retention", [0.7, 0.8, 0.9, 0.98])
    def test_a_card_is_due_when_recall_has_fallen_to_the_retention(self, retention):
        options = replace(PLAIN, retention=retention, learning_steps=())
        known = CardState("review", None, START, 100.0, 5.0, interval_days=1, last_review=START)
        state = fsrs6.respaced(known, options, UTC_DAYS, "card")
        assert fsrs6.recall(state, state.due_at, options, UTC_DAYS) == pytest.approx(
            retention, abs=0.01
        )

    def test_better_ratings_come_back_later(self):
        known = CardState(
            "review", None, START, 12.0, 5.0, interval_days=12, last_review=after(-12)
        )
        dates = [state.due_at for state in desk().previews(known, START).values()]
        assert dates == sorted(dates)

    def test_fuzz_spreads_cards_but_not_the_same_card_twice(self):
        known = CardState(
            "review", None, START, 50.0, 5.0, interval_days=50, last_review=after(-50)
        )
        options = replace(PLAIN, fuzz=True)
        days = [
            fsrs6.review(known, 3, START, options, UTC_DAYS, str(key)).interval_days
            for key in range(200)
        ]
        plain = desk().review(known, 3, START).interval_days
        assert len(set(days)) > 5
        assert all(abs(one - plain) <= 0.1 * plain for one in days)
        again = fsrs6.review(known, 3, START, options, UTC_DAYS, "7").interval_days
        assert again == days[7]

    def test_no_interval_passes_what_a_date_can_hold(self):
        known = CardState(
            "review", None, START, 36_500.0, 1.0, interval_days=36_500, last_review=after(-9000)
        )
        assert desk(retention=0.7).review(known, Rating.Easy, START).interval_days <= 36_500


class TestSm2:
    @pytest.mark.parametrize(("rating", "days"), [(1, 1), (2, 3), (3, 6), (4, 10), (5, 62.5)])
    def test_the_intervals_of_the_product(self, rating, days):
        known = CardState("review", due_at=START, interval_days=25, last_review=after(-25))
        state = sm2.review(known, rating, START, UTC_DAYS)
        assert state.interval_days == days
        assert state.due_at == UTC_DAYS.start_after(START, int(days + 0.5))

    def test_a_chain_of_best_ratings(self):
        state, intervals = CardState(), []
        for rating in (4, 5, 5, 5):
            state = sm2.review(state, rating, state.due_at or START, UTC_DAYS)
            intervals.append(state.interval_days)
        assert intervals == [10, 25, 62.5, 156.25]

    def test_a_new_card_rated_best_has_no_interval_to_grow(self):
        assert sm2.review(CardState(), 5, START, UTC_DAYS).interval_days == 10

    def test_intervals_end_somewhere(self):
        known = CardState("review", due_at=START, interval_days=30_000, last_review=START)
        assert sm2.review(known, 5, START, UTC_DAYS).interval_days == 36_500

    def test_below_three_is_a_lapse(self):
        known = CardState("review", due_at=START, interval_days=6, last_review=after(-6))
        assert sm2.review(known, 2, START, UTC_DAYS).lapses == 1
        assert sm2.review(known, 3, START, UTC_DAYS).lapses == 0


class TestRatings:
    def test_they_are_recalled_or_not_in_both_scales(self):
        for rating in range(1, 6):
            in_fsrs = converted(rating, given_in=SM2, wanted_in=FSRS)
            assert recalled(in_fsrs, FSRS) == recalled(rating, SM2)
        for rating in range(1, 5):
            in_sm2 = converted(rating, given_in=FSRS, wanted_in=SM2)
            assert recalled(in_sm2, SM2) == recalled(rating, FSRS)


class TestReplay:
    answers = ((3, 0), (3, 0), (3, 2), (1, 8), (3, 0), (4, 3))

    def log(self, of):
        state, at, log = CardState(), START, []
        for rating, days in self.answers:
            at += timedelta(days=days, minutes=1)
            state = of.review(state, rating, at)
            log.append(Past(rating, at, of.options.scheduler, 1.0, state))
        return log

    def test_a_log_gives_the_state_it_was_made_with(self):
        log = self.log(desk())
        assert desk().replay(CardState(), log) == [past.after for past in log]

    def test_there_and_back_again(self):
        log = self.log(desk())
        elsewhere = desk(scheduler=SM2).replay(CardState(), log)[-1]
        assert elsewhere.interval_days == log[-1].after.interval_days
        assert elsewhere.due_at == log[-1].after.due_at
        assert desk().replay(CardState(), log)[-1] == log[-1].after

    def test_fsrs_reads_reviews_rated_for_sm2(self):
        log = self.log(desk(scheduler=SM2))
        state = desk().replay(CardState(), log)[-1]
        assert state.stability
        assert state.reviews == len(log)

    def test_a_use_elsewhere_moves_a_card_a_part_of_the_way_and_never_forward(self):
        known = CardState(
            "review", None, after(10), 20.0, 5.0, interval_days=20, last_review=after(-10)
        )
        full = desk().review(known, Rating.Good, START)
        half, none = desk().use(known, 0.5, START), desk().use(known, 0.01, START)
        assert known.stability < half.stability < full.stability
        assert known.due_at < half.due_at < full.due_at
        assert none.due_at >= known.due_at

    def test_states_survive_being_written_down(self):
        for past in self.log(desk()):
            assert from_json(as_json(past.after)) == past.after
        assert from_json({}) == CardState()


class TestFit:
    def test_the_model_is_the_librarys(self):
        log = Log([3, 3, 3, 1, 3, 2, 4, 3], [0, 0, 3, 9, 0, 1, 4, 30])
        state, at, expected = CardState(), START, []
        for rating, days in zip(log.ratings, log.days, strict=True):
            at += timedelta(days=days)
            if state.last_review:
                expected.append(fsrs6.recall(state, at, PLAIN, UTC_DAYS))
            state = desk().review(state, rating, at)
        weights = Scheduler().parameters
        assert recalls([log], weights)[0] == pytest.approx(expected)

    def test_it_finds_a_learner_who_forgets_fast(self):
        truth = np.array(Scheduler().parameters)
        truth[:4] /= 8
        rng = np.random.default_rng(1)
        logs = [simulated(truth, rng) for _ in range(300)]
        fitted = fit(logs)
        assert fitted.better
        assert fitted.parameters[2] < Scheduler().parameters[2] * 0.75


def simulated(truth, rng):
    ratings, days = [3], [0]
    for _ in range(6):
        days.append(int(rng.integers(1, 12)))
        chance = recalls([Log([*ratings, 3], days)], truth)[0][-1]
        ratings.append(3 if rng.random() < chance else 1)
    return Log(ratings, days)
