"""The cache, which may vanish: without Valkey every look-up misses and every write is dropped."""

import logging
import time
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as ValkeyConnectionError
from redis.exceptions import TimeoutError as ValkeyTimeoutError

logger = logging.getLogger(__name__)

UNREACHABLE = (ValkeyConnectionError, ValkeyTimeoutError, OSError)
SECONDS_BETWEEN_TRIES = 2.0


def _forgiving(name: str, missing: Any) -> Callable[..., Any]:
    original = getattr(RedisCache, name)

    @wraps(original)
    def method(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self.closed_until:
            return missing(*args, **kwargs)
        try:
            return original(self, *args, **kwargs)
        except UNREACHABLE:
            # Letting each call time out would make the product slow, not merely uncached.
            type(self).closed_until = time.monotonic() + SECONDS_BETWEEN_TRIES
            logger.warning("cache_unreachable")
            return missing(*args, **kwargs)

    return method


def _default(key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
    return default


def _gone(key: Any, *args: Any, **kwargs: Any) -> Any:
    # What Django's caches raise for a key that is not there.
    raise ValueError(f"Key '{key}' not found")


_INCREASE = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
return redis.call('INCRBY', KEYS[1], ARGV[1])
"""


class OneClient(RedisCacheClient):
    """Keeps its client, which costs as much to make as a command to send."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]

    def incr(self, key: Any, delta: int) -> Any:
        """One trip for Django's two. Raises ValueError for a key that is not there."""
        value = self.get_client(key, write=True).eval(_INCREASE, 1, key, delta)
        return _gone(key) if value is None else value


_clients: dict[str, Any] = {}


class ForgivingRedisCache(RedisCache):
    closed_until = 0.0

    @cached_property
    def _cache(self) -> Any:
        # Django makes a cache for each thread, and under ASGI for each request: connections of
        # their own would cost more than what they are used for.
        given: Any = self
        key = f"{given._servers} {given._options}"
        return _clients.setdefault(key, OneClient(given._servers, **given._options))

    get = _forgiving("get", _default)
    get_many = _forgiving("get_many", lambda *args, **kwargs: {})
    set = _forgiving("set", lambda *args, **kwargs: None)
    set_many = _forgiving("set_many", lambda data, *args, **kwargs: list(data))
    add = _forgiving("add", lambda *args, **kwargs: False)
    incr = _forgiving("incr", _gone)
    touch = _forgiving("touch", lambda *args, **kwargs: False)
    delete = _forgiving("delete", lambda *args, **kwargs: False)
    delete_many = _forgiving("delete_many", lambda *args, **kwargs: None)
    has_key = _forgiving("has_key", lambda *args, **kwargs: False)
    clear = _forgiving("clear", lambda *args, **kwargs: None)
