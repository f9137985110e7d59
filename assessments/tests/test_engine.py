from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.engine import (
    CENTRES,
    CUTS,
    GRID,
    LEVELS,
    MOST_SHOWN,
    Answers,
    Belief,
    Given,
    Pool,
    Prior,
    Rules,
    Stop,
    certainty,
    choose,
    level_centre,
    skill_due,
    sparing,
    stop_reason,
)
from assessments.engine.belief import HABITS
from assessments.engine.selection import AMONG, SKILL_SHARES, information_at

parameters = st.tuples(
    st.floats(0.3, 2.5), st.floats(-4, 4), st.floats(0, 0.33), st.sampled_from(list(Given))
)
rows = st.lists(parameters, max_size=25)


def belief_after(rows, prior=None):
    return Belief.before(prior or Prior()).after(Answers.of(rows))


class TestBelief:
    @given(rows)
    @settings(deadline=None, max_examples=60)
    def test_is_a_probability_whatever_was_answered(self, rows):
        belief = belief_after(rows)

        assert belief.joint.min() >= 0
        assert belief.joint.sum() == pytest.approx(1)
        assert belief.levels.sum() == pytest.approx(1)
        assert GRID[0] <= belief.ability <= GRID[-1]
        low, high = (LEVELS.index(end) for end in belief.interval)
        assert belief.levels[low : high + 1].sum() >= 0.95 - 1e-6

    @given(rows)
    @settings(deadline=None, max_examples=40)
    def test_does_not_depend_on_the_order_of_answers(self, rows):
        assert np.allclose(belief_after(rows).joint, belief_after(rows[::-1]).joint, atol=1e-9)

    @given(rows)
    @settings(deadline=None, max_examples=40)
    def test_is_the_same_one_answer_at_a_time(self, rows):
        belief = Belief.before(Prior())
        for row in rows:
            belief = belief.after(Answers.of([row]))

        assert np.allclose(belief.joint, belief_after(rows).joint, atol=1e-9)

    @given(rows, st.floats(0.5, 2.5), st.floats(-3, 3))
    @settings(deadline=None, max_examples=40)
    def test_a_right_answer_raises_ability_and_a_wrong_one_lowers_it(self, rows, a, b):
        before = belief_after(rows).ability
        right = belief_after([*rows, (a, b, 0.0, Given.RIGHT)]).ability
        wrong = belief_after([*rows, (a, b, 0.0, Given.WRONG)]).ability

        assert right >= before - 1e-6
        assert wrong <= before + 1e-6

    def test_chances_of_the_three_answers_sum_to_one(self):
        chances = sum(Answers.of([(1.4, 0.3, 0.25, kind)]).likelihood() for kind in Given)

        assert np.allclose(chances, 1)

    def test_without_the_habit_of_saying_so_it_is_the_three_parameter_model(self):
        likelihood = Answers.of([(1.4, 0.3, 0.25, Given.RIGHT)]).likelihood()[0]
        known = 1 / (1 + np.exp(-1.4 * (GRID - 0.3)))
        birnbaum = 0.25 + 0.75 * known

        # HABITS[0] is almost nobody who says so.
        assert np.allclose(likelihood[0], birnbaum, atol=HABITS[0])

    def test_not_knowing_alone_weighs_as_much_as_a_wrong_choice(self):
        wrong = belief_after([(1.5, 0.0, 0.25, Given.WRONG)])
        dont_know = belief_after([(1.5, 0.0, 0.25, Given.DONT_KNOW)])

        assert np.allclose(wrong.ability_curve, dont_know.ability_curve)

    def test_right_answers_of_one_who_says_so_are_trusted_more(self):
        right = [(1.5, 1.0, 0.25, Given.RIGHT)] * 4
        honest = belief_after([*right, *[(1.5, 2.5, 0.25, Given.DONT_KNOW)] * 4])
        guesser = belief_after([*right, *[(1.5, 2.5, 0.25, Given.WRONG)] * 4])

        assert honest.habit > guesser.habit
        assert honest.ability > guesser.ability
        assert honest.standard_error < guesser.standard_error

    def test_a_hundred_answers_do_not_underflow(self):
        belief = belief_after([(2.0, 0.0, 0.25, Given.WRONG)] * 100)

        assert belief.level == "A1"
        assert np.isfinite(belief.ability)

    def test_the_shortest_run_of_levels_is_the_interval(self):
        curve = np.zeros(len(GRID))
        for level, mass in zip(LEVELS, (0.01, 0.02, 0.9, 0.06, 0.01), strict=True):
            curve[np.argmin(abs(GRID - level_centre(level)))] = mass

        assert Belief.before(curve).interval == ("B1", "B2")

    def test_a_blurred_belief_keeps_its_middle_and_is_wider(self):
        belief = belief_after([(1.5, 0.0, 0.25, Given.RIGHT), (1.5, 0.5, 0.25, Given.WRONG)] * 5)
        wider = Belief.before(belief.blurred(0.8))

        assert wider.ability == pytest.approx(belief.ability, abs=0.05)
        assert wider.standard_error > belief.standard_error


class TestScale:
    def test_every_level_is_centred_in_its_band(self):
        for level in LEVELS:
            curve = np.exp(-0.5 * ((GRID - level_centre(level)) / 0.1) ** 2)
            assert Belief.before(curve / curve.sum()).level == level

    def test_a_level_begins_where_half_of_its_items_are_known(self):
        for cut, level, centre in zip(CUTS, LEVELS[1:], CENTRES[1:], strict=True):
            assert cut == centre < level_centre(level)

    def test_c2_is_not_claimed(self):
        belief = belief_after([(2.0, 3.0, 0.0, Given.RIGHT)] * 25)

        assert belief.level == "C1"
        assert level_centre("C2") == level_centre("C1")


