"""The WebSocket of one conversation: the same turns as frames, both ways."""

import asyncio
import logging
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.authentication import authenticate_request
from accounts.models import User
from accounts.selectors import user_by_id
from accounts.services import redeem_ws_ticket
from config.errors import DomainError, InternalError, NotAuthenticated, NotFound, TooLarge
from config.ratelimit import check_rate
from conversations.exchange import MAX_BODY, Exchange, Receive, Scope, Send, parse
from conversations.models import Conversation, Message
from conversations.stream_doors import open_turn
from conversations.streams.connections import in_thread
from conversations.streams.frames import Reader
from conversations.streams.runner import cancel, runner

logger = logging.getLogger(__name__)


class Say(msgspec.Struct, tag="message", rename="camel"):
    message: Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]
    idempotency_key: Annotated[str, msgspec.Meta(max_length=255)] = ""
    edit_of: UUID | None = None
    companion_id: UUID | None = None


class Stop(msgspec.Struct, tag="cancel", rename="camel"):
    message_id: UUID


class Resume(msgspec.Struct, tag="resume", rename="camel"):
    message_id: UUID
    after: Annotated[int, msgspec.Meta(ge=0)] = 0


class Ping(msgspec.Struct, tag="ping"):
    pass


ClientFrame = Say | Stop | Resume | Ping


async def conversation_socket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    socket = ConversationSocket(scope, receive, send)
    if not socket.from_our_page():
        # Before `accept` a close is a 403: a foreign page learns nothing more.
        await send({"type": "websocket.close", "code": 4403})
        return
    await socket.run()


async def no_socket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4404})


class ConversationSocket:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._exchange = Exchange({**scope, "method": "GET"}, receive, send)
        self._receive, self._send = receive, send
        self._ticket = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
        self._conversation_id: UUID = scope["url_route"]["kwargs"]["conversation_id"]
        self._user: User
        self._pump: asyncio.Task[None] | None = None

    def from_our_page(self) -> bool:
        """A cookie is sent by any page, so its page must be ours; a ticket proves itself."""
        headers = self._exchange.headers
        origin = headers.get("origin", "")
        if self._ticket or not origin:
            return True
        ours = urlsplit(origin).netloc == headers.get("host")
        return ours or origin in settings.CSRF_TRUSTED_ORIGINS

    async def run(self) -> None:
        await self._send({"type": "websocket.accept"})
        try:
            self._user = await in_thread(self._admit)
        except DomainError as refusal:
            await self._explain(refusal)
            await self._send({"type": "websocket.close", "code": 4000 + refusal.status})
            return
        try:
            while (message := await self._receive())["type"] == "websocket.receive":
                await self._hear(message)
        finally:
            self._stop_pumping()

    def _admit(self) -> User:
        request = self._exchange.django_request()
        user = redeem_ws_ticket(self._ticket) if self._ticket else authenticate_request(request)
        if user is None:
            raise NotAuthenticated
        mine = Conversation.objects.visible_to(user)
        if not mine.filter(pk=self._conversation_id).exists():
            raise NotFound
        return user

    async def _hear(self, message: dict[str, Any]) -> None:
        try:
            data = message.get("text")
            if data is None:
                raise DomainError(_("Send text frames."), code="invalid_frame")
            if len(data) > MAX_BODY:
                raise TooLarge
            frame: ClientFrame = parse(data, ClientFrame)
            await self._handlers[type(frame)](self, frame)
        except DomainError as refusal:
            await self._explain(refusal)
        except Exception:
            logger.exception("socket_frame_failed")
            await self._explain(InternalError())

    async def _say(self, frame: Say) -> None:
        with runner().place():
            context = await in_thread(partial(self._open, frame))
            if not context.replayed:
                runner().start(context)
        await self._follow(context.turn_id, 0)

    def _open(self, frame: Say) -> Any:
        request = self._exchange.django_request()
        request.user = self._present_user()
        check_rate(request, "chat")
        return open_turn(
            request.user,
            frame.message,
            self._conversation_id,
            # As of the words: PostgreSQL keeps no such character.
            frame.idempotency_key.replace("\0", ""),
            edit_of=frame.edit_of,
            companion_id=frame.companion_id,
        )

    async def _cancel(self, frame: Stop) -> None:
        await in_thread(partial(self._own_reply, Message.objects.owned_by, frame))
        await cancel(str(frame.message_id))

    async def _resume(self, frame: Resume) -> None:
        await in_thread(partial(self._own_reply, Message.objects.visible_to, frame))
        await self._follow(str(frame.message_id), frame.after)

    async def _ping(self, frame: Ping) -> None:
        await self._send_text(b'{"type":"pong"}')

    def _present_user(self) -> User:
        """As they are now: a socket may stay open for hours, in which an account is switched off or
        gets another password, which ends every sign-in."""
        user = user_by_id(self._user.pk)
        if user is None or not user.is_active or user.password != self._user.password:
            raise NotAuthenticated
        return user

    def _own_reply(self, of: Any, frame: Stop | Resume) -> None:
        here = of(self._present_user()).filter(
            conversation=self._conversation_id, role=Message.Role.ASSISTANT
        )
        if not here.filter(pk=frame.message_id).exists():
            raise NotFound

    async def _follow(self, turn_id: str, after: int) -> None:
        self._stop_pumping()
        reader = await runner().follow(turn_id, after=after)
        self._pump = asyncio.create_task(self._send_all(reader))

    async def _send_all(self, reader: Reader) -> None:
        try:
            while (frames := await reader.next()) is not None:
                for frame in frames:
                    await self._send_text(frame.data)
        finally:
            reader.close()

    def _stop_pumping(self) -> None:
        if self._pump is not None:
            self._pump.cancel()

    async def _explain(self, refusal: DomainError) -> None:
        body = {
            "type": "error",
            "code": refusal.code,
            "message": refusal.message,
            "retryable": refusal.status in (409, 429, 503),
            "details": refusal.details,
        }
        await self._send_text(msgspec.json.encode(body))

    async def _send_text(self, data: bytes) -> None:
        await self._send({"type": "websocket.send", "text": data.decode()})

    _handlers: dict[type, Any] = {Say: _say, Stop: _cancel, Resume: _resume, Ping: _ping}
