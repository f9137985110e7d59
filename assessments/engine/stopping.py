from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assessments.engine.belief import Belief
from assessments.engine.scale import LEVELS


class Stop(StrEnum):
    CERTAIN = "certain"
    MAXIMUM = "maximum"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Rules:
    certain: float = 0.80
    """Probability of one level at which the question is settled."""
    minimum: int = 8
    per_skill: int = 1
    maximum: int = 25


DEFAULT_RULES: Final = Rules()
AT_START: Final = 1 / len(LEVELS)


def stop_reason(
    belief: Belief,
    *,
    asked: Mapping[str, int],
    available: set[str],
    rules: Rules = DEFAULT_RULES,
) -> Stop | None:
    """`asked`: questions answered by skill; `available`: the skills that still have items."""
    total = sum(asked.values())
    if total >= rules.maximum:
        return Stop.MAXIMUM
    covered = all(asked.get(skill, 0) >= rules.per_skill for skill in available)
    if total >= rules.minimum and covered and belief.probability >= rules.certain:
        return Stop.CERTAIN
    return None if available else Stop.EXHAUSTED


def certainty(belief: Belief, *, answered: int, rules: Rules = DEFAULT_RULES) -> int:
    """How far the way to a sure level is gone, 0 to 100: what a progress bar shows."""
    sure = (belief.probability - AT_START) / (rules.certain - AT_START)
    reached = max(min(sure, answered / rules.minimum), answered / rules.maximum)
    return round(100 * min(max(reached, 0.0), 1.0))
