"""The memory of one concept: a fold over its evidence. No Django, no clock, no chance.

Two things are followed. *Memory* is FSRS-6 (github.com/open-spaced-repetition, by the `fsrs`
library): stability, the days in which the chance of recall falls to 90 %, and difficulty. *Command*
is the share of right evidence, older evidence counting less: who gets a form right half of the time
has not forgotten it, they have not learned it. With R the chance of recall after t days and p the
command,

    mastery = 100 R(t) p

the chance, in percent, that the learner would get it right now.

Evidence of weight w < 1 moves memory a part of the way that a full answer would, stability on a
logarithmic scale: S' = S^(1-w) S_full^w.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fsrs import Card, Rating, Scheduler, State

KEPT: Final = 0.9
"""What a piece of evidence keeps of its weight when the next one comes."""
PRIOR: Final = 0.5
"""Of right and of wrong, before any evidence (Jeffreys)."""
FOREVER: Final = timedelta(days=3650)

# Steps belong to a day of drilling cards; evidence comes when it comes. Fuzz would make a replay
# come out differently.
_SCHEDULER: Final = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_DECAY: Final = -_SCHEDULER.parameters[20]
_FACTOR: Final = 0.9 ** (1 / _DECAY) - 1
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence, as far as memory minds. `at` is in UTC."""

    correct: bool
    at: datetime
    weight: float = 1.0
    hint_used: bool = False
    spontaneous: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """`right` and `wrong` are sums of weights."""

    stability: float
    difficulty: float
    right: float
    wrong: float
    count: int
    last: datetime

    @property
    def command(self) -> float:
        return (self.right + PRIOR) / (self.right + self.wrong + 2 * PRIOR)

    def recall(self, now: datetime) -> float:
        days = max((now - self.last).total_seconds() / _DAY, 0.0)
        return float((1 + _FACTOR * days / self.stability) ** _DECAY)

    def mastery(self, now: datetime) -> int:
        """0 to 100."""
        return round(100 * self.recall(now) * self.command)

    def falls_below(self, target: int) -> datetime:
        """When mastery passes the target on its way down; `last` if it is below already."""
        share = target / (100 * self.command)
        if share >= 1:
            return self.last
        # A stability of years puts the day beyond what a date can hold.
        days = self.stability / _FACTOR * (share ** (1 / _DECAY) - 1)
        return self.last + min(timedelta(days=min(days, FOREVER.days)), FOREVER)


def remember(memory: Memory | None, sign: Sign) -> Memory:
    """The memory after one more sign; one from before the last counts as given with it."""
    at = max(sign.at, memory.last) if memory else sign.at
    full = _reviewed(memory, _rating(sign), at)
    stability, difficulty = full
    if memory:
        part = sign.weight
        stability = memory.stability ** (1 - part) * stability**part
        difficulty = memory.difficulty + part * (difficulty - memory.difficulty)
    right, wrong = (memory.right, memory.wrong) if memory else (0.0, 0.0)
    return Memory(
        stability=stability,
        difficulty=difficulty,
        right=KEPT * right + (sign.weight if sign.correct else 0.0),
        wrong=KEPT * wrong + (0.0 if sign.correct else sign.weight),
        count=memory.count + 1 if memory else 1,
        last=at,
    )


def _rating(sign: Sign) -> Rating:
    if not sign.correct:
        return Rating.Again
    if sign.hint_used:
        return Rating.Hard
    return Rating.Easy if sign.spontaneous and sign.weight == 1 else Rating.Good


def _reviewed(memory: Memory | None, rating: Rating, at: datetime) -> tuple[float, float]:
    card = Card(card_id=1)
    if memory:
        card = Card(
            card_id=1,
            state=State.Review,
            stability=memory.stability,
            difficulty=memory.difficulty,
            last_review=memory.last.astimezone(UTC),
        )
    after, _ = _SCHEDULER.review_card(card, rating, at.astimezone(UTC))
    if after.stability is None or after.difficulty is None:
        raise ValueError("a reviewed card has a stability and a difficulty")
    return after.stability, after.difficulty
