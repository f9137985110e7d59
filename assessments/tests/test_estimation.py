from dataclasses import replace

import numpy as np
import pytest

from assessments.calibration.estimation import POINTS, Parameters, Record, estimate
from assessments.calibration.fit import fit_of, misfits
from assessments.calibration.simulation import Learner, answer
from assessments.calibration.steps import FARTHEST, LUCKIEST, STEEPEST, bounded
from assessments.engine import Given, Prior

ITEMS = 24


def stated(items=ITEMS, guessing=0.25):
    return Parameters(
        np.full(items, 1.5), np.linspace(-2.5, 2.5, items), np.full(items, float(guessing))
    )


def record_of(tests, group=None, priors=None):
    sizes = [len(test) for test in tests]
    pairs = [pair for test in tests for pair in test]
    return Record(
        item=np.array([item for item, _ in pairs], dtype=np.int32),
        given=np.array([given for _, given in pairs], dtype=np.int8),
        starts=np.append(0, np.cumsum(sizes)[:-1]).astype(np.int64),
        group=np.array(group if group is not None else [0] * len(tests), dtype=np.int16),
        priors=priors or (Prior(),),
    )


def sat(real, *, count, each=12, habit=0.7, seed=1, centre=0.0, spread=1.5):
    rng = np.random.default_rng(seed)
    tests = []
    for _ in range(count):
        learner = Learner(float(rng.normal(centre, spread)), habit)
        items = rng.choice(len(real.difficulty), each, replace=False)
        tests.append([(int(i), answer(learner, real, int(i), rng)) for i in items])
    return tests


@pytest.fixture(scope="module")
def off():
    """Items half a unit off what is stated, up and down in turn."""
    authored = stated()
    return replace(authored, difficulty=authored.difficulty + 0.5 * (-1.0) ** np.arange(ITEMS))


class TestEstimate:
    def test_finds_difficulties_that_the_author_missed(self, off):
        found = estimate(record_of(sat(off, count=1500)), authored=stated()).items

        assert np.sqrt(np.mean((found.difficulty - off.difficulty) ** 2)) < 0.15

    def test_tells_a_steep_item_from_a_flat_one(self):
        authored = stated()
        real = replace(authored, discrimination=np.where(np.arange(ITEMS) % 2, 1.0, 2.2))
        found = estimate(record_of(sat(real, count=1500)), authored=authored).items

        assert found.discrimination[::2].mean() > 1.4 * found.discrimination[1::2].mean()

    def test_without_answers_an_item_stays_as_authored(self, off):
        tests = [[pair for pair in test if pair[0] != 7] for test in sat(off, count=200)]
        found = estimate(record_of(tests), authored=stated()).items

        assert found.difficulty[7] == pytest.approx(stated().difficulty[7])
        assert found.discrimination[7] == pytest.approx(1.5)
        assert found.guessing[7] == pytest.approx(0.25)

    def test_a_few_answers_move_an_item_little(self, off):
        few = estimate(record_of(sat(off, count=10)), authored=stated()).items
        many = estimate(record_of(sat(off, count=1000)), authored=stated()).items
        real = np.abs(off.difficulty - stated().difficulty).mean()

        assert np.abs(few.difficulty - stated().difficulty).mean() < real / 2
        assert np.abs(many.difficulty - stated().difficulty).mean() > real * 0.8

    def test_typed_answers_are_never_guessed(self):
        real = stated(guessing=0.0)
        found = estimate(record_of(sat(real, count=200)), authored=real).items

        assert not found.guessing.any()

    def test_saying_i_do_not_know_is_no_wrong_guess(self):
        """Learners who always say so and learners who always guess show the same items."""
        real = stated()
        honest = estimate(record_of(sat(real, count=600, habit=1.0)), authored=real).items
        blind = estimate(record_of(sat(real, count=600, habit=0.0)), authored=real).items

        assert np.abs(honest.difficulty - real.difficulty).mean() < 0.25
        assert np.abs(blind.difficulty - real.difficulty).mean() < 0.25

    def test_a_group_of_strong_learners_makes_no_easy_items(self):
        """Beginners met the first half of the items, advanced learners the second."""
        real = stated()
        easy = Parameters(*(getattr(real, name)[:12] for name in vars(real)))
        hard = Parameters(*(getattr(real, name)[12:] for name in vars(real)))
        low = sat(easy, count=400, each=8, centre=-1.5, spread=0.7)
        high = [
            [(item + 12, given) for item, given in test]
            for test in sat(hard, count=400, each=8, centre=1.5, spread=0.7, seed=2)
        ]
        record = record_of(
            low + high, group=[0] * 400 + [1] * 400, priors=(Prior(-1.4, 2.0), Prior(1.4, 2.0))
        )
        found = estimate(record, authored=real)

        assert np.abs(found.items.difficulty - real.difficulty).mean() < 0.25
        centres = np.exp(found.groups).reshape(2, -1, len(POINTS)).sum(axis=1) @ POINTS
        assert centres[0] < -0.8
        assert centres[1] > 0.8

    def test_the_same_answers_give_the_same_figures(self, off):
        record = record_of(sat(off, count=100))
        once, again = (estimate(record, authored=stated()).items for _ in range(2))

        assert np.array_equal(once.difficulty, again.difficulty)

    def test_pieces_hold_every_answer_once(self, off):
        record = record_of(sat(off, count=1000))
        pieces = list(record.pieces())

        assert len(pieces) > 1
        assert np.array_equal(np.concatenate([piece.item for piece in pieces]), record.item)
        assert sum(len(piece.starts) for piece in pieces) == 1000

    def test_nothing_answered_at_all(self):
        empty = record_of([[]])
        empty = replace(empty, starts=empty.starts[:0], group=empty.group[:0])
        found = estimate(empty, authored=stated()).items

        assert np.allclose(found.difficulty, stated().difficulty)


