from dataclasses import dataclass

from practice.decks.scheduling.ratings import FSRS


@dataclass(frozen=True, slots=True)
class Options:
    """How a deck is studied. Steps are in seconds; no parameters means FSRS's own."""

    scheduler: str = FSRS
    retention: float = 0.9
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    parameters: tuple[float, ...] = ()
    fuzz: bool = True
