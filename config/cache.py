"""The cache, which may vanish: without Valkey every look-up misses and every write is dropped."""

import logging
import threading
import time
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as ValkeyConnectionError
from redis.exceptions import TimeoutError as ValkeyTimeoutError

logger = logging.getLogger(__name__)

UNREACHABLE = (ValkeyConnectionError, ValkeyTimeoutError, OSError)
SECONDS_BETWEEN_TRIES = 2.0


def _forgiving(original: Callable[..., Any], missing: Any) -> Callable[..., Any]:
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


_COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count == tonumber(ARGV[1]) then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return count
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

    def count(self, key: Any, delta: int, seconds: int) -> int:
        """Add to a count, which begins now and ends after `seconds` when it is not there."""
        return int(self.get_client(key, write=True).eval(_COUNT, 1, key, delta, seconds))


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

    get = _forgiving(RedisCache.get, _default)
    get_many = _forgiving(RedisCache.get_many, lambda *args, **kwargs: {})
    set = _forgiving(RedisCache.set, lambda *args, **kwargs: None)
    set_many = _forgiving(RedisCache.set_many, lambda data, *args, **kwargs: list(data))
    add = _forgiving(RedisCache.add, lambda *args, **kwargs: False)
    incr = _forgiving(RedisCache.incr, _gone)
    touch = _forgiving(RedisCache.touch, lambda *args, **kwargs: False)
    delete = _forgiving(RedisCache.delete, lambda *args, **kwargs: False)
    delete_many = _forgiving(RedisCache.delete_many, lambda *args, **kwargs: None)
    has_key = _forgiving(RedisCache.has_key, lambda *args, **kwargs: False)
    clear = _forgiving(RedisCache.clear, lambda *args, **kwargs: None)


class CountingCache(ForgivingRedisCache):
    """For django-ratelimit, which adds a count and, when it is there already, increases it: two
    trips for all but the first. Here the second call does both."""

    _asked = threading.local()

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        self._asked.seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return False

    def _counted(self, key: Any, delta: int = 1, version: Any = None) -> int:
        key = self.make_and_validate_key(key, version=version)
        return int(self._cache.count(key, delta, self._asked.seconds))

    incr = _forgiving(_counted, _gone)
