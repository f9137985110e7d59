"""The levels of the Common European Framework of Reference, and the API's three coarse names."""

from django.db import models


class Level(models.TextChoices):
    A1 = "A1", "A1"
    A2 = "A2", "A2"
    B1 = "B1", "B1"
    B2 = "B2", "B2"
    C1 = "C1", "C1"
    C2 = "C2", "C2"


class Difficulty(models.TextChoices):
    """What the API calls a level when a client has no finer idea of it."""

    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"


LEVELS: tuple[str, ...] = tuple(Level.values)

_DIFFICULTY = {
    Level.A1: Difficulty.BEGINNER,
    Level.A2: Difficulty.BEGINNER,
    Level.B1: Difficulty.INTERMEDIATE,
    Level.B2: Difficulty.INTERMEDIATE,
    Level.C1: Difficulty.ADVANCED,
    Level.C2: Difficulty.ADVANCED,
}
_STARTING_LEVEL = {
    Difficulty.BEGINNER: Level.A1,
    Difficulty.INTERMEDIATE: Level.B1,
    Difficulty.ADVANCED: Level.C1,
}


def difficulty_of(level: str) -> Difficulty:
    return _DIFFICULTY[Level(level)]


def level_of(difficulty: str) -> Level:
    """The lowest level a coarse name covers."""
    return _STARTING_LEVEL[Difficulty(difficulty)]


def levels_apart(level: str, other: str) -> int:
    """How many levels `other` lies above `level`; negative when below."""
    return LEVELS.index(other) - LEVELS.index(level)
