"""FSRS-6's parameters fitted to one learner's reviews: Adam on the log loss of recall.

The same model as the `fsrs` library, whose own optimiser needs PyTorch, over all cards at once in
numpy. The gradient is by forward differences: the model runs on 22 sets of parameters side by side,
those of now and each with one of them a little larger. A pull towards FSRS's own parameters, as in
the reference optimiser, keeps what the reviews say nothing about where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LONGEST_LOG: Final = 64
"""Reviews of one card that are looked at: its first."""
STEPS: Final = 120
RATE: Final = 0.05
PULL: Final = 1.0
"""Weight of the pull towards FSRS's own parameters, in reviews a parameter."""
_NUDGE: Final = 1e-4
_DEFAULT: Final = np.array(DEFAULT_PARAMETERS)
_LOWER, _UPPER = np.array(LOWER_BOUNDS_PARAMETERS), np.array(UPPER_BOUNDS_PARAMETERS)
# How far learners differ from one another in each, roughly: a step in one is worth a step in
# another.
_SCALE: Final = np.maximum(0.3 * np.abs(_DEFAULT), 0.02)


@dataclass(frozen=True, slots=True)
class Log:
    """One card's reviews: ratings 1 to 4, and the learner's days since the review before (0 for the
    first, and for one of the same day)."""

    ratings: Sequence[int]
    days: Sequence[int]


@dataclass(frozen=True, slots=True)
class Fit:
    """`loss` is the mean log loss of recall on reviews kept out of the fit; the others are
    that of the parameters before and that of FSRS's own."""

    parameters: tuple[float, ...]
    loss: float
    loss_before: float
    loss_default: float

    @property
    def better(self) -> bool:
        return self.loss < min(self.loss_before, self.loss_default)


@dataclass(frozen=True, slots=True)
class _Table:
    """Cards down, reviews across; where a card has no such review its rating is 0."""

    ratings: NDArray[np.int64]
    days: Numbers
    counted: NDArray[np.bool_]
    """Where recall is asked: not the first review, nor one of the same day."""


def fit(logs: Sequence[Log], before: Sequence[float] = DEFAULT_PARAMETERS) -> Fit:
    """Fit to four fifths of the cards and try it on the others. Where those hold no review that
    asks for recall, nothing is better than anything."""
    held_out = [log for place, log in enumerate(logs) if place % 5 == 4]
    training = [log for place, log in enumerate(logs) if place % 5 != 4]
    table, trial = _table(training), _table(held_out)
    weights = _descend(table)
    rivals = _losses(np.vstack([weights, np.array(before), _DEFAULT]), trial)
    return Fit(tuple(float(one) for one in weights), *(float(loss) for loss in rivals))


def recalls(logs: Sequence[Log], parameters: Sequence[float]) -> list[list[float]]:
    """The chance of recall the model gives each review but the first, card by card."""
    table = _table(logs)
    chances = _chances(np.array(parameters)[None, :], table)[0]
    return [list(chances[place, 1 : len(log.ratings)]) for place, log in enumerate(logs)]


def _table(logs: Sequence[Log]) -> _Table:
    longest = min(max((len(log.ratings) for log in logs), default=1), LONGEST_LOG)
    ratings = np.zeros((len(logs), longest), dtype=np.int64)
    days = np.zeros((len(logs), longest))
    for place, log in enumerate(logs):
        count = min(len(log.ratings), longest)
        ratings[place, :count] = log.ratings[:count]
        days[place, :count] = log.days[:count]
    counted = (ratings > 0) & (days > 0)
    counted[:, 0] = False
    return _Table(ratings, days, counted)


def _descend(table: _Table) -> Numbers:
    """Adam, in units of `_SCALE`, within FSRS's bounds."""
    weights, first, second = _DEFAULT.copy(), np.zeros(21), np.zeros(21)
    best, least = weights, np.inf
    for step in range(1, STEPS + 1):
        loss, slope = _slope(weights, table)
        if loss < least:
            best, least = weights.copy(), loss
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        rate = RATE * (1 + np.cos(np.pi * step / STEPS)) / 2
        weights = np.clip(weights - rate * _SCALE * move, _LOWER, _UPPER)
    return best


