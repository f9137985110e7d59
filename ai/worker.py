"""Async calls from synchronous code: a worker's task, a command."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ai import factory, usage

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it in a loop of its own, and leave neither an open connection nor an unwritten row."""

    async def whole() -> Result:
        try:
            return await work
        finally:
            await usage.drain()
            await factory.aclose()

    return asyncio.run(whole())
