"""Writes the turns of this process to their logs: those whose first words or end is there, and
those that have been gathered, in one command each."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from conversations.events import TERMINAL, DeltaEvent, TurnEvent
from conversations.streams.connections import ANSWER_SECONDS
from conversations.streams.frames import Frames
from conversations.streams.log import (
    APPEND_ALL,
    Frame,
    frame_of,
    log_key,
)

logger = logging.getLogger(__name__)

GATHER_SECONDS = 0.08
"""How long events wait at most, from one flush to the next; a turn's first words, and its last
event, never do, nor do they wait for the words of others."""
MOST_TOGETHER = 12
"""How many turns wait for each other: the words of many, sent at once, keep a newcomer waiting."""
REST_SECONDS = 2.0
"""How long Valkey is left alone after it failed."""
EXISTS_ALREADY = "equal or smaller"


class WrittenTurn:
    """A turn as its writer sees it: events to come, frames delivered, how many are in the log."""

    __slots__ = ("delivered", "frames", "logged", "pending", "spoke", "turn_id")

    def __init__(self, turn_id: str) -> None:
        self.turn_id = turn_id
        self.frames = Frames()
        self.pending: list[TurnEvent] = []
        self.logged = 0
        self.spoke = False
        self.delivered = asyncio.Event()

    def seal(self) -> list[Frame]:
        """Number and encode what is pending, neighbouring deltas as one."""
        sealed: list[Frame] = []
        seq = len(self.frames.items)
        for event in _joined(self.pending):
            seq += 1
            sealed.append(frame_of(event, seq))
        self.pending = []
        return sealed


class LogWriter:
    """`client` keeps no time: each flush has its own."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._urgent: dict[str, WrittenTurn] = {}
        self._gathered: dict[str, WrittenTurn] = {}
        self._gathered_enough = False
        self._wanted = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._rest_until = self._flushed = 0.0
        self._task = self._loop.create_task(self._run(), name="turn log writer")

    def put(self, turn: WrittenTurn, event: TurnEvent) -> None:
        turn.pending.append(event)
        first = isinstance(event, DeltaEvent) and not turn.spoke
        turn.spoke = turn.spoke or first
        if first or isinstance(event, TERMINAL):
            self._gathered.pop(turn.turn_id, None)
            self._urgent[turn.turn_id] = turn
            self._wanted.set()
        elif turn.turn_id not in self._urgent:
            self._gather(turn)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _gather(self, turn: WrittenTurn) -> None:
        self._gathered[turn.turn_id] = turn
        if len(self._gathered) >= MOST_TOGETHER:
            self._end_gathering()
        elif self._timer is None:
            self._timer = self._loop.call_at(self._flushed + GATHER_SECONDS, self._end_gathering)

    def _end_gathering(self) -> None:
        self._gathered_enough = True
        self._wanted.set()

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if self._urgent:
                turns, self._urgent = self._urgent, {}
                await self._flush(turns.values())
            if self._gathered_enough and (turns := self._take_gathered()):
                await self._flush(turns.values())

    def _take_gathered(self) -> dict[str, WrittenTurn]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._gathered_enough = False
        self._flushed = self._loop.time()
        turns, self._gathered = self._gathered, {}
        return turns

    async def _flush(self, turns: Iterable[WrittenTurn]) -> None:
        sealed = [(turn, turn.seal()) for turn in turns]
        await self._log(sealed)
        for turn, frames in sealed:
            turn.frames.extend(frames)
            if turn.frames.ended:
                turn.delivered.set()

    async def _log(self, sealed: list[tuple[WrittenTurn, list[Frame]]]) -> None:
        if self._loop.time() < self._rest_until:
            _forget([turn for turn, _ in sealed])
            return
        try:
            await self._append(sealed)
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("turn log unreachable: %s", type(error).__name__)
            self._rest_until = self._loop.time() + REST_SECONDS
            _forget([turn for turn, _ in sealed])

    async def _append(self, sealed: list[tuple[WrittenTurn, list[Frame]]]) -> None:
        owners: list[WrittenTurn] = []
        keys: list[str] = []
        entries: list[Any] = []
        for turn, fresh in sealed:
            unlogged = turn.frames.items[turn.logged :] + fresh
            for frame in unlogged:
                owners.append(turn)
                keys.append(log_key(turn.turn_id))
                entries += (frame.seq, int(frame.last), frame.data)
            turn.logged = len(turn.frames.items) + len(fresh)
        append: Any = self._client.execute_command
        async with asyncio.timeout(ANSWER_SECONDS):
            answers = await append("EVAL", APPEND_ALL, len(keys), *keys, *entries)
        for owner, answer in zip(owners, answers, strict=True):
            _judge(owner, answer)


def _joined(events: list[TurnEvent]) -> list[TurnEvent]:
    joined: list[TurnEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, DeltaEvent) and isinstance(last, DeltaEvent):
            joined[-1] = DeltaEvent(turn_id=event.turn_id, text=last.text + event.text)
        else:
            joined.append(event)
    return joined


def _judge(owner: WrittenTurn, answer: Any) -> None:
    """Tell an entry that is there already from one that could not be written."""
    if answer is None:
        owner.logged = 0
    elif isinstance(answer, Exception) and EXISTS_ALREADY not in str(answer):
        raise answer


def _forget(turns: list[WrittenTurn]) -> None:
    # The next flush offers the whole turn again; entries that did arrive are refused as known.
    for turn in turns:
        turn.logged = 0
