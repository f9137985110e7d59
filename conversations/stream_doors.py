"""The HTTP doors of the stream server."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from accounts.authentication import authenticate_request
from accounts.models import User
from config.errors import Conflict, DomainError, NotFound
from config.ratelimit import check_rate
from conversations.contract import CORRECTIONS
from conversations.errors import TurnInProgress
from conversations.events import (
    Cancelled,
    CorrectionEvent,
    ErrorEvent,
    MessageEnd,
    MessageStart,
    SafetyEvent,
    TurnEvent,
    decode,
)
from conversations.exchange import Exchange, Receive, Scope, Send, door
from conversations.models import Message
from conversations.services import TurnContext, begin_turn, regenerate_turn, retry_turn
from conversations.services.rows import learner_by_id
from conversations.streams.closing import close_if_dead
from conversations.streams.connections import in_thread
from conversations.streams.runner import runner

MAX_KEY = 255


class ChatBody(msgspec.Struct, rename="camel", kw_only=True):
    message: Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]
    conversation_id: UUID | None = None
    session_id: UUID | None = None
    student_id: UUID | None = None
    edit_of: UUID | None = None
    companion_id: UUID | None = None


@door("POST")
async def chat(exchange: Exchange) -> None:
    """Say something; the reply is streamed."""
    body = await exchange.json(ChatBody)
    context = await _begin(exchange, body)
    await exchange.stream(context.turn_id)


@door("POST")
async def chat_message(exchange: Exchange) -> None:
    """Say something; the reply is given whole."""
    body = await exchange.json(ChatBody)
    context = await _begin(exchange, body, whole=True)
    reader = await runner().follow(context.turn_id)
    events: list[TurnEvent] = []
    try:
        while (frames := await reader.next()) is not None:
            events += [decode(frame.data) for frame in frames]
    finally:
        reader.close()
    await exchange.respond(200, whole_answer(context, events))


@door("GET")
async def chat_stream(exchange: Exchange) -> None:
    """Read a reply on from `Last-Event-ID`."""
    after = _last_event(exchange)
    turn_id = await in_thread(_readable_reply, exchange, exchange.arguments["message_id"])
    await exchange.stream(turn_id, after=after)


@door("POST")
async def chat_retry(exchange: Exchange) -> None:
    """Answer a learner's message again, after the reply failed."""
    await _reply_anew(exchange, retry_turn)


@door("POST")
async def chat_regenerate(exchange: Exchange) -> None:
    """Another reply beside the one there is."""
    await _reply_anew(exchange, _regenerated(exchange))


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An address of ours that is none: an id that is not one, a slash at the end."""
    await Exchange(scope, receive, send).refuse(NotFound())


async def _reply_anew(exchange: Exchange, begin: Callable[..., TurnContext]) -> None:
    await exchange.body()
    with runner().place():
        context = await in_thread(_begun_anew, exchange, begin)
        if not context.replayed:
            runner().start(context)
    await exchange.stream(context.turn_id)


async def _begin(exchange: Exchange, body: ChatBody, *, whole: bool = False) -> TurnContext:
    key = _key(exchange)
    with runner().place():
        context = await in_thread(_open, exchange, body, key)
        if not context.replayed:
            context = replace(context, whole=whole)
            runner().start(context)
    return context


def _open(exchange: Exchange, body: ChatBody, key: str) -> TurnContext:
    learner = _caller(exchange)
    if body.student_id not in (None, learner.pk):
        raise NotFound
    return open_turn(
        learner,
        body.message,
        body.conversation_id,
        key,
        body.session_id,
        body.edit_of,
        body.companion_id,
    )


def open_turn(
    learner: User,
    text: str,
    conversation_id: UUID | None,
    key: str = "",
    session_id: UUID | None = None,
    edit_of: UUID | None = None,
    companion_id: UUID | None = None,
) -> TurnContext:
    """`begin_turn`, past a turn whose process died: that one is closed and this one opened."""
    begin = partial(
        begin_turn,
        learner=learner,
        text=text,
        conversation_id=conversation_id,
        idempotency_key=key,
        session_id=session_id,
        edit_of=edit_of,
        companion_id=companion_id,
    )
    try:
        return begin()
    except TurnInProgress as refusal:
        live = (refusal.details or {}).get("messageId", [""])[0]
        if not live or not close_if_dead(live):
            raise
    return begin()


def _begun_anew(exchange: Exchange, begin: Callable[..., TurnContext]) -> TurnContext:
    return begin(learner=_caller(exchange), message_id=exchange.arguments["message_id"])


def _regenerated(exchange: Exchange) -> Callable[..., TurnContext]:
    return partial(regenerate_turn, idempotency_key=_key(exchange))


def _key(exchange: Exchange) -> str:
    key: str = exchange.headers.get("idempotency-key", "")
    if len(key) > MAX_KEY:
        raise DomainError(details={"Idempotency-Key": [_("Use at most %d characters.") % MAX_KEY]})
    return key


def _caller(exchange: Exchange) -> User:
    request = exchange.django_request()
    request.user = authenticate_request(request, find=learner_by_id)
    exchange.answer_headers |= check_rate(request, "chat")
    return request.user


def _readable_reply(exchange: Exchange, message_id: UUID) -> str:
    user = authenticate_request(exchange.django_request())
    replies = Message.objects.visible_to(user).filter(role=Message.Role.ASSISTANT)
    if not replies.filter(pk=message_id).exists():
        raise NotFound
    return str(message_id)


def _last_event(exchange: Exchange) -> int:
    last = exchange.headers.get("last-event-id", "0") or "0"
    if not (last.isascii() and last.isdigit() and len(last) < 10):
        raise DomainError(details={"Last-Event-ID": [_("Use the number of the last event.")]})
    return int(last)


def whole_answer(context: TurnContext, events: list[TurnEvent]) -> dict[str, Any]:
    """The events of a turn as one answer. Raises what went wrong when there is none."""
    end = events[-1] if events else None
    if isinstance(end, Cancelled):
        raise Conflict(_("The answer was stopped."), code="turn_cancelled")
    if not isinstance(end, MessageEnd):
        raise _NoAnswer(end if isinstance(end, ErrorEvent) else None)
    started = [event for event in events if isinstance(event, MessageStart)]
    return {
        "messageId": context.turn_id,
        "response": end.text,
        "conversationId": context.conversation_id,
        "suggestTutor": end.suggest_tutor,
        "confidence": end.confidence,
        "sources": end.sources,
        "safety": next((_as_body(one) for one in events if isinstance(one, SafetyEvent)), None),
        "corrections": [_as_body(event) for event in events if isinstance(event, CorrectionEvent)],
        "checked": CORRECTIONS not in end.usage,
        "provider": end.usage.get("provider") or started[-1].provider,
    }


def _as_body(event: CorrectionEvent | SafetyEvent) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in fields.items() if name not in ("type", "turnId", "seq")}


class _NoAnswer(DomainError):
    def __init__(self, event: ErrorEvent | None) -> None:
        super().__init__(event.message if event else None, code=event.code if event else None)
        self.status = 503 if self.code == "provider_unavailable" else 502
