"""The ledger: one row for each call to a provider, written apart from the stream it is about."""

import asyncio
import logging
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from channels.db import database_sync_to_async

from ai.models import UsageRecord
from ai.prices import cost_micros
from ai.types import ChatRequest, Usage

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds a stream's end waits for its row; a slow database then gets it later, alone."""

_writing: set[asyncio.Task[None]] = set()


@dataclass(slots=True)
class Entry:
    """A call as it goes on. Times are monotonic seconds; `characters` counts what was said."""

    provider: str
    model: str
    purpose: str
    user_id: UUID | None
    prompt: str = ""
    reference: UUID | None = None
    started: float = field(default_factory=monotonic)
    first_token: float | None = None
    characters: int = 0
    usage: Usage | None = None
    outcome: str = UsageRecord.Outcome.OK
    error_code: str = ""


def estimate(request: ChatRequest, characters: int) -> Usage:
    """Tokens at four characters each, for a provider that does not count them."""
    asked = len(request.instructions) + sum(len(message.content) for message in request.messages)
    return Usage(tokens_in=_tokens(asked), tokens_out=_tokens(characters), estimated=True)


async def record(entry: Entry) -> None:
    """Write the row in a thread. Never raises and never holds its caller for long."""
    task = asyncio.create_task(_write_quietly(_row(entry)))
    _writing.add(task)
    task.add_done_callback(_writing.discard)
    await asyncio.wait({task}, timeout=PATIENCE)


async def drain() -> None:
    """Wait for the rows still being written, as a process that is about to end must."""
    loop = asyncio.get_running_loop()
    if ours := {task for task in _writing if task.get_loop() is loop}:
        await asyncio.wait(ours)


def _tokens(characters: int) -> int:
    return -(-characters // 4)


def _row(entry: Entry) -> UsageRecord:
    usage = entry.usage or Usage()
    first = entry.first_token
    return UsageRecord(
        user_id=entry.user_id,
        provider=entry.provider,
        model=entry.model,
        purpose=entry.purpose,
        prompt=entry.prompt,
        reference=entry.reference,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        estimated=usage.estimated,
        cost_micros=cost_micros(entry.provider, entry.model, usage),
        first_token_ms=None if first is None else round((first - entry.started) * 1000),
        latency_ms=round((monotonic() - entry.started) * 1000),
        outcome=entry.outcome,
        error_code=entry.error_code,
    )


async def _write_quietly(row: UsageRecord) -> None:
    try:
        await database_sync_to_async(row.save, thread_sensitive=False)(force_insert=True)
    except Exception:
        logger.exception("usage_not_recorded", extra={"provider": row.provider})
