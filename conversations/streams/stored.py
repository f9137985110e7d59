"""A finished turn as its rows tell it, for readers that come when its log is gone or cut short."""

from dataclasses import dataclass

from conversations.errors import failure_words
from conversations.events import (
    Cancelled,
    CorrectionEvent,
    DeltaEvent,
    ErrorEvent,
    MessageEnd,
    MessageStart,
    TurnEvent,
)
from conversations.events import Source as SourceEvent
from conversations.models import Correction, CorrectionContract, Message
from conversations.retrieval.citations import event_body, reply_body
from conversations.retrieval.found import Source
from conversations.retrieval.services import sources_of
from conversations.streams.log import Frame, frame_of

Manner = CorrectionContract.Manner


@dataclass(frozen=True, slots=True)
class StoredTurn:
    reply: Message
    corrections: list[Correction]
    """Those that the learner wants to see beside their words."""
    sources: list[Source]

    @property
    def over(self) -> bool:
        return self.reply.status != Message.Status.STREAMING

    @property
    def text(self) -> str:
        return self.reply.content


def stored_turn(turn_id: str) -> StoredTurn | None:
    reply = Message.objects.filter(pk=turn_id).first()
    if reply is None:
        return None
    told = Correction.objects.told().filter(message=reply.reply_to_id)
    return StoredTurn(reply, list(told), sources_of(reply.pk))


def frames_to_end(turn: StoredTurn, *, after: int, heard: str | None) -> list[Frame]:
    """What a reader who had `after` events still lacks, numbered on from there.

    `heard` is the text those events held, None when nobody knows: then only the end is sent, which
    holds the whole text, so that nothing is doubled. Corrections and sources are told by their ids
    and numbers, so they are sent again.
    """
    events: list[TurnEvent] = [_start(turn)] if after == 0 else []
    events += [_correction(turn, row) for row in turn.corrections]
    events += [SourceEvent(turn_id=str(turn.reply.pk), **event_body(one)) for one in turn.sources]
    if after == 0:
        heard = ""
    if heard is not None and turn.text.startswith(heard) and turn.text != heard:
        events.append(DeltaEvent(turn_id=str(turn.reply.pk), text=turn.text[len(heard) :]))
    events.append(_ending(turn))
    return [frame_of(event, after + number) for number, event in enumerate(events, start=1)]


def _ending(turn: StoredTurn) -> TurnEvent:
    reply, turn_id = turn.reply, str(turn.reply.pk)
    if reply.status == Message.Status.COMPLETE:
        return MessageEnd(
            turn_id=turn_id,
            text=reply.content,
            usage=reply.usage | {"provider": reply.provider, "model": reply.model},
            sources=[reply_body(source) for source in turn.sources],
            confidence=reply.confidence,
            suggest_tutor=reply.suggest_tutor,
        )
    if reply.status == Message.Status.CANCELLED:
        return Cancelled(turn_id=turn_id, text=reply.content)
    code = "interrupted" if reply.status == Message.Status.INTERRUPTED else reply.error_code
    return ErrorEvent(turn_id=turn_id, code=code, message=failure_words(code), retryable=True)


def _start(turn: StoredTurn) -> MessageStart:
    turn_id = str(turn.reply.pk)
    return MessageStart(
        turn_id=turn_id,
        message_id=turn_id,
        conversation_id=str(turn.reply.conversation_id),
        provider=turn.reply.provider,
        reply_to=str(turn.reply.reply_to_id or ""),
    )


def _correction(turn: StoredTurn, row: Correction) -> CorrectionEvent:
    return CorrectionEvent(
        turn_id=str(turn.reply.pk),
        id=str(row.pk),
        start=row.start,
        end=row.end,
        original=row.original,
        corrected=row.corrected,
        kind=row.kind,
        reason=row.reason,
        manner=row.manner or Manner.EXPLICIT,
    )
