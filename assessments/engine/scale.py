"""The ability scale and where the levels lie on it.

Unit: with discrimination 1.4, 1.4 units are about two logits, the width of a level on the common
scale of North (2000, "The Development of a Common Framework Scale of Language Proficiency").
A level's band is centred on its own items: somebody in the middle of B1 knows half of the B1 items,
which is the level they have work to do at, and so the one to place them in.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS: Final = ("A1", "A2", "B1", "B2", "C1")
"""Above C1 the bank has no items, so C2 is never claimed: C1 means C1 or more."""
WIDTH: Final = 1.4
CENTRES: Final[Floats] = WIDTH * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
CUTS: Final[Floats] = (CENTRES[:-1] + CENTRES[1:]) / 2
GRID: Final[Floats] = np.linspace(-5.6, 5.6, 113)
"""Points of ability, a tenth apart: fine beside a standard error of 0.35 after 20 items."""
LEVEL_OF_POINT: Final = np.searchsorted(CUTS, GRID, side="right")
IN_LEVEL: Final[Floats] = (LEVEL_OF_POINT[:, None] == np.arange(len(LEVELS))).astype(float)


def level_centre(level: str) -> float:
    """The middle of a level's band; C2 counts as C1."""
    return float(CENTRES[LEVELS.index(level)] if level in LEVELS else CENTRES[-1])


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before the first answer: a normal curve over ability."""

    mean: float = -0.7
    """The border of A2 and B1: a newcomer's first question is an easy one."""
    spread: float = 2.5

    def on_grid(self) -> Floats:
        density = np.exp(-0.5 * ((GRID - self.mean) / self.spread) ** 2)
        return density / float(density.sum())