class TestSelection:
    def pool(self, **changes):
        count = 40
        fields = {
            "discrimination": [1.4] * count,
            "difficulty": np.linspace(-3.5, 3.5, count),
            "guessing": [0.25] * count,
            "skills": ["grammar", "vocabulary"] * (count // 2),
        }
        return Pool.of(**fields | changes)

    def pick(self, pool, *, seed=1, free=None, asked=None, belief=None):
        return choose(
            pool,
            belief or Belief.before(Prior(0, 0.4)),
            free=np.ones(40, dtype=bool) if free is None else free,
            asked=Counter(asked or {}),
            rng=np.random.default_rng(seed),
        )

    def test_asks_what_separates_the_levels_in_question(self):
        pool = self.pool()
        strong = belief_after([(1.5, 1.0, 0.25, Given.RIGHT)] * 12)
        weak = belief_after([(1.5, -1.0, 0.25, Given.DONT_KNOW)] * 12)

        assert np.linspace(-3.5, 3.5, 40)[self.pick(pool, belief=strong)] > 0.8
        assert np.linspace(-3.5, 3.5, 40)[self.pick(pool, belief=weak)] < -0.8

    def test_never_repeats_an_item(self):
        free = np.zeros(40, dtype=bool)
        free[7] = True

        assert self.pick(self.pool(), free=free) == 7

    def test_gives_nothing_when_nothing_is_left(self):
        assert self.pick(self.pool(), free=np.zeros(40, dtype=bool)) is None

    def test_spreads_over_the_few_best(self):
        picks = {self.pick(self.pool(), seed=seed) for seed in range(60)}

        assert len(picks) == AMONG

    def test_the_same_seed_gives_the_same_item(self):
        assert self.pick(self.pool(), seed=3) == self.pick(self.pool(), seed=3)

    def test_preference_moves_the_choice(self):
        preference = np.where(np.arange(40) < 12, 1000.0, 1.0)

        assert self.pick(self.pool(preference=preference)) < 12

    def test_the_skill_furthest_behind_comes_next(self):
        skills = {"grammar", "vocabulary", "reading"}

        assert skill_due(Counter(grammar=3, vocabulary=3), available=skills) == "reading"
        assert skill_due(Counter(grammar=4, reading=2), available=skills) == "vocabulary"
        assert skill_due(Counter(), available={"listening"}) == "listening"

    def test_twenty_questions_hold_the_shares(self):
        asked = Counter()
        for _ in range(20):
            asked[skill_due(asked, available=set(SKILL_SHARES))] += 1

        assert asked == {"grammar": 8, "vocabulary": 8, "reading": 2, "listening": 2}

    def test_an_item_shown_too_often_waits_until_the_others_are_worn_too(self):
        shares = np.where(np.arange(40) < 20, 0.02, 2 * MOST_SHOWN)
        worn = self.pool().preferring(sparing(shares))

        assert {self.pick(worn, seed=seed) for seed in range(30)} <= set(range(20))
        assert list(sparing(np.array([0.0, MOST_SHOWN]))) == [1, 1]

    def test_information_peaks_by_the_difficulty_and_falls_with_guessing(self):
        points = np.linspace(-3, 3, 61)
        sharp, guessed = information_at(
            points, np.array([1.5, 1.5]), np.array([0.5, 0.5]), np.array([0.0, 0.33])
        )

        assert points[sharp.argmax()] == pytest.approx(0.5)
        assert sharp.max() == pytest.approx(1.5**2 / 4)
        assert guessed.max() < sharp.max()


class TestStopping:
    sure = belief_after([(2.5, 0.2, 0.0, Given.RIGHT), (2.5, 1.2, 0.0, Given.WRONG)] * 20)
    every = frozenset({"grammar", "vocabulary"})

    def test_goes_on_below_the_fewest_questions(self):
        assert self.sure.probability > 0.8
        assert stop_reason(self.sure, asked={"grammar": 7}, available=self.every) is None

    def test_goes_on_until_every_skill_was_asked(self):
        assert stop_reason(self.sure, asked={"grammar": 12}, available=self.every) is None

    def test_stops_when_one_level_is_probable_enough(self):
        asked = {"grammar": 6, "vocabulary": 6}

        assert stop_reason(self.sure, asked=asked, available=self.every) is Stop.CERTAIN

    def test_stops_at_the_most_questions_however_unsure(self):
        unsure = Belief.before(Prior())

        assert stop_reason(unsure, asked={"grammar": 25}, available=self.every) is Stop.MAXIMUM

    def test_stops_when_the_bank_is_exhausted(self):
        unsure = Belief.before(Prior())

        assert stop_reason(unsure, asked={"grammar": 3}, available=set()) is Stop.EXHAUSTED

    @given(rows)
    @settings(deadline=None, max_examples=40)
    def test_certainty_is_a_percentage_and_full_only_at_the_end(self, rows):
        belief = belief_after(rows)
        value = certainty(belief, answered=len(rows))

        assert 0 <= value <= 100
        if len(rows) < Rules().minimum:
            assert value < 100

    def test_cuts_lie_between_levels(self):
        assert list(CUTS) == sorted(CUTS)
        assert len(CUTS) == len(LEVELS) - 1
