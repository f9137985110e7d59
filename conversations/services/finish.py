"""Closing a turn: once, whoever notices first that it is over."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ai.moderation import Verdict
from config.commits import after_commit
from conversations.contract import CORRECTIONS, LATER, Contract, contract_of
from conversations.events import CorrectionEvent
from conversations.handover.services import forward_to_tutor
from conversations.memory.services import note_recalls
from conversations.models import Memory, Message
from conversations.moderation.services import moderate_reply
from conversations.retrieval.found import Source
from conversations.retrieval.services import store_sources
from conversations.services.context import TurnContext
from conversations.services.correcting import mark_unchecked, store_corrections, take_mark
from conversations.services.reading import OverTurn, enqueue_reading
from conversations.services.rows import close_reply
from learning.sessions.services import adding_study, record_study

HUMAN = "human"
"""The route of a message that went to a human tutor."""


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
    withheld: Collection[str] = ()
    """Ids of corrections over the number agreed: kept, never shown."""
    contract: Contract | None = None
    """What was agreed with the learner; None where nobody knows: as it stands now."""
    route: str = ""
    tools: Sequence[Mapping[str, Any]] = ()
    sources: Sequence[Source] = ()
    confidence: float | None = None
    suggest_tutor: bool = False
    error_code: str = ""
    withheld_text: str = ""
    """What was written, when `text` stands in its place."""
    verdict: Verdict | None = None
    """What moderation found in what was written; None when nobody has looked."""

    def as_columns(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "content": self.text,
            "provider": self.provider,
            "model": self.model,
            "prompt": self.prompt,
            "usage": self.usage,
            "confidence": self.confidence,
            "suggest_tutor": self.suggest_tutor,
            "route": self.route,
            "tools": list(self.tools),
            "error_code": self.error_code,
        }

    @property
    def tokens(self) -> int:
        return int(self.usage.get("tokensIn", 0) + self.usage.get("tokensOut", 0))

    @property
    def unchecked(self) -> bool:
        """Nobody had the time to look for slips in what was said."""
        return CORRECTIONS in self.usage


@dataclass(frozen=True, slots=True)
class _Closing:
    """What closing a turn has to know of it beside its result."""

    said_id: UUID | str
    language: str
    learner: User
    again: bool
    marked: bool
    """What was said is on record as not checked, as far as is known."""


def finish_turn(
    *,
    turn_id: UUID | str,
    result: TurnResult,
    context: TurnContext | None = None,
    over: Callable[[OverTurn], object] = lambda turn: enqueue_reading([turn]),
) -> bool:
    """Write the reply and all that follows from it; False when somebody closed the turn before.

    `context` spares the look-ups to whom has it. `over` is called after the commit: workers read
    what was said.
    """
    now = timezone.now()
    if context and _is_plain(result, context):
        return _finish_plainly(turn_id, result, _known(context), now, over)
    with transaction.atomic():
        if not close_reply(turn_id, result.as_columns(), tokens=result.tokens, now=now):
            return False
        turn = _known(context) if context else _looked_up(turn_id)
        _moderate(turn, turn_id, result)
        new = _store_corrections(turn, result)
        if result.sources:
            store_sources(message_id=turn_id, sources=result.sources)
        if context and context.memories:
            note_recalls(turn_id, [Memory(pk=told.id) for told in context.memories])
        if result.route == HUMAN:
            forward_to_tutor(message=Message.objects.get(pk=turn.said_id))
        record_study(**_study(turn, now, corrections=new))
        # With the queue down the turn stands: a sweep reads the message later.
        after_commit(over, OverTurn(str(turn.said_id), str(turn_id)))
    return True


def _is_plain(result: TurnResult, context: TurnContext) -> bool:
    """Nothing follows from the turn but that it is over."""
    fit = result.verdict is not None and not result.verdict.findings
    beside = result.corrections or result.unchecked or result.sources
    before = context.unchecked or context.memories
    return fit and not (beside or before or result.route == HUMAN)


def _finish_plainly(
    turn_id: UUID | str,
    result: TurnResult,
    turn: _Closing,
    now: datetime,
    over: Callable[[OverTurn], object],
) -> bool:
    """In one statement, which is a transaction of itself."""
    study = adding_study(**_study(turn, now), only_with="closed")
    closed = close_reply(turn_id, result.as_columns(), tokens=result.tokens, now=now, beside=study)
    if closed:
        after_commit(over, OverTurn(str(turn.said_id), str(turn_id)))
    return closed


def close_interrupted_turn(
    *, turn_id: UUID | str, text: str, corrections: Sequence[CorrectionEvent] = ()
) -> bool:
    """The process that wrote it is gone: keep what had arrived. True for exactly one caller."""
    result = TurnResult(
        status=Message.Status.INTERRUPTED,
        text=text,
        usage={} if corrections else {CORRECTIONS: LATER},
        corrections=corrections,
        error_code="interrupted",
    )
    return finish_turn(turn_id=turn_id, result=result)


def _known(context: TurnContext) -> _Closing:
    return _Closing(
        said_id=context.learner_message_id,
        language=context.language,
        # As much of them as their day and a foreign key take.
        learner=User(pk=context.learner_id, timezone=context.timezone),
        again=context.again,
        marked=context.unchecked,
    )


def _looked_up(turn_id: UUID | str) -> _Closing:
    reply = Message.objects.select_related("conversation__learner", "reply_to").get(pk=turn_id)
    said = reply.reply_to
    assert said is not None  # noqa: S101 - every reply of a turn answers a message
    others = Message.objects.filter(reply_to=said).exclude(pk=reply.pk)
    return _Closing(
        said_id=said.pk,
        language=reply.conversation.language,
        learner=reply.conversation.learner,
        again=others.exists(),
        marked=not said.checked,
    )


def _moderate(turn: _Closing, turn_id: UUID | str, result: TurnResult) -> None:
    """Flag what is not fit in the reply, also in one that was cut short."""
    moderated = moderate_reply(
        learner=turn.learner,
        text=result.withheld_text or result.text,
        language=turn.language,
        message_id=UUID(str(turn_id)),
        verdict=result.verdict,
    )
    if moderated.verdict.blocked and not result.withheld_text:
        Message.objects.filter(pk=turn_id).update(content=moderated.text)


def _store_corrections(turn: _Closing, result: TurnResult) -> int:
    """How many were new. What this turn had no time to look through stays as an earlier try has
    left it, or is left to a worker."""
    if result.unchecked and turn.again:
        return 0
    if turn.marked:
        take_mark(turn.said_id)
    if not result.unchecked and not result.corrections:
        return 0
    contract = result.contract or contract_of(turn.learner.pk)
    if result.unchecked:
        mark_unchecked(turn.said_id, contract)
        return 0
    return store_corrections(
        result.corrections,
        said_id=turn.said_id,
        contract=contract,
        rules=result.rules,
        withheld=result.withheld,
        beside=turn.again,
    )


def _study(turn: _Closing, now: datetime, *, corrections: int = 0) -> dict[str, Any]:
    """What the turn adds to the learner's day, as `record_study` takes it."""
    return {
        "learner": turn.learner,
        "language": turn.language,
        "now": now,
        # Trying a turn again is not saying something more.
        "turns": 0 if turn.again else 1,
        "corrections": corrections,
    }
