"""How often a stream is read: at once while there are few, in wider steps the more there are.

A token wakes all that stands between the provider and the reader, which costs more than the token.
With dozens of streams in one process, those of a tenth of a second are read together.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STEP_PER_STREAM: Final = 0.003
LONGEST_STEP: Final = 0.15
SHORTEST_STEP: Final = 0.05
"""Seconds. A shorter step is not taken: few providers write faster, and to wait costs something."""

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
    step = min(_live * STEP_PER_STREAM, LONGEST_STEP)
    if step >= SHORTEST_STEP:
        await asyncio.sleep(step)
