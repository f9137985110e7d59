"""Simulated learners who sit the real test: what a bank does when the truth is known."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from assessments.calibration.estimation import Parameters
from assessments.engine import (
    CENTRES,
    LEVELS,
    Answers,
    Belief,
    Given,
    Pool,
    Prior,
    choose,
    sparing,
    stop_reason,
)
from assessments.engine.scale import WIDTH, Floats
from assessments.engine.selection import Mask

WINDOW: Final = 1000
"""Tests whose items count as shown lately."""
FEWEST: Final = 100

Draw = Callable[[Belief, Mask, Counter[str], np.random.Generator], int | None]


@dataclass(frozen=True)
class Bank:
    """Items as the engine believes them to be."""

    stated: Parameters
    pool: Pool

    @classmethod
    def of(cls, stated: Parameters, skills: Sequence[str]) -> Self:
        pool = Pool.of(
            discrimination=stated.discrimination,
            difficulty=stated.difficulty,
            guessing=stated.guessing,
            skills=skills,
        )
        return cls(stated, pool)

    def __len__(self) -> int:
        return len(self.pool.skills)

    def adaptive(self, pool: Pool | None = None) -> Draw:
        """The product's own choice."""

        def draw(
            belief: Belief, free: Mask, asked: Counter[str], rng: np.random.Generator
        ) -> int | None:
            return choose(pool or self.pool, belief, free=free, asked=asked, rng=rng)

        return draw


@dataclass(frozen=True, slots=True)
class Learner:
    ability: float
    habit: float
    """How often they say so when they do not know; else they choose blindly."""


@dataclass(frozen=True, slots=True)
class Sat:
    belief: Belief
    asked: list[int]
    given: list[Given]


@dataclass
class Shown:
    """How often each item came up in the latest tests."""

    items: int
    latest: deque[list[int]] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def add(self, asked: list[int]) -> None:
        self.latest.append(asked)

    def spared(self, pool: Pool) -> Pool:
        """The pool with less worth for items shown too often; unchanged while tests are few."""
        if len(self.latest) < FEWEST:
            return pool
        times = np.bincount([i for asked in self.latest for i in asked], minlength=self.items)
        return pool.preferring(sparing(times / len(self.latest)))


def sit(
    bank: Bank, learner: Learner, *, real: Parameters, draw: Draw, rng: np.random.Generator
) -> Sat:
    """One test, from a newcomer's prior until the engine is done. `real`: as the items are."""
    belief = Belief.before(Prior())
    free = np.ones(len(bank), dtype=bool)
    asked: Counter[str] = Counter()
    sat = Sat(belief, [], [])
    while not stop_reason(belief, asked=asked, available=bank.pool.skills_among(free)):
        index = draw(belief, free, asked, rng)
        if index is None:
            break
        given = answer(learner, real, index, rng)
        belief = belief.after(_one(bank.stated, index, given))
        free[index] = False
        asked[str(bank.pool.skills[index])] += 1
        sat.asked.append(index)
        sat.given.append(given)
    return Sat(belief, sat.asked, sat.given)


def answer(learner: Learner, real: Parameters, index: int, rng: np.random.Generator) -> Given:
    slope, place = real.discrimination[index], real.difficulty[index]
    if rng.random() < 1 / (1 + np.exp(-slope * (learner.ability - place))):
        return Given.RIGHT
    if rng.random() < learner.habit:
        return Given.DONT_KNOW
    return Given.RIGHT if rng.random() < real.guessing[index] else Given.WRONG


def abilities(count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Floats]:
    """True levels, evenly spread, and an ability within each."""
    levels = np.arange(count) % len(LEVELS)
    return levels, CENTRES[levels] + WIDTH * rng.random(count)


def _one(stated: Parameters, index: int, given: Given) -> Answers:
    a, b, c = (stated.discrimination, stated.difficulty, stated.guessing)
    return Answers.of([(float(a[index]), float(b[index]), float(c[index]), given)])
