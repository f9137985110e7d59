import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.signing import TimestampSigner
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import send_verification
from accounts.services.passwords import reset_token
from accounts.services.verification import VERIFICATION_LIFETIME, uid_of, verification_token
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/auth/email/verify"


@pytest.fixture
def dora(db):
    return UserFactory(email="dora@example.org", email_verified_at=None)


def body_for(user, **changes):
    return {"uid": uid_of(user), "token": verification_token(user)} | changes


def test_mailed_link_verifies(api, dora, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send_verification(user=dora)
    link = re.search(r"/verify/([^/\s]+)/([^/\s]+)", mail.outbox[0].body)
    answer = api.post(URL, {"uid": link[1], "token": link[2]})
    assert answer.status_code == 200
    assert answer.json()["emailVerifiedAt"]
    dora.refresh_from_db()
    assert dora.email_verified_at is not None
    assert AuditEntry.objects.filter(action="email.verified", subject=dora).exists()


def test_verified_address_gets_no_mail(ana, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send_verification(user=ana)
    assert mail.outbox == []


def test_works_once(api, dora):
    body = body_for(dora)
    assert api.post(URL, body).status_code == 200
    again = api.post(URL, body)
    assert again.status_code == 400
    assert again.json()["code"] == "link_invalid"


def test_expires(api, dora, monkeypatch):
    body = body_for(dora)
    later = timezone.now() + VERIFICATION_LIFETIME + timedelta(seconds=1)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert api.post(URL, body).json()["code"] == "link_invalid"


def test_dies_with_the_address(api, dora):
    body = body_for(dora)
    dora.email = "elsewhere@example.org"
    dora.save()
    assert api.post(URL, body).json()["code"] == "link_invalid"


def test_another_users_token(api, dora):
    other = UserFactory(email_verified_at=None)
    answer = api.post(URL, body_for(dora, uid=uid_of(other)))
    assert answer.json()["code"] == "link_invalid"


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "..", "é"])
def test_garbage(api, dora, token):
    assert api.post(URL, body_for(dora, token=token)).json()["code"] == "link_invalid"


def test_tokens_for_other_purposes(api, dora):
    foreign = TimestampSigner(salt="other").sign("x" * 32).replace(":", ".")
    for token in (foreign, reset_token(dora)):
        assert api.post(URL, body_for(dora, token=token)).json()["code"] == "link_invalid"


@pytest.mark.parametrize("body", [{}, {"uid": None, "token": []}, {"uid": "u" * 500, "token": "t"}])
def test_bad_input(api, body):
    assert api.post(URL, body).status_code == 400
