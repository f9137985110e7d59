"""Closing a turn: once, whoever notices first that it is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from conversations.events import CorrectionEvent
from conversations.models import Conversation, Correction, Message
from conversations.tasks import read_message_task
from learning.sessions.services import record_study


@dataclass(slots=True)
class TurnResult:
    """What became of a turn. `status` is the reply's last one."""

    status: str
    text: str = ""
    provider: str = ""
    model: str = ""
    prompt: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    corrections: Sequence[CorrectionEvent] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    """What found each correction, by its id."""
    confidence: float | None = None
    suggest_tutor: bool = False
    error_code: str = ""


def finish_turn(*, turn_id: UUID | str, result: TurnResult) -> bool:
    """Write the reply and all that follows from it; False when somebody closed the turn before."""
    now = timezone.now()
    with transaction.atomic():
        live = Message.objects.live().filter(pk=turn_id)
        if not live.update(
            status=result.status,
            content=result.text,
            provider=result.provider,
            model=result.model,
            prompt=result.prompt,
            usage=result.usage,
            confidence=result.confidence,
            suggest_tutor=result.suggest_tutor,
            error_code=result.error_code,
            finished_at=now,
        ):
            return False
        reply = Message.objects.select_related("conversation__learner", "reply_to").get(pk=turn_id)
        _store_corrections(reply, result)
        _count(reply, result)
        # With the queue down the turn stands: a sweep reads the message later.
        read = partial(read_message_task.delay, str(reply.reply_to_id))
        transaction.on_commit(read, robust=True)
    return True


def close_interrupted_turn(
    *, turn_id: UUID | str, text: str, corrections: Sequence[CorrectionEvent] = ()
) -> bool:
    """The process that wrote it is gone: keep what had arrived. True for exactly one caller."""
    result = TurnResult(
        status=Message.Status.INTERRUPTED,
        text=text,
        corrections=corrections,
        error_code="interrupted",
    )
    return finish_turn(turn_id=turn_id, result=result)


def _store_corrections(reply: Message, result: TurnResult) -> None:
    said = reply.reply_to
    assert said is not None  # noqa: S101 - every reply of a turn answers a message
    # A turn tried again may find the same slips: the rows of the first try stay.
    Correction.objects.bulk_create(
        (
            Correction(
                id=UUID(found.id),
                message=said,
                start=found.start,
                end=found.end,
                original=found.original,
                corrected=found.corrected,
                kind=found.kind,
                reason=found.reason,
                rule=result.rules.get(found.id, ""),
            )
            for found in result.corrections
        ),
        ignore_conflicts=True,
    )


def _count(reply: Message, result: TurnResult) -> None:
    conversation, now = reply.conversation, timezone.now()
    tokens = result.usage.get("tokensIn", 0) + result.usage.get("tokensOut", 0)
    Conversation.objects.filter(pk=conversation.pk).update(
        message_count=F("message_count") + 1,
        tokens_used=F("tokens_used") + tokens,
        last_message_at=now,
        updated_at=now,
    )
    others = Message.objects.filter(reply_to=reply.reply_to_id).exclude(pk=reply.pk)
    record_study(
        learner=conversation.learner,
        language=conversation.language,
        now=now,
        # Trying a turn again is not saying something more.
        turns=0 if others.exists() else 1,
        corrections=len(result.corrections),
    )
