import pytest
from django.test import RequestFactory

from config.cache import CountingCache, ForgivingRedisCache
from config.ratelimit import check_rate

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def away(monkeypatch):
    for cache in (ForgivingRedisCache, CountingCache):
        monkeypatch.setattr(cache, "closed_until", 0.0)
    rates = CountingCache(NOBODY, {})
    monkeypatch.setattr("django_ratelimit.core.caches", {"rates": rates})
    return ForgivingRedisCache(NOBODY, {})


def test_every_lookup_misses_and_every_write_is_dropped(away):
    away.set("word", "palabra")
    assert away.get("word", "missing") == "missing"
    assert away.get_many(["word"]) == {}
    assert away.add("word", 1) is False
    assert away.delete("word") is False
    assert "word" not in away
    with pytest.raises(ValueError, match="not found"):
        away.incr("word")


def test_nothing_is_refused_for_want_of_a_count(away, settings):
    settings.RATES = {"chat": "1/m"}
    request = RequestFactory().post("/api/chat")
    assert check_rate(request, "chat") == {}
    assert check_rate(request, "chat") == {}
