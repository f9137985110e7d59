"""One HTTP request on the stream server: what a door needs of ASGI and no more.

Plain ASGI on purpose. A Channels HTTP consumer does not hear the client leave while it answers,
Django's streaming response keeps a database connection, and both pass thread hops on each request.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import wraps
from io import BytesIO
from typing import Any, TypeVar

import msgspec
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.utils.translation import gettext as _

from config.api import CHALLENGE
from config.errors import DomainError, InternalError, TooLarge, Unavailable, error_body
from config.request_ids import accept_or_make
from conversations.errors import MethodNotAllowed, UnsupportedMedia
from conversations.streams.runner import runner

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
T = TypeVar("T")

MAX_BODY = 128 * 1024
"""Bytes. The longest message takes 60 KB when every character is escaped."""
FIELD = re.compile(r"\$\.(\w+)")
MISSING = re.compile(r"missing required field `(\w+)`\Z")


class Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        self.request_id = accept_or_make(self.headers.get("x-request-id"))
        self.answer_headers = {
            "X-Request-ID": self.request_id,
            "X-Content-Type-Options": "nosniff",
        }
        self.started = False

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the address holds, as the router read it."""
        found: Mapping[str, Any] = self.scope["url_route"]["kwargs"]
        return found

    def django_request(self) -> ASGIRequest:
        """For authentication and rate limits, which read headers and cookies only."""
        return ASGIRequest(self.scope, BytesIO())

    async def body(self) -> bytes:
        """Raises TooLarge before more than the limit is held."""
        if int(self.headers.get("content-length") or 0) > MAX_BODY:
            raise TooLarge
        held = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            held += message.get("body", b"")
            if len(held) > MAX_BODY:
                raise TooLarge
            if not message.get("more_body"):
                return bytes(held)

    async def json(self, shape: type[T]) -> T:
        if self.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise UnsupportedMedia
        parsed: T = parse(await self.body(), shape)
        return parsed

    async def respond(self, status: int, data: Any, headers: Mapping[str, str] = {}) -> None:
        body = msgspec.json.encode(data)
        await self._start(
            status,
            {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers},
        )
        await self.send({"type": "http.response.body", "body": body})

    async def refuse(self, error: DomainError) -> None:
        body = error_body(error, request_id=self.request_id)
        told = {"WWW-Authenticate": CHALLENGE} if error.status == 401 else {}
        await self.respond(error.status, body, {**error.headers, **told})

    async def stream(self, turn_id: str, *, after: int = 0) -> None:
        """Send a turn's events until its end, or until the client leaves."""
        reader = await runner().follow(turn_id, after=after)
        leaving = asyncio.create_task(self._hear_leaving(reader.close))
        try:
            await self._start(200, STREAM_HEADERS)
            while (frames := await reader.next()) is not None:
                body = b"".join([frame.as_sse() for frame in frames]) if frames else HEARTBEAT
                await self.send({"type": "http.response.body", "body": body, "more_body": True})
            # A server may refuse to end an answer that nobody waits for any more.
            with suppress(OSError):
                await self.send({"type": "http.response.body", "body": b""})
        finally:
            reader.close()
            leaving.cancel()

    async def _hear_leaving(self, then: Callable[[], None]) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            continue
        then()

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.started = True
        every = {**self.answer_headers, **headers}
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in every.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})


STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
HEARTBEAT = b": \n\n"


class ClientGone(Exception):
    """Nobody is there to be answered."""


def parse(data: bytes | str, shape: Any) -> Any:
    """A value of `shape`. Raises DomainError with the field that is wrong in `details`."""
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise DomainError(details=_wrong(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DomainError(_("The body is not valid JSON."), code="malformed") from error


def _wrong(told: str) -> dict[str, Any] | None:
    """The field that is wrong, as msgspec tells of it."""
    if missing := MISSING.search(told):
        return {missing[1]: ["This field is required."]}
    field = FIELD.search(told)
    return {field[1]: [told.split(" - at ")[0]]} if field else None


def door(method: str) -> Callable[[Callable[[Exchange], Awaitable[None]]], Application]:
    """An ASGI application of one handler: refusals become our error body, surprises a 500."""

    def decorate(handle: Callable[[Exchange], Awaitable[None]]) -> Application:
        @wraps(handle)
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            exchange = Exchange(scope, receive, send)
            try:
                if scope["method"] != method:
                    raise MethodNotAllowed(allowed=method)
                await handle(exchange)
            except ClientGone:
                return
            except DomainError as error:
                await exchange.refuse(error)
            except Exception as error:
                await _refuse_surprise(exchange, error)

        return application

    return decorate


async def _refuse_surprise(exchange: Exchange, error: Exception) -> None:
    logger.exception("stream_door_failed", extra={"request_id": exchange.request_id})
    if exchange.started:
        raise error
    await exchange.refuse(Unavailable() if isinstance(error, DatabaseError) else InternalError())
