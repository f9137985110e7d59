"""Judging whether a human should step in, and keeping each judgement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai.errors import AllProvidersFailed, ProviderError
from config.errors import NotFound
from config.languages import TAUGHT
from conversations.handover import brief, model, rules
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.handover.packet import make_packet
from conversations.handover.rules import Judgement
from conversations.handover.services.requests import queue_request
from conversations.handover.signals import signals_of
from conversations.models import Conversation
from practice.models import PracticeSet

Rule = RoutingDecision.Rule
RECENT = 3
"""Conversations that are looked at when none is named."""

log = structlog.get_logger(__name__)


def judge_turn(*, conversation: Conversation, text: str, now: datetime) -> Judgement:
    """What the rules say of a message that was answered: reads only, asks nobody.

    A reply to a message for which `should_route` holds should offer the tutor; keep the judgement
    with `note_decision`.
    """
    signals = signals_of(
        learner=conversation.learner, conversations=[conversation], said=text, now=now
    )
    return rules.judge(signals)


def analyze(
    *,
    caller: User,
    learner: User,
    conversations: Sequence[UUID] = (),
    practice: Sequence[UUID] = (),
    question: str = "",
    now: datetime,
) -> RoutingDecision:
    """Should a human tutor step in? By the rules; by a model where they are undecided and one is
    set up. Without `conversations` the learner's latest are looked at.

    Raises NotFound for a conversation or a practice set that is not the learner's, or that the
    caller may not see.
    """
    talks = _talks(caller, learner, conversations)
    sets = _sets(caller, learner, practice)
    signals = signals_of(
        learner=learner, conversations=talks, said=question, practice=sets, now=now
    )
    judgement = rules.judge(signals)
    language = talks[0].language if talks else _language(learner)
    if judgement.undecided and model.available():
        judgement = _asked_of_model(signals, judgement, learner=learner, language=language)
    return note_decision(
        learner=learner,
        judgement=judgement,
        conversation=talks[0] if talks else None,
        language=language,
        now=now,
    )


def note_decision(
    *,
    learner: User,
    judgement: Judgement,
    conversation: Conversation | None,
    language: str,
    now: datetime,
    message_id: UUID | None = None,
) -> RoutingDecision:
    """Keep a judgement, with the context a tutor would want."""
    return RoutingDecision.objects.create(
        learner=learner,
        conversation=conversation,
        message_id=message_id,
        should_route=judgement.should_route,
        rule=judgement.rule,
        reason=judgement.reason[:400],
        urgency=judgement.urgency,
        topic=judgement.topic[:200],
        context=_context(learner, language, judgement, now=now),
    )


def hand_over(*, request_id: UUID | str) -> bool:
    """Make the packet of a request and tell tutors; False when that is done or called off."""
    rows = TutorRequest.objects.select_related("learner", "conversation", "decision")
    request = rows.filter(pk=request_id, queued_at__isnull=True, withdrawn_at__isnull=True).first()
    if request is None:
        return False
    now = timezone.now()
    decision = request.decision or _decision_of(request, now)
    packet = make_packet(request=request, decision=decision, now=now)
    return queue_request(request=request, packet=packet, decision=decision)


def _decision_of(request: TutorRequest, now: datetime) -> RoutingDecision:
    """The learner asked of their own accord; the rules may see why."""
    judgement = judge_turn(conversation=request.conversation, text=request.question, now=now)
    if not judgement.should_route:
        judgement = Judgement(
            Rule.ASKED,
            rules.Urgency.MEDIUM,
            _("The learner asked for their tutor."),
            judgement.topic,
        )
    return note_decision(
        learner=request.learner,
        judgement=judgement,
        conversation=request.conversation,
        language=request.conversation.language,
        now=now,
    )


def _talks(caller: User, learner: User, ids: Sequence[UUID]) -> list[Conversation]:
    """The latest first."""
    seen = Conversation.objects.visible_to(caller).filter(learner=learner)
    seen = seen.select_related("learner").order_by("-last_message_at", "-created_at")
    if not ids:
        return list(seen[:RECENT])
    found = list(seen.filter(pk__in=ids))
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def _sets(caller: User, learner: User, ids: Sequence[UUID]) -> list[PracticeSet]:
    found = list(PracticeSet.objects.visible_to(caller).filter(learner=learner, pk__in=ids))
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def _language(learner: User) -> str:
    row = brief.studied(learner)
    return row.language if row else ""


def _asked_of_model(
    signals: rules.Signals, judgement: Judgement, *, learner: User, language: str
) -> Judgement:
    try:
        return model.judge(signals, topic=judgement.topic, learner=learner, language=language)
    except (AllProvidersFailed, ProviderError, TimeoutError):
        # The rules have spoken already: without a model nothing is lost but a second look.
        log.warning("routing.model_failed")
        return judgement


def _context(
    learner: User, language: str, judgement: Judgement, *, now: datetime
) -> dict[str, Any]:
    """The seed's `tutorContext`."""
    errors = brief.open_errors(learner, language)
    weak = brief.weak_points(learner, language, now=now)
    return {
        "summary": _summary(learner, language, [brief.label_of(one) for one in errors]),
        "focusAreas": brief.focus(errors, weak, judgement.topic),
        "studentStrengths": brief.strengths(learner, language, now=now),
    }


def _summary(learner: User, language: str, errors: Sequence[str]) -> str:
    """How they stand, in a sentence or two for a person."""
    row = brief.studied(learner, language)
    name = TAUGHT[language].name if language in TAUGHT else ""
    if row is None or not row.level:
        told = _("Not placed in %(language)s yet.") % {"language": name or _("a language")}
    else:
        told = _("%(language)s at %(level)s (%(low)s to %(high)s).") % {
            "language": name,
            "level": row.level,
            "low": row.level_low or row.level,
            "high": row.level_high or row.level,
        }
    if not errors:
        return _("%(told)s No recurring errors are open.") % {"told": told}
    return _("%(told)s Open errors: %(errors)s.") % {"told": told, "errors": "; ".join(errors)}
