import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as CacheDownError

from accounts.services import issue_ws_ticket, redeem_ws_ticket
from config.cache import ForgivingRedisCache

pytestmark = pytest.mark.django_db
URL = "/api/auth/ws-ticket"


def test_opens_once(signed_in, ana):
    answer = signed_in.post(URL)
    assert answer.status_code == 201
    body = answer.json()
    assert body["expiresIn"] == 30
    assert redeem_ws_ticket(body["ticket"]) == ana
    assert redeem_ws_ticket(body["ticket"]) is None


def test_expires(ana, settings):
    settings.WS_TICKET_SECONDS = 0
    assert redeem_ws_ticket(issue_ws_ticket(user=ana)) is None


def test_of_two_sockets_one_gets_in(ana, monkeypatch):
    ticket = issue_ws_ticket(user=ana)
    read = cache.get

    def read_then_lose(key):
        value = read(key)
        cache.delete(key)
        return value

    monkeypatch.setattr("accounts.services.tickets.cache.get", read_then_lose)
    assert redeem_ws_ticket(ticket) is None


@pytest.mark.parametrize("ticket", ["", "garbage", "x" * 100_000, "a b\n"])
def test_garbage(ticket):
    assert redeem_ws_ticket(ticket) is None


def test_account_switched_off_in_between(ana):
    ticket = issue_ws_ticket(user=ana)
    ana.is_active = False
    ana.save()
    assert redeem_ws_ticket(ticket) is None


def test_anonymous(api):
    assert api.post(URL).status_code == 401


def test_wrong_method(signed_in):
    assert signed_in.get(URL).status_code == 405


def test_cache_down(signed_in, monkeypatch):
    def down(*_args):
        raise CacheDownError

    monkeypatch.setattr("accounts.services.tickets.cache.add", down)
    monkeypatch.setattr("accounts.services.tickets.cache.get", down)
    answer = signed_in.post(URL)
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert redeem_ws_ticket("anything") is None


def test_no_ticket_is_given_that_nothing_holds(signed_in, monkeypatch):
    """The cache drops what it cannot write without an error."""
    monkeypatch.setattr(ForgivingRedisCache, "closed_until", 0.0)
    away = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    monkeypatch.setattr("accounts.services.tickets.cache", away)
    answer = signed_in.post(URL)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert redeem_ws_ticket("anything") is None