def _slope(weights: Numbers, table: _Table) -> tuple[float, Numbers]:
    nudged = np.vstack([weights, weights + np.diag(_NUDGE * _SCALE)])
    count = max(int(table.counted.sum()), 1)
    pull = PULL / count * (((nudged - _DEFAULT) / _SCALE) ** 2).sum(axis=1)
    losses = _losses(nudged, table) + pull
    return float(losses[0]), (losses[1:] - losses[0]) / _NUDGE


def _losses(sets: Numbers, table: _Table) -> Numbers:
    """Mean log loss under each set of parameters."""
    chances = np.clip(_chances(sets, table), 1e-6, 1 - 1e-6)
    recalled = table.ratings[None] > 1
    losses = -np.where(recalled, np.log(chances), np.log(1 - chances))
    total = np.where(table.counted[None], losses, 0.0).sum(axis=(1, 2))
    return np.asarray(total / max(int(table.counted.sum()), 1))


def _chances(sets: Numbers, table: _Table) -> Numbers:
    """Chance of recall: sets x cards x reviews. The formulas are FSRS-6's."""
    w = [sets[:, place, None] for place in range(21)]
    factor = 0.9 ** (-1 / w[20]) - 1
    first = table.ratings[:, 0]
    stability = np.clip(sets[:, np.maximum(first, 1) - 1], 0.001, 36_500.0)
    difficulty = np.clip(_first_difficulty(w, first), 1.0, 10.0)
    chances = np.ones((len(sets), *table.ratings.shape))
    for place in range(1, table.ratings.shape[1]):
        rating, days = table.ratings[None, :, place], table.days[None, :, place]
        chance = (1 + factor * days / stability) ** -w[20]
        chances[:, :, place] = chance
        moved = np.where(
            days < 1,
            _same_day(w, stability, rating),
            np.where(
                rating > 1,
                _recalled(w, stability, difficulty, chance, rating),
                _forgotten(w, stability, difficulty, chance),
            ),
        )
        there = rating > 0
        stability = np.where(there, np.clip(moved, 0.001, 36_500.0), stability)
        difficulty = np.where(there, _next_difficulty(w, difficulty, rating), difficulty)
    return chances


def _first_difficulty(w: list[Numbers], rating: NDArray[np.int64]) -> Numbers:
    return np.asarray(w[4] - np.exp(w[5] * (rating - 1)) + 1)


def _next_difficulty(w: list[Numbers], difficulty: Numbers, rating: NDArray[np.int64]) -> Numbers:
    moved = difficulty - w[6] * (rating - 3) * (10 - difficulty) / 9
    easy = w[4] - np.exp(w[5] * 3) + 1
    return np.clip(w[7] * easy + (1 - w[7]) * moved, 1.0, 10.0)


def _same_day(w: list[Numbers], stability: Numbers, rating: NDArray[np.int64]) -> Numbers:
    growth = np.exp(w[17] * (rating - 3 + w[18])) * stability ** -w[19]
    return np.asarray(stability * np.where(rating > 1, np.maximum(growth, 1.0), growth))


def _recalled(
    w: list[Numbers],
    stability: Numbers,
    difficulty: Numbers,
    chance: Numbers,
    rating: NDArray[np.int64],
) -> Numbers:
    bonus = np.where(rating == 2, w[15], np.where(rating == 4, w[16], 1.0))
    gain = np.exp(w[8]) * (11 - difficulty) * stability ** -w[9]
    return np.asarray(stability * (1 + gain * (np.exp((1 - chance) * w[10]) - 1) * bonus))


def _forgotten(
    w: list[Numbers], stability: Numbers, difficulty: Numbers, chance: Numbers
) -> Numbers:
    grown = (stability + 1) ** w[13] - 1
    long = w[11] * difficulty ** -w[12] * grown * np.exp((1 - chance) * w[14])
    return np.minimum(long, stability / np.exp(w[17] * w[18]))
