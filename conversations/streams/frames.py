"""The events of one turn in this process, and those who read them."""

import asyncio
from collections.abc import Iterable

from conversations.streams.log import Frame


class Frames:
    """Grows until `ended`. Readers hold a place in it and no copy, so a slow one costs nothing."""

    __slots__ = ("ended", "items", "readers")

    def __init__(self, items: Iterable[Frame] = (), *, ended: bool = False) -> None:
        self.items = list(items)
        self.ended = ended
        self.readers: set[Reader] = set()

    def extend(self, fresh: list[Frame]) -> None:
        self.items += fresh
        if fresh and fresh[-1].last:
            self.ended = True
        for reader in self.readers:
            reader.wake()


class Reader:
    """One reader's place. `next` gives what is new, `[]` when it has been quiet for `heartbeat`
    seconds, None when the turn is over or the reader was closed."""

    __slots__ = (
        "_closed",
        "_frames",
        "_heartbeat",
        "_loop",
        "_quiet",
        "_timer",
        "_waiting",
        "place",
    )

    def __init__(self, frames: Frames, place: int, *, heartbeat: float = 15.0) -> None:
        self.place = place
        self._frames = frames
        self._heartbeat = heartbeat
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[bool] | None = None
        self._closed = self._quiet = False
        self._timer = self._loop.call_later(heartbeat, self._beat)
        frames.readers.add(self)

    async def next(self) -> list[Frame] | None:
        while not self._closed:
            items = self._frames.items
            if len(items) > self.place:
                fresh = items[self.place :]
                self.place = len(items)
                self._quiet = False
                return fresh
            if self._frames.ended:
                return None
            self._waiting = self._loop.create_future()
            if await self._waiting and not self._closed:
                return []
        return None

    def wake(self, *, beat: bool = False) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(beat)

    def close(self) -> None:
        self._closed = True
        self._timer.cancel()
        self._frames.readers.discard(self)
        self.wake()

    def _beat(self) -> None:
        # One timer a reader, looked at when it fires: moving it with every event would cost more
        # than sending the event.
        if self._quiet:
            self.wake(beat=True)
        self._quiet = True
        self._timer = self._loop.call_later(self._heartbeat, self._beat)
