"""Writes the turns of this process to their logs, all that is new of them in one command."""

import asyncio
import logging
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
event, never do."""
MOST_TOGETHER = 32
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
        self._dirty: dict[str, WrittenTurn] = {}
        self._wanted = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._rest_until = self._flushed = 0.0
        self._task = self._loop.create_task(self._run(), name="turn log writer")

    def put(self, turn: WrittenTurn, event: TurnEvent) -> None:
        turn.pending.append(event)
        self._dirty[turn.turn_id] = turn
        first = isinstance(event, DeltaEvent) and not turn.spoke
        turn.spoke = turn.spoke or first
        if first or isinstance(event, TERMINAL) or len(self._dirty) >= MOST_TOGETHER:
            self._wanted.set()
        elif self._timer is None:
            self._timer = self._loop.call_at(self._flushed + GATHER_SECONDS, self._wanted.set)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._flushed = self._loop.time()
            batch, self._dirty = list(self._dirty.values()), {}
            sealed = [(turn, turn.seal()) for turn in batch]
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
