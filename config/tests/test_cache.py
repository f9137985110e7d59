import pytest
from django.core.cache import cache


def _seconds_left(key: str) -> int:
    stored = cache.make_key(key)
    return cache._cache.get_client().ttl(stored)


def test_a_count_grows_and_still_ends():
    cache.add("a-count-that-grows", 1, timeout=60)
    assert cache.incr("a-count-that-grows") == 2
    assert cache.incr("a-count-that-grows", 5) == 7
    assert cache.get("a-count-that-grows") == 7
    assert 0 < _seconds_left("a-count-that-grows") <= 60


def test_what_is_not_there_is_not_counted():
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nobody-counts-this")
    assert cache.get("nobody-counts-this") is None
