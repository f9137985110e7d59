"""Ends turns whose process died. Whoever notices first does it; the database lets only one."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from conversations.errors import INTERRUPTED, failure_words
from conversations.events import ErrorEvent
from conversations.models import Message
from conversations.services.finish import close_interrupted_turn
from conversations.streams.connections import in_thread, valkey_in_thread
from conversations.streams.log import (
    LEASE_SECONDS,
    LOG_SECONDS,
    Frame,
    append_command,
    corrections_in,
    frame_of,
    frames_from,
    lease_key,
    log_key,
    text_in,
)

logger = logging.getLogger(__name__)

YOUNG = timedelta(seconds=LEASE_SECONDS)
"""A turn this young may not have taken its lease yet."""


def close_if_dead(turn_id: str) -> bool:
    """Close the turn if nothing writes it any more. False when it lives or nobody can tell."""
    now = timezone.now()
    begun = Message.objects.live().filter(pk=turn_id).values_list("created_at", flat=True).first()
    if begun is None or begun > now - YOUNG:
        return False
    client = valkey_in_thread()
    try:
        if client.exists(lease_key(turn_id)) or _has_just_begun(client):
            return False
        entries: Any = client.xrange(log_key(turn_id))
    except RedisError:
        # Nobody holds a lease then: only a turn past any deadline is surely dead.
        too_old = timedelta(seconds=3 * settings.AI_TOTAL_TIMEOUT)
        return begun < now - too_old and close_interrupted_turn(turn_id=turn_id, text="")
    return _close(turn_id, frames_from(entries, after=0), client)


def _has_just_begun(client: Redis) -> bool:
    """Whether leases of live turns may not have been renewed since it came back without them."""
    known: Any = client.info("server")
    return int(known["uptime_in_seconds"]) < LEASE_SECONDS


async def close_if_dead_later(turn_id: str) -> bool:
    return await in_thread(close_if_dead, turn_id)


def close_dead_turns() -> int:
    """The sweep. A turn that cannot be closed holds up no other."""
    live = Message.objects.live().filter(created_at__lt=timezone.now() - YOUNG)
    return sum(map(_closed_if_dead, live.values_list("pk", flat=True)))


def _closed_if_dead(turn_id: UUID) -> bool:
    try:
        return close_if_dead(str(turn_id))
    except Exception:
        logger.exception("turn_not_closed", extra={"turn": str(turn_id)})
        return False


def _close(turn_id: str, frames: list[Frame], client: Redis) -> bool:
    closed = close_interrupted_turn(
        turn_id=turn_id, text=text_in(frames), corrections=corrections_in(frames)
    )
    if closed and not (frames and frames[-1].last):
        _append_end(turn_id, len(frames), client)
    return closed


def _append_end(turn_id: str, after: int, client: Redis) -> None:
    event = ErrorEvent(
        turn_id=turn_id, code=INTERRUPTED, message=failure_words(INTERRUPTED), retryable=True
    )
    try:
        append: Any = client.execute_command
        append(*append_command(turn_id, frame_of(event, after + 1)))
        client.expire(log_key(turn_id), LOG_SECONDS)
    except RedisError:
        # Readers find the end in the database.
        return