class TestFit:
    def spoilt(self):
        """Item 5 is answered without regard to ability."""
        real = stated()
        return replace(real, discrimination=np.where(np.arange(ITEMS) == 5, 0.0, 1.5))

    def test_an_item_blind_to_ability_is_odd_and_the_others_are_not(self):
        record = record_of(sat(self.spoilt(), count=800))
        found = estimate(record, authored=stated())
        fit = fit_of(record, found, authored=stated())

        odd = misfits(fit, found, authored=stated())
        assert odd[5]
        assert odd.sum() <= 2
        assert fit.outfit[5] > 1.4

    def test_without_answers_there_is_no_fit(self):
        tests = [[pair for pair in test if pair[0] != 3] for test in sat(stated(), count=50)]
        record = record_of(tests)
        found = estimate(record, authored=stated())
        fit = fit_of(record, found, authored=stated())

        assert np.isnan(fit.outfit[3])
        assert not misfits(fit, found, authored=stated())[3]

    def test_one_slip_on_an_easy_item_is_no_misfit(self):
        easy = Parameters(np.array([1.5] * 3), np.array([-4.0, -4.0, 0.0]), np.zeros(3))
        tests = [[(0, Given.RIGHT), (1, Given.RIGHT), (2, Given.RIGHT)]] * 60
        tests[7] = [(0, Given.WRONG), (1, Given.RIGHT), (2, Given.RIGHT)]
        record = record_of(tests)
        found = estimate(record, authored=easy)

        assert not misfits(fit_of(record, found, authored=easy), found, authored=easy)[0]


def test_a_night_takes_no_longer_step_than_it_may():
    now = stated()
    found = Parameters(
        np.full(ITEMS, 3.0), now.difficulty + np.linspace(-2, 2, ITEMS), np.full(ITEMS, 0.45)
    )
    step = bounded(now, found)

    assert np.allclose(step.discrimination, 1.5 * STEEPEST)
    assert np.abs(step.difficulty - now.difficulty).max() == pytest.approx(FARTHEST)
    assert np.allclose(step.guessing, 0.25 + LUCKIEST)
    assert np.allclose(bounded(now, now).difficulty, now.difficulty)
