"""What a finished assessment says of the level, by rules that its result states.

L is the level on record when the test began; it ends where the ability of the next one begins.

- A *placement* takes the most probable level.
- A *final* says *advance* when the chance of an ability past the end of L is at least 60 %,
  *repeat* when the chance of one before its start is at least 50 %, else *extend*. The level
  follows.
- A *progress* test asks on purpose what is uncertain, so it would judge too severely: it moves the
  level up when the chance of an ability past the end of L is at least 80 %, and never down.
"""

from dataclasses import dataclass
from typing import Final

from assessments.engine import GRID, LEVELS, Belief, level_centre
from assessments.engine.scale import WIDTH
from assessments.models import Assessment
from assessments.services.plans import target_level

Decision = Assessment.Decision
ADVANCES_AT: Final = 0.6
REPEATS_AT: Final = 0.5
RISES_AT: Final = 0.8


@dataclass(frozen=True, slots=True)
class Verdict:
    """`target`, `above` and `below` are what a decision rests on; none without a level before."""

    level: str
    probability: float
    low: str
    high: str
    decision: str = ""
    target: str = ""
    above: float = 0.0
    below: float = 0.0
    moves_level: bool = True
    """Whether the learner's level on record takes this one."""


def measured(belief: Belief) -> Verdict:
    """The most probable level, when too few answers stand behind it to change anything."""
    return _at(belief, belief.level, moves=False)


def verdict_of(assessment: Assessment, belief: Belief) -> Verdict:
    target = target_level(assessment)
    if assessment.assessment_type == Assessment.Type.PLACEMENT or not target:
        return _at(belief, belief.level)
    above, below = beyond(belief, target), short_of(belief, target)
    if assessment.assessment_type == Assessment.Type.PROGRESS:
        rises = above >= RISES_AT and target != LEVELS[-1]
        return _at(belief, belief.level, target=target, above=above, below=below, moves=rises)
    decision = decide(above=above, below=below)
    level = _level_after(decision, target, belief.level)
    return _at(belief, level, decision=decision, target=target, above=above, below=below)


def decide(*, above: float, below: float) -> Decision:
    if above >= ADVANCES_AT:
        return Decision.ADVANCE
    return Decision.REPEAT if below >= REPEATS_AT else Decision.EXTEND


def beyond(belief: Belief, level: str) -> float:
    """The chance of an ability past the end of a level; at C1, of having C1 behind oneself."""
    return float(belief.ability_curve[level_centre(level) + WIDTH / 2 <= GRID].sum())


def short_of(belief: Belief, level: str) -> float:
    """The chance of an ability before the start of a level; at A1, of knowing too little for it."""
    return float(belief.ability_curve[level_centre(level) - WIDTH / 2 > GRID].sum())


def _level_after(decision: Decision, target: str, measured: str) -> str:
    place, found = LEVELS.index(target), LEVELS.index(measured)
    if decision is Decision.ADVANCE:
        return LEVELS[min(max(found, place + 1), len(LEVELS) - 1)]
    if decision is Decision.REPEAT:
        return LEVELS[max(min(found, place - 1), 0)]
    return target


def _at(
    belief: Belief,
    level: str,
    *,
    decision: str = "",
    target: str = "",
    above: float = 0.0,
    below: float = 0.0,
    moves: bool = True,
) -> Verdict:
    low, high = belief.interval
    return Verdict(
        level=level,
        probability=round(float(belief.levels[LEVELS.index(level)]), 4),
        low=min(low, level),
        high=max(high, level),
        decision=decision,
        target=target,
        above=round(above, 4),
        below=round(below, 4),
        moves_level=moves,
    )
