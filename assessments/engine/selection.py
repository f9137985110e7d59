"""Which item next: the most telling ones, the skills in balance, none shown to everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assessments.engine.belief import Belief
from assessments.engine.scale import CUTS, Floats

AMONG: Final = 5
"""One of so many best items is drawn at random (randomesque exposure control), so that two
learners at one level do not see one test, at a cost of a few per cent of information."""
SKILL_SHARES: Final[Mapping[str, float]] = {"grammar": 0.4, "vocabulary": 0.4, "reading": 0.2}
"""Of the questions. Reading has the fewest: a passage takes a learner three times as long."""
TYPICAL_GUESSING: Final = 0.4
"""Share of its blind chance at which an item is taken to be guessed, when items are compared."""


@dataclass(frozen=True)
class Pool:
    """The items that may be asked, as parallel arrays."""

    information: Floats
    """Fisher information of each item at each cut between levels: shape (items, cuts)."""
    skills: NDArray[np.str_]
    preference: Floats
    """A factor on an item's worth: above 1 when wanted (a topic), below 1 when seen before."""

    @classmethod
    def of(
        cls,
        *,
        discrimination: Sequence[float] | Floats,
        difficulty: Sequence[float] | Floats,
        guessing: Sequence[float] | Floats,
        skills: Sequence[str],
        preference: Sequence[float] | None = None,
    ) -> "Pool":
        worth = np.ones(len(skills)) if preference is None else np.asarray(preference, float)
        information = information_at(
            CUTS, np.asarray(discrimination), np.asarray(difficulty), np.asarray(guessing)
        )
        return cls(information, np.asarray(skills), worth)


def information_at(points: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """Fisher information of three-parameter items (Lord 1980, eq. 5-9): shape (items, points)."""
    chance = TYPICAL_GUESSING * c[:, None]
    known = 1 / (1 + np.exp(-a[:, None] * (points - b[:, None])))
    right = chance + (1 - chance) * known
    return np.asarray(a[:, None] ** 2 * (1 - right) / right * known**2)


def choose(
    pool: Pool,
    belief: Belief,
    *,
    free: NDArray[np.bool_],
    asked: Mapping[str, int],
    rng: np.random.Generator,
) -> int | None:
    """Index of the next item among the `free` ones, or None when there is none.

    Information counts where it separates levels: at the cuts, as far as ability may lie there.
    `asked` says how many questions each skill has had.
    """
    if not free.any():
        return None
    worth = pool.preference * (pool.information @ belief.density_at_cuts)
    skill = skill_due(asked, available=set(pool.skills[free].tolist()))
    candidates = np.flatnonzero(free & (pool.skills == skill))
    best = candidates[np.argsort(-worth[candidates], kind="stable")[:AMONG]]
    return int(rng.choice(best))


def skill_due(asked: Mapping[str, int], *, available: set[str]) -> str:
    """The skill furthest behind its share; a skill without a share comes last."""
    total = sum(asked.values()) + 1
    return max(
        sorted(available),
        key=lambda skill: SKILL_SHARES.get(skill, 0.0) * total - asked.get(skill, 0),
    )
