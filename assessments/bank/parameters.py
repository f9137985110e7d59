"""Where an item starts before answers calibrate it: all from its level, skill and slug."""

from dataclasses import dataclass
from zlib import crc32

from assessments.engine import CENTRES, LEVELS

DISCRIMINATION = {"grammar": 1.5, "vocabulary": 1.5, "reading": 1.3, "listening": 1.3}
"""Reading and listening ask for one point of a longer text, so chance details weigh more."""
OTHER_DISCRIMINATION = 1.2
SPREAD = 0.3
"""Items of one level lie this far about its centre at most, on the ability scale."""


@dataclass(frozen=True, slots=True)
class Parameters:
    discrimination: float
    difficulty: float
    guessing: float


def starting_parameters(*, slug: str, level: str, skill: str, options: int) -> Parameters:
    """Three-parameter logistic start values. A typed answer (no options) is never guessed.

    `guessing` is the chance of a blind choice, 1 / options. How often a learner does choose blindly
    where "I don't know" is offered is a trait of the learner, not of the item: see `engine.model`.
    """
    place = crc32(slug.encode()) / 0xFFFFFFFF
    return Parameters(
        discrimination=DISCRIMINATION.get(skill, OTHER_DISCRIMINATION),
        difficulty=round(float(CENTRES[LEVELS.index(level)]) + SPREAD * (2 * place - 1), 3),
        guessing=1 / options if options else 0.0,
    )
