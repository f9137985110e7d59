from datetime import timedelta
from threading import Barrier, Thread

import jwt
import pytest
from django.conf import settings
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.errors import TokenRefused
from accounts.models import AuditEntry, RefreshFamily
from accounts.services import issue_tokens, rotate_refresh_token
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/auth/refresh"
LOGOUT = "/api/auth/logout"


def refresh(api, token):
    return api.post(URL, {"refreshToken": token})


def test_gives_a_new_pair(api, ana):
    first = issue_tokens(user=ana)
    answer = refresh(api, first.refresh_token)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"token", "refreshToken"}
    assert body["refreshToken"] != first.refresh_token
    me = api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert me.status_code == 200
    assert refresh(api, body["refreshToken"]).status_code == 200
    assert RefreshFamily.objects.count() == 1


def test_replay_revokes_the_family(api, ana):
    first = issue_tokens(user=ana)
    second = refresh(api, first.refresh_token).json()
    replayed = refresh(api, first.refresh_token)
    assert replayed.status_code == 401
    assert replayed.json()["code"] == "token_reused"
    # The thief's, or the owner's: neither goes on.
    heir = refresh(api, second["refreshToken"])
    assert heir.status_code == 401
    assert heir.json()["code"] == "token_revoked"
    assert RefreshFamily.objects.get().revoked_because == RefreshFamily.Reason.REUSE


def test_replay_leaves_other_sign_ins_alone(api, ana):
    stolen, other = issue_tokens(user=ana), issue_tokens(user=ana)
    refresh(api, stolen.refresh_token)
    refresh(api, stolen.refresh_token)
    assert refresh(api, other.refresh_token).status_code == 200


def test_replay_is_audited_once(api, ana):
    pair = issue_tokens(user=ana)
    for _ in range(4):
        refresh(api, pair.refresh_token)
    assert AuditEntry.objects.filter(action="token.reused", subject=ana).count() == 1


def claims_of(token):
    return jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])


def signed(claims, key=None):
    return jwt.encode(claims, key or settings.SECRET_KEY, algorithm="HS256")


def test_broken_tokens(api, ana):
    pair = issue_tokens(user=ana)
    claims = claims_of(pair.refresh_token)
    lone = RefreshToken.for_user(ana)
    broken = [
        "garbage",
        "a.b.c",
        pair.token,
        pair.refresh_token[:-2] + "xx",
        signed(claims, "another-key-that-is-quite-long-enough"),
        jwt.encode(claims, None, algorithm="none"),
        str(lone),
        signed(claims | {"fam": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c3d"}),
    ]
    for token in broken:
        answer = refresh(api, token)
        assert answer.status_code == 401, token
        assert answer.json()["code"] == "token_invalid", token
    assert refresh(api, pair.refresh_token).status_code == 200


def test_expired(api, ana):
    claims = claims_of(issue_tokens(user=ana).refresh_token)
    expired = signed(claims | {"exp": claims["iat"] - 1})
    assert refresh(api, expired).json()["code"] == "token_expired"


def test_another_users_family(api, ana, ben):
    mine, theirs = (claims_of(issue_tokens(user=user).refresh_token) for user in (ana, ben))
    assert refresh(api, signed(mine | {"fam": theirs["fam"]})).status_code == 401


@pytest.mark.parametrize("token", [None, "", [], {"a": 1}, "x" * 5000])
def test_bad_input(api, token):
    answer = api.post(URL, {"refreshToken": token})
    assert answer.status_code == 400
    assert "refreshToken" in answer.json()["details"]


def test_account_switched_off(api, ana):
    pair = issue_tokens(user=ana)
    ana.is_active = False
    ana.save()
    assert refresh(api, pair.refresh_token).status_code == 401
    me = api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {pair.token}")
    assert me.status_code == 401


def test_logout_revokes(api, ana):
    pair = issue_tokens(user=ana)
    heir = rotate_refresh_token(pair.refresh_token)
    assert api.post(LOGOUT, {"refreshToken": heir.refresh_token}).status_code == 204
    assert refresh(api, heir.refresh_token).json()["code"] == "token_revoked"
    assert RefreshFamily.objects.get().revoked_because == RefreshFamily.Reason.LOGOUT


def test_logout_twice(api, ana):
    pair = issue_tokens(user=ana)
    for _ in range(2):
        assert api.post(LOGOUT, {"refreshToken": pair.refresh_token}).status_code == 204


def test_logout_with_garbage(api):
    assert api.post(LOGOUT, {"refreshToken": "garbage"}).status_code == 401


def test_lifetimes(ana):
    assert AccessToken.lifetime == timedelta(hours=24)
    assert RefreshToken.lifetime == timedelta(days=30)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_family_ends():
    pair = issue_tokens(user=UserFactory())
    start, outcomes = Barrier(2), []

    def race():
        start.wait()
        try:
            outcomes.append(rotate_refresh_token(pair.refresh_token))
        except TokenRefused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refusals = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert refusals == ["token_reused"]
    assert RefreshFamily.objects.get().revoked_at is not None
