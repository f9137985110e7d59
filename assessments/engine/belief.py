"""What the answers say of a learner's ability.

The model of one answer. With the logistic curve K(t) = 1 / (1 + exp(-a (t - b))) the chance that a
learner of ability t knows the item, and h the learner's habit, the chance that they say "I don't
know" when they do not (rather than choose blindly, which succeeds with chance c):

    right        K + (1 - K) (1 - h) c
    wrong        (1 - K) (1 - h) (1 - c)
    don't know   (1 - K) h

At h = 0 this is the three-parameter logistic model (Birnbaum 1968); at h = 1, the one without
guessing. In ability, "I don't know" and a wrong choice weigh the same, 1 - K: what the key buys is
that a learner who uses it has their right answers trusted, since guessing becomes (1 - h) c. The
habit is unknown, so it is estimated beside ability, on a grid of its own, and summed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final, Self

import numpy as np

from assessments.engine.scale import CUTS, GRID, IN_LEVEL, LEVELS, Floats, Prior

HABITS: Final[Floats] = np.array([0.02, 0.25, 0.5, 0.75, 0.95])
"""Never quite 0 or 1: no single answer may make a habit impossible."""
INTERVAL: Final = 0.95


class Given(IntEnum):
    WRONG = 0
    RIGHT = 1
    DONT_KNOW = 2


@dataclass(frozen=True, slots=True)
class Answers:
    """Parallel arrays: the parameters of the items answered, and what was given."""

    discrimination: Floats
    difficulty: Floats
    guessing: Floats
    given: Sequence[Given]

    @classmethod
    def of(cls, rows: Sequence[tuple[float, float, float, Given]]) -> Self:
        a, b, c, given = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(np.array(a, float), np.array(b, float), np.array(c, float), list(given))

    def likelihood(self) -> Floats:
        """Chance of each answer, by habit and ability: shape (answers, habits, points)."""
        slope, middle = self.discrimination[:, None], self.difficulty[:, None]
        known = (1 / (1 + np.exp(-slope * (GRID - middle))))[:, None, :]
        habit, chance = HABITS[None, :, None], self.guessing[:, None, None]
        right = known + (1 - known) * (1 - habit) * chance
        wrong = (1 - known) * (1 - habit) * (1 - chance)
        dont_know = (1 - known) * habit
        given = np.array(self.given, dtype=int)[:, None, None]
        return np.choose(given, [wrong, right, dont_know])


@dataclass(frozen=True)
class Belief:
    """A joint probability over habits and ability; every figure of a result is read off it."""

    joint: Floats

    @classmethod
    def before(cls, prior: Prior | Floats) -> Self:
        ability = prior.on_grid() if isinstance(prior, Prior) else prior
        return cls(np.tile(ability / len(HABITS), (len(HABITS), 1)))

    def after(self, answers: Answers) -> "Belief":
        if not len(answers.given):
            return self
        # Logarithms: a hundred answers multiplied underflow.
        log = np.log(answers.likelihood()).sum(axis=0) + np.log(self.joint + 1e-300)
        joint = np.exp(log - log.max())
        return Belief(joint / joint.sum())

    @cached_property
    def ability_curve(self) -> Floats:
        return np.asarray(self.joint.sum(axis=0))

    @cached_property
    def habit(self) -> float:
        return float(self.joint.sum(axis=1) @ HABITS)

    @cached_property
    def ability(self) -> float:
        """Expected a posteriori."""
        return float(self.ability_curve @ GRID)

    @cached_property
    def standard_error(self) -> float:
        return float(np.sqrt(self.ability_curve @ (GRID - self.ability) ** 2))

    @cached_property
    def levels(self) -> Floats:
        """Probability of each level."""
        return np.asarray(self.ability_curve @ IN_LEVEL)

    @cached_property
    def level(self) -> str:
        return LEVELS[int(self.levels.argmax())]

    @cached_property
    def probability(self) -> float:
        return float(self.levels.max())

    @cached_property
    def density_at_cuts(self) -> Floats:
        return np.interp(CUTS, GRID, self.ability_curve)

    @cached_property
    def interval(self) -> tuple[str, str]:
        """The shortest run of levels that holds 95 %; among equals, the most probable."""
        count = len(LEVELS)
        runs = [(low, high) for low in range(count) for high in range(low, count)]
        mass = {run: float(self.levels[run[0] : run[1] + 1].sum()) for run in runs}
        enough = [run for run in runs if mass[run] >= INTERVAL - 1e-9]
        low, high = min(enough, key=lambda run: (run[1] - run[0], -mass[run]))
        return LEVELS[low], LEVELS[high]

    def blurred(self, spread: float) -> Floats:
        """The ability curve as a prior for something that lies about it with this spread."""
        kernel = np.exp(-0.5 * ((GRID[:, None] - GRID) / spread) ** 2)
        curve = self.ability_curve @ (kernel / kernel.sum(axis=1, keepdims=True))
        return np.asarray(curve / curve.sum())
