"""How often a stream is read: ten times a second, in wider steps the more there are.

A token wakes all that stands between the provider and the reader, which costs more than the token.
So those of a tenth of a second are read together, with 50 streams or more those of a fifth. The
page spreads them out again. A step is now longer, now shorter: of equal ones, streams that began
together would all be read at the same moments, and whoever comes then would wait for all.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STEP_PER_STREAM: Final = 0.004
SHORTEST_STEP: Final = 0.1
LONGEST_STEP: Final = 0.2
"""Seconds."""
SPREAD: Final = 0.25
"""By how much of itself a step is longer or shorter at most."""

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
    step = max(SHORTEST_STEP, min(_live * STEP_PER_STREAM, LONGEST_STEP))
    await asyncio.sleep(step * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - no secret
