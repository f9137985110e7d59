"""How far one night may take an item. Numpy only."""

from typing import Final

import numpy as np

from assessments.calibration.estimation import Parameters
from assessments.engine.scale import Floats

FEWEST_ANSWERS: Final = 50
"""Before so many an item keeps its authored values, and is not judged."""
FARTHEST: Final = 0.35
"""How far a night may move a difficulty, a quarter of a level: a flaw of one day's answers is
seen in the history before it has done much."""
STEEPEST: Final = 1.25
"""The factor that a night may turn a slope by, up or down."""
LUCKIEST: Final = 0.05
"""How far a night may move the chance of a blind choice."""


def bounded(now: Parameters, found: Parameters) -> Parameters:
    """A step from the values as they are to those found, no longer than a night allows."""
    slope = np.clip(found.discrimination / now.discrimination, 1 / STEEPEST, STEEPEST)
    return Parameters(
        discrimination=np.clip(now.discrimination * slope, 0.2, 3.5),
        difficulty=np.clip(_near(now.difficulty, found.difficulty, FARTHEST), -5.0, 5.0),
        guessing=np.clip(_near(now.guessing, found.guessing, LUCKIEST), 0.0, 0.5),
    )


def _near(now: Floats, found: Floats, most: float) -> Floats:
    return np.asarray(now + np.clip(found - now, -most, most))
