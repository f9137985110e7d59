from django.core.cache import cache, caches
from django.test import RequestFactory

from config.ratelimit import check_rate

rates = caches["rates"]


def _seconds_left(key: str) -> int:
    stored = rates.make_key(key)
    return rates._cache.get_client().ttl(stored)


def test_a_count_begins_grows_and_ends():
    assert rates.add("a-count-that-grows", 1, timeout=60) is False
    assert rates.incr("a-count-that-grows") == 1
    rates.add("a-count-that-grows", 1, timeout=600)
    assert rates.incr("a-count-that-grows") == 2
    assert rates.incr("a-count-that-grows", 5) == 7
    assert rates.get("a-count-that-grows") == 7
    assert 0 < _seconds_left("a-count-that-grows") <= 60


def test_each_act_is_one_trip(monkeypatch):
    cache.clear()
    trips = []
    client = rates._cache.get_client(write=True)
    send = client.execute_command
    monkeypatch.setattr(
        client, "execute_command", lambda *told, **how: trips.append(told[0]) or send(*told, **how)
    )
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
    left = [check_rate(request, "chat")["RateLimit-Remaining"] for _ in range(3)]
    assert trips == ["EVAL"] * 3
    assert int(left[0]) - int(left[2]) == 2
