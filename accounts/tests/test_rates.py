import time

import pytest
from django_ratelimit import core

from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
CREDENTIALS = {"email": "ana@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _one_a_minute(settings, monkeypatch):
    settings.RATES = dict.fromkeys(settings.RATES, "1/m")
    # Passwords take their time: without this a test now and then spans two of the clock's minutes.
    end = int(time.time()) + 60
    monkeypatch.setattr(core, "_get_window", lambda value, period: end)


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("/api/auth/register", {}),
        ("/api/auth/login", CREDENTIALS),
        ("/api/auth/refresh", {"refreshToken": "garbage"}),
        ("/api/auth/password/reset", {"email": "ana@example.org"}),
        ("/api/auth/password/reset/confirm", {}),
        ("/api/auth/email/verify", {}),
    ],
)
def test_api_doors(api, ana, url, body):
    assert api.post(url, body).status_code != 429
    answer = api.post(url, body)
    assert answer.status_code == 429
    assert answer.json()["code"] == "rate_limited"
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("url", ["/sign-up", "/sign-in", "/reset", "/reset/x/y", "/verify/x/y"])
def test_page_doors(client, ana, url):
    assert client.post(url, {"email": "x"}).status_code != 429
    answer = client.post(url, {"email": "x"})
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert client.get(url).status_code != 429


def test_password_change_is_counted_by_user(signed_in):
    body = {"currentPassword": "Wrong-horse-7", "newPassword": "Battery-staple-8"}
    assert signed_in.post("/api/auth/password/change", body).status_code == 400
    assert signed_in.post("/api/auth/password/change", body).status_code == 429


def test_headers_on_success(api, ana):
    answer = api.post("/api/auth/login", CREDENTIALS)
    assert answer.headers["RateLimit-Limit"] == "1"
    assert answer.headers["RateLimit-Remaining"] == "0"
