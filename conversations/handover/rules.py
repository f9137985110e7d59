"""When a human tutor should step in, by stated rules over plain data: no database, no network.

The first rule that speaks decides, in the order of `RULES`: what is urgent comes first. The
decision record on the handover says where the thresholds come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from conversations.handover.models import RoutingDecision

Rule = RoutingDecision.Rule
Urgency = RoutingDecision.Urgency

WINDOW: Final = timedelta(days=7)
"""How far back a slip counts as one of the same stretch of work."""
SAME_ERROR: Final = 3
"""So often within the window, in one conversation, and the AI's way of saying it does not help."""
LOOK_BACK: Final = 5
"""Messages of the learner that are read for frustration and for questions without an answer."""
FRUSTRATED: Final = 2
"""Points: a strong phrase is two; a mild one, or a sign of failing repeatedly, is one."""
NOTHING_FOUND: Final = 2
"""Questions without an answer in their material, of those last messages."""


@dataclass(frozen=True, slots=True)
class SeenSlip:
    """One slip within the window. Slips with the same `key` are the same error."""

    key: str
    topic: str
    original: str
    corrected: str


@dataclass(frozen=True, slots=True)
class Signals:
    """What the rules look at. `said` is what is judged: the question asked now, or the last words.

    `before` are the learner's messages before it, the newest last.
    """

    said: str
    before: Sequence[str] = ()
    slips: Sequence[SeenSlip] = ()
    nothing_found: int = 0
    """Questions of the last messages for which retrieval found nothing."""
    failed_practice: int = 0
    """Practice sets under half right."""
    thumbs_down: int = 0
    safety: bool = False
    """Moderation saw danger to the learner or to others."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`undecided`: signs, but not enough for a rule: a model may look."""

    rule: Rule = Rule.NONE
    urgency: Urgency = Urgency.LOW
    reason: str = ""
    topic: str = ""
    undecided: bool = False
    signs: Sequence[str] = field(default_factory=tuple)

    @property
    def should_route(self) -> bool:
        return self.rule != Rule.NONE
