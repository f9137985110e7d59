import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import lru_cache, partial
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, connection, connections
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
MAX_THREADS = 4

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis] = WeakKeyDictionary()


def valkey() -> redis.asyncio.Redis:
    """The client of this event loop."""
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None:
        client = _clients[loop] = redis.asyncio.Redis.from_url(
            settings.VALKEY_URL,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # Once more at once, for a connection the server had closed; patience is the callers'.
            retry=AsyncRetry(NoBackoff(), 1),
        )
    return client


def valkey_untimed() -> redis.asyncio.Redis:
    """A client whose caller keeps the time: a deadline of its own makes a task of each send."""
    return redis.asyncio.Redis.from_url(
        settings.VALKEY_URL,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=None,
        retry=AsyncRetry(NoBackoff(), 1),
    )


def valkey_listening() -> redis.asyncio.Redis:
    """A client for a subscription: it may hear nothing for hours."""
    return redis.asyncio.Redis.from_url(
        settings.VALKEY_URL,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_keepalive=True,
        health_check_interval=15,
    )


@lru_cache(maxsize=4)
def _sync_client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


def valkey_in_thread() -> redis.Redis:
    """The client for code outside an event loop."""
    return _sync_client(settings.VALKEY_URL)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=_thread_count(), thread_name_prefix="database")


def _thread_count() -> int:
    # No more than the pool has connections; and few, since each that runs keeps the loop waiting
    # for the interpreter's lock.
    pool: dict[str, int] = settings.DATABASES["default"]["OPTIONS"].get("pool", {})
    return min(MAX_THREADS, pool.get("max_size", MAX_THREADS))


def _and_hand_back(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        connections.close_all()


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run database work off the loop; its connection goes back to the pool before the answer."""
    call = partial(_and_hand_back, partial(function, *args, **kwargs))
    # Not `sync_to_async`, whose bookkeeping is for code that awaits again from the thread.
    return await asyncio.get_running_loop().run_in_executor(_threads(), copy_context().run, call)


async def warm_database() -> None:
    """Open now the connections that the first learners would wait for."""
    with suppress(DatabaseError):
        await asyncio.gather(*(in_thread(_connect) for _ in range(_thread_count())))


def _connect() -> None:
    connection.ensure_connection()
