"""What monitors are told; that it is as the schema says, every test's answers are held to."""

import pytest
from django.conf import settings
from django.db import OperationalError
from redis.exceptions import ConnectionError as NoValkey

from config.health import parts


@pytest.fixture(autouse=True)
def one_worker(monkeypatch):
    monkeypatch.setattr(parts.celery.control, "ping", lambda timeout: [{"w@one": {"ok": "pong"}}])


@pytest.fixture
def failing(monkeypatch):
    def fail(part, error):
        def probe():
            raise error

        monkeypatch.setitem(parts.PARTS, part, probe)

    return fail


def told(client, path="health"):
    answer = client.get(f"/api/monitoring/{path}")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_all_is_well(client):
    status, body = told(client)
    assert (status, body["status"]) == (200, "ok")
    assert set(body["parts"]["valkey"]["queued"]) == set(settings.QUEUES)
    assert body["parts"]["worker"]["workers"] == 1
    assert [one["name"] for one in body["parts"]["models"]["providers"]] == settings.AI_CHAIN


@pytest.mark.django_db
@pytest.mark.parametrize(("part", "error"), [("valkey", NoValkey()), ("worker", TimeoutError())])
def test_a_part_that_may_vanish(client, failing, part, error):
    failing(part, error)
    status, body = told(client)
    assert (status, body["status"]) == (200, "degraded")
    assert set(body["parts"][part]) == {"ok", "latencyMs"}
    assert told(client, "ready") == (200, {"status": "ok"})


def test_without_a_database(client, failing):
    failing("database", OperationalError())
    status, body = told(client)
    assert (status, body["status"]) == (503, "down")
    assert body["parts"]["database"]["ok"] is False
    assert told(client, "ready") == (503, {"status": "down"})
    assert told(client, "live") == (200, {"status": "ok"})
