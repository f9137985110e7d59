"""Item parameters from answers: marginal maximum a posteriori, by EM. Numpy only, no Django.

The model of an answer is that of `engine.belief`; ability and habit of each test are unknown, so
they are summed out (Bock & Aitkin 1981). Tests that began from one prior form a group whose
distribution is estimated beside the items (Bock & Zimowski 1997): who said they were advanced
met other items than a newcomer, and is another person. A right answer was known or guessed; with
that split an item's slope and place follow from a logistic regression, and its guessing from a
count. The authored values are the prior, so a few answers move an item little.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assessments.engine.belief import HABITS, Given
from assessments.engine.scale import GRID, Floats, Prior

Singles = NDArray[np.float32]

POINTS: Final[Floats] = np.linspace(GRID[0], GRID[-1], 41)
"""0.28 apart: fine beside what a whole test leaves open, 0.35 and more, and a third of the work."""
CELLS: Final = len(HABITS) * len(POINTS)
SLOPE_VARIES: Final = 0.25
"""Standard deviation of the logarithm of an item's real slope about the authored one."""
PLACE_VARIES: Final = 0.5
"""Of its real difficulty about the authored one: a third of a level."""
GUESSES_AUTHORED: Final = 40
"""Blind choices that the authored guessing counts for."""
GROUP_COUNTS_FOR: Final = 10
"""Tests that the prior of a group counts for when its distribution is estimated."""
ROUNDS: Final = 100
STILL: Final = 0.001
"""The estimate is done when no difficulty moves more than this in a round."""
AT_ONCE: Final = 4096
"""Answers worked on together: their arrays stay in the processor's cache."""


@dataclass(frozen=True)
class Parameters:
    """Parallel arrays, one entry an item."""

    discrimination: Floats
    difficulty: Floats
    guessing: Floats


@dataclass(frozen=True)
class Record:
    """The answers of many tests; those of one test stand together."""

    item: NDArray[np.int32]
    given: NDArray[np.int8]
    starts: NDArray[np.int64]
    """Where each test's answers begin."""
    group: NDArray[np.int16]
    """Which of `priors` each test began from."""
    priors: tuple[Prior, ...]

    def __len__(self) -> int:
        return len(self.item)

    def times_answered(self, items: int) -> NDArray[np.int64]:
        return np.bincount(self.item, minlength=items)

    def pieces(self) -> Iterator["Piece"]:
        """The record in pieces of whole tests, `AT_ONCE` answers or a little more each."""
        ends = np.append(self.starts[1:], len(self))
        first = 0
        while first < len(self.starts):
            enough = np.searchsorted(ends, self.starts[first] + AT_ONCE)
            last = int(min(enough, len(self.starts) - 1))
            yield self._piece(first, last + 1, int(ends[last]))
            first = last + 1

    def _piece(self, first: int, last: int, end: int) -> "Piece":
        begin = int(self.starts[first])
        starts = self.starts[first:last] - begin
        sizes = np.diff(np.append(starts, end - begin))
        return Piece(
            item=self.item[begin:end],
            given=self.given[begin:end],
            starts=starts,
            test=np.repeat(np.arange(last - first), sizes),
            group=self.group[first:last],
        )


@dataclass(frozen=True, slots=True)
class Piece:
    item: NDArray[np.int32]
    given: NDArray[np.int8]
    starts: NDArray[np.int64]
    test: NDArray[np.int64]
    """Which test of the piece each answer belongs to."""
    group: NDArray[np.int16]


@dataclass(frozen=True)
class Tables:
    """Chances of each item's answers, by habit and ability; rows of `CELLS` numbers."""

    log: Singles
    """Logarithm of the chance of each item's answer: row `3 * item + given`."""
    right: Singles
    known: Singles
    """Chance that a right answer was known, not guessed."""

    @classmethod
    def of(cls, items: Parameters) -> "Tables":
        slope, place = items.discrimination[:, None], items.difficulty[:, None]
        knows = (1 / (1 + np.exp(-slope * (POINTS - place))))[:, None, :]
        habit, chance = HABITS[None, :, None], items.guessing[:, None, None]
        right = knows + (1 - knows) * (1 - habit) * chance
        answers = [(1 - knows) * (1 - habit) * (1 - chance), right, (1 - knows) * habit]
        order = [answers[given] for given in sorted(Given)]
        return cls(
            log=_rows(np.log(np.stack(order, axis=1)), 3 * len(slope)),
            right=_rows(right, len(slope)),
            known=_rows(knows / right, len(slope)),
        )


@dataclass
class Tally:
    """What a pass over the answers expects of each item, and of each group of tests."""

    known: Floats
    unknown: Floats
    guessed: Floats
    missed: Floats
    groups: Floats

    @classmethod
    def empty(cls, items: int, groups: int) -> "Tally":
        by_point = (items, len(POINTS))
        return cls(
            known=np.zeros(by_point),
            unknown=np.zeros(by_point),
            guessed=np.zeros(items),
            missed=np.zeros(items),
            groups=np.zeros((groups, CELLS)),
        )


@dataclass(frozen=True)
class Estimate:
    items: Parameters
    groups: Floats
    """Logarithms of each group's distribution over habit and ability."""
    rounds: int


