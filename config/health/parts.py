"""The parts Parlance stands on, each asked with a short deadline."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from kombu.transport.redis import Channel
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ai.health import status as models_status
from config.celery import app as celery
from config.queues import BEHIND

Probe = Callable[[], dict[str, Any]]
DEADLINE = 1.0
"""Seconds a part may take to answer."""


def database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def valkey() -> dict[str, Any]:
    with Redis.from_url(
        settings.VALKEY_URL,
        socket_connect_timeout=DEADLINE,
        socket_timeout=DEADLINE,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        client.ping()
        return {"queued": {queue: _waiting(client, queue) for queue in settings.QUEUES}}


def _waiting(client: Redis, queue: str) -> int:
    """Of every priority: Celery keeps a list of its own for each but the first."""
    lists = (queue, f"{queue}{Channel.sep}{BEHIND}")
    return sum(client.llen(one) for one in lists)


def worker() -> dict[str, Any]:
    replies = celery.control.ping(timeout=DEADLINE)
    if not replies:
        raise TimeoutError
    return {"workers": len(replies)}


def models() -> dict[str, Any]:
    return models_status()


PARTS: dict[str, Probe] = {
    "database": database,
    "valkey": valkey,
    "worker": worker,
    "models": models,
}
NEEDED = frozenset({"database"})
"""Without these a process should get no requests; the rest may vanish."""

FAILURES = (DatabaseError, RedisError, OSError, TimeoutError)


def ask(name: str) -> dict[str, Any]:
    """`{"ok", "latency_ms", ...}` of one part."""
    started = time.perf_counter()
    try:
        found = PARTS[name]()
    except FAILURES:
        found = {"ok": False}
    # A broker that cannot be reached raises kombu's own error, which is none of the above.
    except Exception as error:
        if not type(error).__module__.startswith("kombu"):
            raise
        found = {"ok": False}
    latency = round((time.perf_counter() - started) * 1000, 1)
    return {"ok": True, **found, "latency_ms": latency}
