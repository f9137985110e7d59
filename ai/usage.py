"""The ledger: one row for each call to a provider, written apart from the stream it is about."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import IntegrityError

from ai.models import UsageRecord
from ai.prices import cost_micros
from ai.types import ChatRequest, Usage
from config.ids import new_id
from config.rows import Table

logger = logging.getLogger(__name__)

_ROWS: Final = Table(UsageRecord)

GATHER_SECONDS = 1.0
"""How long rows are gathered to be written together: a row alone costs as much as ten at once."""

_unwritten: WeakKeyDictionary[asyncio.AbstractEventLoop, list[UsageRecord]] = WeakKeyDictionary()
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


def record(entry: Entry) -> None:
    """Have the row written soon, in a thread. Never raises and holds nobody up."""
    loop = asyncio.get_running_loop()
    rows = _unwritten.setdefault(loop, [])
    rows.append(_row(entry))
    if len(rows) == 1:
        loop.call_later(GATHER_SECONDS, _flush, loop)


async def drain() -> None:
    """Wait for the rows not written yet, as a process that is about to end must."""
    loop = asyncio.get_running_loop()
    _flush(loop)
    if ours := {task for task in _writing if task.get_loop() is loop}:
        await asyncio.wait(ours)


def _flush(loop: asyncio.AbstractEventLoop) -> None:
    if rows := _unwritten.pop(loop, None):
        task = loop.create_task(_write_quietly(rows))
        _writing.add(task)
        task.add_done_callback(_writing.discard)


def _tokens(characters: int) -> int:
    return -(-characters // 4)


def _row(entry: Entry) -> UsageRecord:
    usage = entry.usage or Usage()
    first = entry.first_token
    return _ROWS.make(
        id=new_id(),
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


async def _write_quietly(rows: list[UsageRecord]) -> None:
    try:
        await database_sync_to_async(_write, thread_sensitive=False)(rows)
    except Exception:
        logger.exception("usage_not_recorded", extra={"rows": len(rows)})


def _write(rows: list[UsageRecord]) -> None:
    try:
        UsageRecord.objects.bulk_create(rows)
    except IntegrityError:
        # One of them is about a user who has gone meanwhile; the others stand.
        for row in rows:
            with suppress(IntegrityError):
                row.save(force_insert=True)
