"""How often a stream is read: ten times a second, in wider steps the more there are.

A token wakes all that stands between the provider and the reader, which costs more than the token.
So those of a tenth of a second are read together, with 50 streams or more those of a fifth. The
page spreads them out again.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STEP_PER_STREAM: Final = 0.004
SHORTEST_STEP: Final = 0.1
LONGEST_STEP: Final = 0.2
"""Seconds."""

_live = 0


@contextmanager
def paced() -> Iterator[None]:
    """Counts a stream of this process while it is read."""
    global _live
    _live += 1
    try:
        yield
    finally:
        _live -= 1


async def next_step() -> None:
    """Wait until the stream is worth reading again."""
    await asyncio.sleep(max(SHORTEST_STEP, min(_live * STEP_PER_STREAM, LONGEST_STEP)))
