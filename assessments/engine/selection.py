"""Which item next: the most telling ones, the skills in balance, none shown to everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assessments.engine.belief import Belief
from assessments.engine.scale import CUTS, Floats

AMONG: Final = 5
"""One of so many best items is drawn at random (randomesque exposure control), so that two
learners at one level do not see one test, at a cost of a few per cent of information."""
MOST_SHOWN: Final = 0.15
"""The share of tests an item may come up in before it has to be better than others to be asked."""
SPARING: Final = 4
"""How fast an item loses worth above that share: shown twice too often, it keeps a sixteenth. Items
of one level and skill differ by a few per cent, so a slight loss already lets the next one pass."""
SKILL_SHARES: Final[Mapping[str, float]] = {
    "grammar": 0.4,
    "vocabulary": 0.4,
    "reading": 0.1,
    "listening": 0.1,
}
"""Of the questions. A text takes a learner three times as long as a sentence, so it has less."""
TYPICAL_GUESSING: Final = 0.4
"""Share of its blind chance at which an item is taken to be guessed, when items are compared."""

Mask = NDArray[np.bool_]


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
        return cls(information, np.asarray(skills, dtype=str), worth)

    @cached_property
    def by_skill(self) -> dict[str, Mask]:
        return {str(skill): self.skills == skill for skill in np.unique(self.skills)}

    def preferring(self, preference: Floats) -> "Pool":
        """The same items with other preferences; what was derived of the skills is kept."""
        pool = replace(self, preference=preference)
        pool.__dict__["by_skill"] = self.by_skill
        return pool

    def skills_among(self, free: Mask) -> set[str]:
        """The skills that have an item among the free ones."""
        return {skill for skill, members in self.by_skill.items() if (members & free).any()}


def information_at(points: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """Fisher information of three-parameter items (Lord 1980, eq. 5-9): shape (items, points)."""
    chance = TYPICAL_GUESSING * c[:, None]
    known = 1 / (1 + np.exp(-a[:, None] * (points - b[:, None])))
    right = chance + (1 - chance) * known
    return np.asarray(a[:, None] ** 2 * (1 - right) / right * known**2)


def sparing(shares: Floats) -> Floats:
    """The factor on an item's worth that follows from the share of recent tests it came up in."""
    return np.asarray((MOST_SHOWN / np.maximum(shares, MOST_SHOWN)) ** SPARING)


def choose(
    pool: Pool,
    belief: Belief,
    *,
    free: Mask,
    asked: Mapping[str, int],
    rng: np.random.Generator,
) -> int | None:
    """Index of the next item among the `free` ones, or None when there is none.

    Information counts where it separates levels: at the cuts, as far as ability may lie there.
    `asked` says how many questions each skill has had.
    """
    if not free.any():
        return None
    skill = skill_due(asked, available=pool.skills_among(free))
    candidates = np.flatnonzero(free & pool.by_skill[skill])
    telling = pool.information[candidates] @ belief.density_at_cuts
    worth = pool.preference[candidates] * telling
    best = candidates[np.argsort(-worth, kind="stable")[:AMONG]]
    return int(rng.choice(best))


def skill_due(asked: Mapping[str, int], *, available: set[str]) -> str:
    """The skill furthest behind its share; a skill without a share comes last."""
    total = sum(asked.values()) + 1
    return max(
        sorted(available),
        key=lambda skill: SKILL_SHARES.get(skill, 0.0) * total - asked.get(skill, 0),
    )
