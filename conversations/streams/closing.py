"""Ends turns whose process died. Whoever notices first does it; the database lets only one."""

from datetime import timedelta
from typing import Any

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

YOUNG = timedelta(seconds=LEASE_SECONDS)
"""A turn this young may not have taken its lease yet."""


def close_if_dead(turn_id: str) -> bool:
    """Close the turn if nothing writes it any more. False when it lives or nobody can tell."""
    live = Message.objects.live().filter(created_at__lt=timezone.now() - YOUNG)
    if not live.filter(pk=turn_id).exists():
        return False
    client = valkey_in_thread()
    try:
        if client.exists(lease_key(turn_id)):
            return False
        entries: Any = client.xrange(log_key(turn_id))
    except RedisError:
        return False
    return _close(turn_id, frames_from(entries, after=0), client)


async def close_if_dead_later(turn_id: str) -> bool:
    return await in_thread(close_if_dead, turn_id)


def close_dead_turns() -> int:
    """The sweep. With Valkey down nobody holds a lease: then only turns past any deadline count."""
    now = timezone.now()
    live = Message.objects.live().filter(created_at__lt=now - YOUNG)
    closed = sum(close_if_dead(str(turn_id)) for turn_id in live.values_list("pk", flat=True))
    too_old = now - timedelta(seconds=3 * settings.AI_TOTAL_TIMEOUT)
    for turn_id in live.filter(created_at__lt=too_old).values_list("pk", flat=True):
        closed += close_interrupted_turn(turn_id=turn_id, text="")
    return closed


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
