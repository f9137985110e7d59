import asyncio
from contextlib import ExitStack

import pytest

from ai.providers import pace


@pytest.fixture
def steps(monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return waited


@pytest.mark.parametrize(("streams", "step"), [(1, 0.1), (25, 0.1), (40, 0.16), (300, 0.2)])
async def test_steps_are_wider_the_more_streams_there_are(steps, streams, step):
    with ExitStack() as live:
        for _ in range(streams):
            live.enter_context(pace.paced())
        for _ in range(400):
            await pace.next_step()
    assert all(0.75 * step <= one <= 1.25 * step for one in steps)
    assert sum(steps) / len(steps) == pytest.approx(step, rel=0.05)


async def test_streams_that_begin_together_are_not_read_together(steps):
    for _ in range(20):
        await pace.next_step()
    assert len(set(steps)) == 20
