"""What a tutor is handed with a request: made once, when tutors are told.

It is kept as it stood, but shown by the consent that stands now: what a learner has deleted or
taken back since is left out, and memories are never copied into it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.models import LearnerLanguage
from conversations.handover import brief
from conversations.handover.brief import ErrorInWords
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.handover.quotes import Quote
from conversations.history import branch_ids
from conversations.models import Conversation, Message, TutoringSession
from conversations.transcripts.telling import AREAS, told_texts
from learning.models import ContentItem, LearningSession
from practice.models import PracticeSet

EXCHANGES: Final = 3
LONGEST_REPLY: Final = 600

Packet = dict[str, Any]


def make_packet(*, request: TutorRequest, decision: RoutingDecision, now: datetime) -> Packet:
    """JSON values in snake case; times in ISO 8601. Reads only."""
    learner, conversation = request.learner, request.conversation
    language = conversation.language
    consent = brief.consent_of(learner)
    errors = brief.open_errors(learner, language)
    worded = brief.in_words(errors, shared=consent.shared, conversation=conversation)
    weak = brief.weak_points(learner, language, now=now)
    return {
        "made_at": now.isoformat(),
        "language": language,
        "level": level_body(brief.studied(learner, language)),
        "topic": decision.topic,
        "reason": decision.reason,
        "urgency": decision.urgency,
        "errors": [_error(one) for one in worded],
        "focus": brief.focus(errors, weak, decision.topic),
        "strengths": brief.strengths(learner, language, now=now),
        "tried": {
            "practice": [practice_body(one) for one in brief.latest_practice(learner)],
            "lessons": _lessons(request),
            "replies": _replies(conversation),
        },
        "exercise": _exercise(worded),
        "sessions": [_session(one) for one in brief.tutoring_sessions(learner)[: brief.LATEST]],
        "work": [_work(one) for one in brief.learning_sessions(learner)],
    }


def shown_packet(request: TutorRequest) -> Packet:
    """The packet as consent stands now, with `shared` and the `memories` that may be told."""
    consent = brief.consent_of(request.learner)
    packet = dict(request.packet)
    may = _quotable(request, shared=consent.shared)
    errors = [_with_quotes(error, may) for error in packet.get("errors", ())]
    exercise = packet.get("exercise")
    if exercise and exercise.get("conversation_id") not in (None, *may):
        exercise = None
    return packet | {
        "errors": errors,
        "exercise": exercise,
        "shared": consent.shared,
        "memories": [one.content for one in consent.memories],
    }


def level_body(row: LearnerLanguage | None) -> dict[str, Any] | None:
    if row is None or not row.level:
        return None
    return {
        "level": row.level,
        "low": row.level_low or row.level,
        "high": row.level_high or row.level,
        "probability": row.level_probability,
        "source": row.level_source,
        "set_at": _iso(row.level_set_at),
    }


def practice_body(one: PracticeSet) -> dict[str, Any]:
    return {
        "practice_id": str(one.pk),
        "title": one.title,
        "status": one.status,
        "score": one.score,
        "date": _iso(one.completed_at or one.assigned_at),
    }


def quote_body(quote: Quote) -> dict[str, Any]:
    return {
        "text": quote.text,
        "start": quote.start,
        "end": quote.end,
        "corrected": quote.corrected,
        "at": quote.at.isoformat(),
        "conversation_id": str(quote.conversation_id),
    }


def _error(one: ErrorInWords) -> dict[str, Any]:
    return {
        "error_id": str(one.error.pk),
        "label": one.label,
        "original": one.error.original,
        "corrected": one.error.corrected,
        "reason": one.error.reason,
        "times": one.error.times,
        "last_seen_at": _iso(one.error.last_seen_at),
        "quotes": [quote_body(quote) for quote in one.quotes],
    }


def _lessons(request: TutorRequest) -> list[dict[str, Any]]:
    rows = brief.lessons_read(request.learner, request.conversation.language)
    return [
        {
            "content_id": str(one.item_id),
            "title": one.item.title,
            "finished": one.finished_at is not None,
            "score": None if one.score is None else round(100 * one.score),
            "date": _iso(one.finished_at or one.opened_at),
        }
        for one in rows[: brief.LATEST]
    ]


def _replies(conversation: Conversation) -> list[dict[str, Any]]:
    """The AI's last replies on the branch that is shown, each with what it answered."""
    end = conversation.tip_id or _newest(conversation)
    if end is None:
        return []
    ids = branch_ids(end, limit=2 * EXCHANGES + 2)
    rows = Message.objects.filter(pk__in=ids, role=Message.Role.ASSISTANT)
    told = rows.exclude(content="").select_related("reply_to").order_by("-position")[:EXCHANGES]
    return [
        {
            "message_id": str(one.pk),
            "said": one.reply_to.content[:LONGEST_REPLY] if one.reply_to else "",
            "reply": one.content[:LONGEST_REPLY],
            "at": _iso(one.finished_at or one.created_at),
        }
        for one in reversed(told)
    ]


def _newest(conversation: Conversation) -> UUID | None:
    return conversation.messages.order_by("-position").values_list("pk", flat=True).first()


def _exercise(errors: Sequence[ErrorInWords]) -> dict[str, Any] | None:
    """A first exercise: the learner's own sentence to put right, and the one authored about it."""
    for one in errors:
        quote = one.quotes[0] if one.quotes else None
        authored = _authored(one)
        if quote or authored:
            return {
                "about": one.label,
                "text": quote.text if quote else "",
                "answer": quote.right if quote else "",
                "conversation_id": str(quote.conversation_id) if quote else None,
                "content_id": str(authored.pk) if authored else None,
                "title": authored.title if authored else "",
            }
    return None


def _authored(one: ErrorInWords) -> ContentItem | None:
    if one.error.concept_id is None:
        return None
    rows = ContentItem.objects.published().filter(
        concepts=one.error.concept_id, content_type=ContentItem.Type.EXERCISE
    )
    return rows.only("pk", "title").order_by("pk").first()


def _session(one: TutoringSession) -> dict[str, Any]:
    return {
        "session_id": str(one.pk),
        "title": str(one),
        "date": _iso(one.held_at),
        "topics": one.analysis.get("topics", []),
        "to_improve": told_texts(one, AREAS, reader=None),
    }


def _work(one: LearningSession) -> dict[str, Any]:
    return {
        "type": one.session_type,
        "date": _iso(one.started_at),
        "minutes": round(one.seconds / 60),
    }


def _quotable(request: TutorRequest, *, shared: bool) -> set[str]:
    """Conversations that may be quoted: the one asked in, and with consent those not deleted."""
    here = str(request.conversation_id)
    if not shared:
        return {here}
    told = {
        quote["conversation_id"]
        for error in request.packet.get("errors", ())
        for quote in error["quotes"]
    }
    standing = Conversation.objects.filter(pk__in=told, deleted_at__isnull=True)
    return {here, *(str(pk) for pk in standing.values_list("pk", flat=True))}


def _with_quotes(error: dict[str, Any], may: set[str]) -> dict[str, Any]:
    return error | {"quotes": [one for one in error["quotes"] if one["conversation_id"] in may]}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