def estimate(record: Record, *, authored: Parameters, start: Parameters | None = None) -> Estimate:
    """The most probable parameters given the answers and the authored values.

    `start` (by default the authored values) is where the search begins. The same record gives the
    same figures: nothing is drawn.
    """
    items = start or authored
    stated = np.stack([stated_distribution(prior) for prior in record.priors])
    groups = np.log(stated)
    rounds = 0
    for rounds in range(1, ROUNDS + 1):  # noqa: B007 - told in the estimate
        tally = _expect(record, items, groups)
        better = _maximise(items, authored, tally)
        moved = float(np.abs(better.difficulty - items.difficulty).max(initial=0))
        items, groups = better, _regroup(tally.groups, stated)
        if moved < STILL:
            break
    return Estimate(items, groups, rounds)


def stated_distribution(prior: Prior) -> Floats:
    """A prior over the cells; every habit is as likely at first."""
    density = np.exp(-0.5 * ((POINTS - prior.mean) / prior.spread) ** 2) + 1e-9
    return np.tile(density / density.sum() / len(HABITS), len(HABITS))


def posterior(piece: Piece, tables: Tables, groups: Floats) -> tuple[Singles, Singles]:
    """Logarithm of each answer's chance, and of each test's posterior, not normalised."""
    each = tables.log[3 * piece.item + piece.given]
    tests = np.add.reduceat(each, piece.starts, axis=0) + groups[piece.group].astype(np.float32)
    return each, tests


def normalised(log: Singles) -> Singles:
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _rows(table: Floats, count: int) -> Singles:
    return np.ascontiguousarray(table.reshape(count, CELLS), dtype=np.float32)


def _expect(record: Record, items: Parameters, groups: Floats) -> Tally:
    tables = Tables.of(items)
    tally = Tally.empty(len(items.difficulty), len(groups))
    for piece in record.pieces():
        weights = normalised(posterior(piece, tables, groups)[1])
        np.add.at(tally.groups, piece.group, weights)
        by_point = _over_habits(weights)
        right = piece.given == Given.RIGHT
        who, what = piece.test[right], piece.item[right]
        known = _over_habits(weights[who] * tables.known[what])
        _add_rows(tally.known, what, known)
        _add_rows(tally.unknown, what, by_point[who] - known)
        tally.guessed += np.bincount(
            what, weights=1 - known.sum(axis=1), minlength=len(tally.guessed)
        )
        _add_rows(tally.unknown, piece.item[~right], by_point[piece.test[~right]])
        wrong = piece.item[piece.given == Given.WRONG]
        tally.missed += np.bincount(wrong, minlength=len(tally.missed))
    return tally


def _over_habits(cells: Singles) -> Singles:
    return np.asarray(cells.reshape(len(cells), len(HABITS), len(POINTS)).sum(axis=1))


def _add_rows(total: Floats, where: NDArray[np.int32], rows: Singles) -> None:
    """`total[where] += rows`, repeated places included."""
    if len(where):
        order = np.argsort(where, kind="stable")
        places, starts = np.unique(where[order], return_index=True)
        total[places] += np.add.reduceat(rows[order], starts, axis=0)


def _maximise(items: Parameters, authored: Parameters, tally: Tally) -> Parameters:
    for _ in range(3):
        items = _newton_step(items, authored, tally)
    blind = tally.guessed + tally.missed + GUESSES_AUTHORED
    guessing = (tally.guessed + GUESSES_AUTHORED * authored.guessing) / blind
    # A typed answer cannot be guessed.
    return replace(items, guessing=np.where(authored.guessing > 0, guessing, 0.0))


def _newton_step(items: Parameters, authored: Parameters, tally: Tally) -> Parameters:
    """One step of Fisher scoring in (log a, b), the authored values as a normal prior."""
    slope, place = items.discrimination, items.difficulty
    steep = slope[:, None] * (POINTS - place[:, None])
    knows = 1 / (1 + np.exp(-steep))
    total = tally.known + tally.unknown
    off, weight = tally.known - total * knows, total * knows * (1 - knows)
    by_slope = 1 / SLOPE_VARIES**2
    by_place = 1 / PLACE_VARIES**2
    pull_slope = (off * steep).sum(axis=1) - by_slope * np.log(slope / authored.discrimination)
    pull_place = -slope * off.sum(axis=1) - by_place * (place - authored.difficulty)
    ss = (weight * steep**2).sum(axis=1) + by_slope
    sp = -slope * (weight * steep).sum(axis=1)
    pp = slope**2 * weight.sum(axis=1) + by_place
    size = ss * pp - sp**2
    step_slope = (pp * pull_slope - sp * pull_place) / size
    step_place = (ss * pull_place - sp * pull_slope) / size
    return replace(
        items,
        discrimination=slope * np.exp(np.clip(step_slope, -0.5, 0.5)),
        difficulty=place + np.clip(step_place, -0.7, 0.7),
    )


def _regroup(counted: Floats, stated: Floats) -> Floats:
    total = counted.sum(axis=1, keepdims=True) + GROUP_COUNTS_FOR
    return np.asarray(np.log((counted + GROUP_COUNTS_FOR * stated) / total))
