"""When a human tutor should step in, by stated rules over plain data: no database, no network.

The first rule that speaks decides, in the order of `RULES`: what is urgent comes first. The
decision record on the handover says where the thresholds come from.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from conversations.handover.models import RoutingDecision
from conversations.handover.phrases import said

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
    """One slip within the window, the oldest first. Slips of one `key` are the same error."""

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
    """What the rules say. `undecided`: there are signs, too few for a rule: a model may look."""

    rule: Rule = Rule.NONE
    urgency: Urgency = Urgency.LOW
    reason: str = ""
    """For a person, in the interface's language."""
    topic: str = ""
    undecided: bool = False

    @property
    def should_route(self) -> bool:
        return self.rule != Rule.NONE


def judge(signals: Signals) -> Judgement:
    """The first rule that speaks; else no rule, with whether there were signs at all."""
    worst = _worst(signals.slips)
    topic = worst[0].topic if worst else ""
    for rule in RULES:
        found = rule(signals)
        if found is not None:
            return replace(found, topic=found.topic or topic)
    return Judgement(topic=topic, reason=_("Nothing calls for a tutor."), undecided=_signs(signals))


def _safety(signals: Signals) -> Judgement | None:
    if not signals.safety:
        return None
    return Judgement(Rule.SAFETY, Urgency.HIGH, _("What was said may be about somebody's safety."))


def _asked(signals: Signals) -> Judgement | None:
    """Only the newest words: a wish from before has been answered, or taken back."""
    if not said(signals.said, "asked"):
        return None
    return Judgement(Rule.ASKED, Urgency.MEDIUM, _("The learner asks for a human."))


def _frustration(signals: Signals) -> Judgement | None:
    words, failing = _points(signals), _failing(signals)
    if not words or words + failing < FRUSTRATED:
        return None
    reason = (
        _("The learner sounds frustrated, and keeps failing at the same thing.")
        if failing
        else _("The learner sounds frustrated.")
    )
    urgency = Urgency.HIGH if words + failing >= 2 * FRUSTRATED else Urgency.MEDIUM
    return Judgement(Rule.FRUSTRATION, urgency, reason)


def _repeated_error(signals: Signals) -> Judgement | None:
    worst = _worst(signals.slips)
    if worst is None or worst[1] < SAME_ERROR:
        return None
    slip, times = worst
    reason = _("“%(original)s” for “%(corrected)s”, %(times)d times in %(days)d days.") % {
        "original": slip.original,
        "corrected": slip.corrected,
        "times": times,
        "days": WINDOW.days,
    }
    urgency = Urgency.HIGH if times >= 2 * SAME_ERROR else Urgency.MEDIUM
    return Judgement(Rule.REPEATED_ERROR, urgency, reason, slip.topic)


def _nothing_found(signals: Signals) -> Judgement | None:
    if signals.nothing_found < NOTHING_FOUND:
        return None
    reason = _("Their material answered %(number)d of the last %(of)d messages with nothing.") % {
        "number": signals.nothing_found,
        "of": LOOK_BACK,
    }
    return Judgement(Rule.NOTHING_FOUND, Urgency.LOW, reason)


RULES: Final = (_safety, _asked, _frustration, _repeated_error, _nothing_found)


def _points(signals: Signals) -> int:
    """Of the last messages: two for a strong phrase, one for a mild one."""
    latest = [*signals.before[-(LOOK_BACK - 1) :], signals.said]
    return sum(2 if said(one, "strong") else bool(said(one, "mild")) for one in latest)


def _failing(signals: Signals) -> int:
    """One for each way in which it does not get better."""
    worst = _worst(signals.slips)
    return sum(
        (
            worst is not None and worst[1] >= SAME_ERROR - 1,
            signals.failed_practice >= 2,
            signals.thumbs_down >= 1,
            signals.nothing_found >= 1,
        )
    )


def _signs(signals: Signals) -> bool:
    return bool(_points(signals) or _failing(signals))


def _worst(slips: Sequence[SeenSlip]) -> tuple[SeenSlip, int] | None:
    """The newest slip of the error made most often, and how often."""
    if not slips:
        return None
    key, times = Counter(slip.key for slip in slips).most_common(1)[0]
    return next(slip for slip in reversed(slips) if slip.key == key), times
