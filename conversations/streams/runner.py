"""Writes replies: one task a turn, apart from every socket."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from ai.errors import AllProvidersFailed, ProviderError
from conversations.errors import INTERRUPTED, Busy, failure_words
from conversations.events import (
    TERMINAL,
    Cancelled,
    DeltaEvent,
    ErrorEvent,
    MessageEnd,
    TurnEvent,
)
from conversations.models import Message
from conversations.services.context import TurnContext
from conversations.services.finish import TurnResult, finish_turn
from conversations.services.reading import OverTurn, enqueue_reading
from conversations.streams.connections import (
    in_thread,
    valkey,
    valkey_listening,
    valkey_untimed,
)
from conversations.streams.control import CANCEL_CHANNEL, request_cancel
from conversations.streams.frames import Reader
from conversations.streams.log import LEASE_RENEWAL_SECONDS, LEASE_SECONDS, lease_key
from conversations.streams.mirrors import Mirrors
from conversations.streams.writer import LogWriter, WrittenTurn
from conversations.turns import generate
from conversations.writing import TurnNotes

logger = logging.getLogger(__name__)

Status = Message.Status
READING_SECONDS = 2.0
"""How long learners' messages are gathered for a worker: a task each would cost more than a turn's
SQL."""
STORE_DELAYS = (0.2, 0.5, 1.0, 2.0)
"""Seconds between tries to store a reply while the database does not answer."""


class LiveTurn(WrittenTurn):
    __slots__ = ("closing", "context", "notes", "said", "stopped_as", "task")

    def __init__(self, context: TurnContext) -> None:
        super().__init__(context.turn_id)
        self.context = context
        self.notes = TurnNotes()
        self.said: list[str] = []
        self.stopped_as: Status | None = None
        self.closing = False
        self.task: asyncio.Task[None]

    @property
    def text(self) -> str:
        return "".join(self.said)


class TurnRunner:
    """The turns that this process writes, and its way to those of others."""

    def __init__(self) -> None:
        self.turns: dict[str, LiveTurn] = {}
        self._promised = 0
        self._unread: list[OverTurn] = []
        self._log = valkey_untimed()
        self._writer = LogWriter(self._log)
        self._mirrors = Mirrors(valkey())
        loop = asyncio.get_running_loop()
        self._background = [
            loop.create_task(self._keep_leases(), name="turn leases"),
            loop.create_task(self._hear_cancels(), name="turn cancels"),
            loop.create_task(self._have_messages_read(), name="turn messages"),
        ]

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place for a turn that is about to be opened. Raises Busy when there is none."""
        if len(self.turns) + self._promised >= settings.STREAMS_PER_PROCESS:
            raise Busy
        self._promised += 1
        try:
            yield
        finally:
            self._promised -= 1

    def start(self, context: TurnContext) -> None:
        turn = LiveTurn(context)
        self.turns[context.turn_id] = turn
        turn.task = asyncio.create_task(self._write(turn), name=f"turn {context.turn_id}")

    async def follow(self, turn_id: str, *, after: int = 0, heartbeat: float = 15.0) -> Reader:
        """A reader of every event after `after`, whoever writes the turn."""
        live = self.turns.get(turn_id)
        if live is not None:
            return Reader(live.frames, after, heartbeat=heartbeat)
        frames, place = await self._mirrors.open(turn_id, after=after)
        return Reader(frames, place, heartbeat=heartbeat)

    def stop(self, turn_id: str, status: Status = Status.CANCELLED) -> bool:
        """Stop a turn of this process, with the call upstream. False when it is not here."""
        turn = self.turns.get(turn_id)
        if turn is None or turn.closing:
            return False
        turn.stopped_as = status
        turn.task.cancel()
        return True

    async def shut_down(self, *, grace: float = 5.0) -> None:
        """Let turns finish for `grace` seconds, then mark the rest as interrupted."""
        tasks = [turn.task for turn in self.turns.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for turn_id in list(self.turns):
            self.stop(turn_id, Status.INTERRUPTED)
        await asyncio.gather(*tasks, return_exceptions=True)
        await _end(self._background)
        await self._enqueue_unread()
        await self._mirrors.stop()
        await self._writer.stop()
        await self._log.aclose()

    async def _write(self, turn: LiveTurn) -> None:
        try:
            end = await self._generate(turn)
        except asyncio.CancelledError:
            end = _stopped(turn)
        except AllProvidersFailed:
            end = _failed(turn, AllProvidersFailed.code)
        except ProviderError as error:
            end = _failed(turn, error.code)
        except Exception:
            logger.exception("turn_failed", extra={"turn": turn.turn_id})
            end = _failed(turn, "internal_error")
        turn.closing = True
        # Whoever stops it now comes too late: the reply is stored before its end is told.
        self._writer.put(turn, await self._store(turn, end))
        await turn.delivered.wait()
        self.turns.pop(turn.turn_id, None)

    async def _generate(self, turn: LiveTurn) -> TurnEvent:
        async with aclosing(generate(turn.context, turn.notes)) as events:
            async for event in events:
                if isinstance(event, TERMINAL):
                    return event
                if isinstance(event, DeltaEvent):
                    turn.said.append(event.text)
                self._writer.put(turn, event)
        raise ProviderError("cut_off", "the turn had no end", retryable=True)

    async def _store(self, turn: LiveTurn, end: TurnEvent) -> TurnEvent:
        """The end that readers are told: another one if the turn was closed by somebody else."""
        result = _result(turn, end)
        for delay in (*STORE_DELAYS, None):
            try:
                stored = await in_thread(
                    finish_turn,
                    turn_id=turn.turn_id,
                    result=result,
                    context=turn.context,
                    over=self._unread.append,
                )
            except DatabaseError:
                logger.exception("turn_not_stored", extra={"turn": turn.turn_id})
            else:
                return end if stored else _error(turn, INTERRUPTED)
            if delay is not None:
                await asyncio.sleep(delay)
        # The log keeps the text; the sweep stores it when the database is back.
        return _error(turn, INTERRUPTED)

    async def _keep_leases(self) -> None:
        client = valkey()
        while True:
            await asyncio.sleep(LEASE_RENEWAL_SECONDS)
            pipeline = client.pipeline(transaction=False)
            for turn_id, turn in self.turns.items():
                if not turn.delivered.is_set():
                    pipeline.set(lease_key(turn_id), "1", ex=LEASE_SECONDS)
            try:
                await pipeline.execute()
            except (RedisError, OSError):
                continue

    async def _have_messages_read(self) -> None:
        while True:
            await asyncio.sleep(READING_SECONDS)
            await self._enqueue_unread()

    async def _enqueue_unread(self) -> None:
        unread, self._unread = self._unread, []
        if not unread:
            return
        try:
            await asyncio.to_thread(enqueue_reading, unread)
        except Exception:
            # Of whichever kind the queue's client raises; a sweep reads them later.
            logger.exception("messages_not_queued", extra={"turns": len(unread)})

    async def _hear_cancels(self) -> None:
        while True:
            try:
                async with (
                    valkey_listening() as client,
                    client.pubsub(ignore_subscribe_messages=True) as channel,
                ):
                    await channel.subscribe(CANCEL_CHANNEL)
                    async for message in channel.listen():
                        self.stop(message["data"].decode())
            except (RedisError, OSError):
                await asyncio.sleep(0.5)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: the Valkey client can swallow a cancel while it connects."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.2)


_runners: WeakKeyDictionary[asyncio.AbstractEventLoop, TurnRunner] = WeakKeyDictionary()


def runner() -> TurnRunner:
    """The runner of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _runners:
        _runners[loop] = TurnRunner()
    return _runners[loop]


async def cancel(turn_id: str) -> None:
    """Stop a turn, here or in whichever process writes it. Raises Unavailable when none hears."""
    if not runner().stop(turn_id):
        await in_thread(request_cancel, turn_id)


async def shut_down(*, grace: float = 5.0) -> None:
    """End this loop's runner, if it ever had one."""
    running = _runners.pop(asyncio.get_running_loop(), None)
    if running is not None:
        await running.shut_down(grace=grace)


def _stopped(turn: LiveTurn) -> TurnEvent:
    if turn.stopped_as == Status.CANCELLED:
        return Cancelled(turn_id=turn.turn_id, text=turn.text)
    return _error(turn, INTERRUPTED)


def _failed(turn: LiveTurn, code: str) -> ErrorEvent:
    turn.notes.error_code = code
    return _error(turn, INTERRUPTED if turn.said else code)


def _error(turn: LiveTurn, code: str) -> ErrorEvent:
    return ErrorEvent(turn_id=turn.turn_id, code=code, message=failure_words(code), retryable=True)


def _result(turn: LiveTurn, end: TurnEvent) -> TurnResult:
    notes = turn.notes
    result = TurnResult(
        status=Status.COMPLETE,
        text=turn.text,
        provider=notes.provider,
        model=notes.model,
        prompt=notes.prompt,
        usage=notes.usage,
        corrections=notes.corrections,
        rules=notes.rules,
        withheld=notes.withheld,
        contract=turn.context.contract,
        route=notes.route,
        tools=notes.tools,
        sources=notes.sources,
        withheld_text=notes.withheld_text,
        verdict=notes.verdict,
    )
    if isinstance(end, MessageEnd):
        result.text = end.text
        result.confidence, result.suggest_tutor = end.confidence, end.suggest_tutor
    elif isinstance(end, Cancelled):
        result.status = Status.CANCELLED
    elif isinstance(end, ErrorEvent):
        result.status = Status.INTERRUPTED if end.code == INTERRUPTED else Status.FAILED
        result.error_code = notes.error_code or end.code
    return result
