"""The ability scale and where the levels lie on it.

Unit: with discrimination 1.4, 1.4 units are about two logits, the width of a level on the common
scale of North (2000, "The Development of a Common Framework Scale of Language Proficiency").
A level begins where half of its own items are known: at B1 is who knows at least half of the B1
items and less than half of the B2 items, in the middle of B1 three quarters and one quarter. So a
level may be told in can-do words, and who has finished B1 but not begun B2 is placed at B1.
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
"""Mean difficulty of each level's items."""
CUTS: Final[Floats] = CENTRES[1:]
"""Below the first is A1, whoever has only just begun among them."""
GRID: Final[Floats] = np.linspace(-5.6, 5.6, 113)
"""Points of ability, a tenth apart: fine beside a standard error of 0.35 after 20 items."""
LEVEL_OF_POINT: Final = np.searchsorted(CUTS, GRID, side="right")
IN_LEVEL: Final[Floats] = (LEVEL_OF_POINT[:, None] == np.arange(len(LEVELS))).astype(float)


def level_centre(level: str) -> float:
    """The middle of a level's band; C2 counts as C1."""
    start = CENTRES[LEVELS.index(level)] if level in LEVELS else CENTRES[-1]
    return float(start) + WIDTH / 2


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before the first answer: a normal curve over ability."""

    mean: float = 0.0
    """The border of A2 and B1: a newcomer's first question is an easy one."""
    spread: float = 2.5

    def on_grid(self) -> Floats:
        density = np.exp(-0.5 * ((GRID - self.mean) / self.spread) ** 2)
        return density / float(density.sum())
