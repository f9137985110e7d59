"""Turns that another process writes, followed here: one XREAD for all of them."""

import asyncio
import logging
from typing import Any

from django.db import DatabaseError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from conversations.streams.closing import close_if_dead_later
from conversations.streams.connections import in_thread
from conversations.streams.frames import Frames
from conversations.streams.log import Frame, frames_from, lease_key, log_key, text_in
from conversations.streams.stored import StoredTurn, frames_to_end, stored_turn

logger = logging.getLogger(__name__)

BLOCK_MS = 100
"""A turn that is newly followed waits at most this long to be part of the common read."""
LOOK_SECONDS = 2.5
"""A turn silent for this long is looked after; longer than the lease takes to be renewed."""


class Mirrors:
    def __init__(self, client: Redis) -> None:
        self._client = client
        self._live: dict[str, Frames] = {}
        self._reading: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def open(self, turn_id: str, *, after: int) -> tuple[Frames, int]:
        """The turn's frames and the reader's place in them."""
        if (known := self._live.get(turn_id)) is not None:
            return known, after
        frames = Frames(await self._logged(turn_id))
        if frames.items and frames.items[-1].last:
            frames.ended = True
            return frames, after
        turn = await in_thread(stored_turn, turn_id)
        if turn is None or turn.over:
            return await self._from_rows(turn_id, after=after)
        frames = self._live.setdefault(turn_id, frames)
        self._wake()
        return frames, after

    async def stop(self) -> None:
        tasks = [task for task in (self._reading, self._looking) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _logged(self, turn_id: str) -> list[Frame]:
        try:
            entries: Any = await self._client.xrange(log_key(turn_id))
        except (RedisError, OSError):
            return []
        return frames_from(entries, after=0)

    async def _from_rows(self, turn_id: str, *, after: int) -> tuple[Frames, int]:
        """The end may have been written between the two looks: the log is asked once more."""
        logged = await self._logged(turn_id)
        if logged and logged[-1].last:
            return Frames(logged, ended=True), after
        turn = await in_thread(stored_turn, turn_id)
        rest = frames_to_end(turn, after=after, heard=None) if turn else []
        return Frames(rest, ended=True), 0

    def _wake(self) -> None:
        loop = asyncio.get_running_loop()
        if self._reading is None or self._reading.done():
            self._reading = loop.create_task(self._read_all(), name="turn log reader")
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._look_after_all(), name="turn log watch")

    async def _read_all(self) -> None:
        while self._live:
            self._drop_unread()
            places = {log_key(key): f"{len(f.items)}-0" for key, f in self._live.items()}
            if not places:
                return
            try:
                found: Any = await self._client.xread(places, block=BLOCK_MS)  # type: ignore[arg-type]
            except (RedisError, OSError):
                await asyncio.sleep(1)
                continue
            taken = [self._take(key, entries) for key, entries in found or ()]
            if taken and not any(taken):
                # Behind a gap: it is given again at once, for as long as the writer mends nothing.
                await asyncio.sleep(1)

    def _take(self, key: bytes, entries: list[Any]) -> bool:
        """Whether there was something new to tell."""
        turn_id = key.decode().removeprefix("turn:")
        frames = self._live.get(turn_id)
        if frames is None:
            return False
        fresh = frames_from(entries, after=len(frames.items))
        frames.extend(fresh)
        if frames.ended:
            del self._live[turn_id]
        return bool(fresh)

    def _drop_unread(self) -> None:
        for turn_id in [key for key, frames in self._live.items() if not frames.readers]:
            del self._live[turn_id]

    async def _look_after_all(self) -> None:
        seen: dict[str, int] = {}
        missed: set[str] = set()
        while self._live:
            await asyncio.sleep(LOOK_SECONDS)
            quiet = [key for key, f in self._live.items() if seen.get(key) == len(f.items)]
            seen = {key: len(frames.items) for key, frames in self._live.items()}
            missed = {key for key in quiet if await self._look(key, missed_before=key in missed)}

    async def _look(self, turn_id: str, *, missed_before: bool) -> bool:
        """Whether its lease is missing. Missing twice, the turn is closed; once may be chance."""
        try:
            missing = not await self._client.exists(lease_key(turn_id))
        except (RedisError, OSError):
            missing = False
        try:
            if missing and missed_before:
                await close_if_dead_later(turn_id)
            turn = await in_thread(stored_turn, turn_id)
            if turn is None or turn.over:
                await self._end_from_rows(turn_id, turn)
        except DatabaseError:
            logger.warning("turn not looked after: the database does not answer")
        return missing

    async def _end_from_rows(self, turn_id: str, turn: StoredTurn | None) -> None:
        frames = self._live.pop(turn_id, None)
        if frames is None:
            return
        known = len(frames.items)
        frames.extend((await self._logged(turn_id))[known:])
        if turn is not None and not frames.ended:
            heard = text_in(frames.items)
            frames.extend(frames_to_end(turn, after=len(frames.items), heard=heard))
        frames.ended = True
        frames.extend([])
