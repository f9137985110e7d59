from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from accounts.models import AuditEntry, RefreshFamily
from accounts.services import end_lockout
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/auth/login"
PAGE = "/sign-in"
WRONG = {"email": "ana@example.org", "password": "Wrong-horse-7"}
RIGHT = {"email": "ana@example.org", "password": PASSWORD}


def post(client, url, body, **more):
    """JSON to the API, a form to a page."""
    if url.startswith("/api/"):
        more["content_type"] = "application/json"
    return client.post(url, body, **more)


def fail(client, url, times, **more):
    return [post(client, url, WRONG, **more) for _ in range(times)]


def test_gives_tokens_and_who(api, ana):
    answer = api.post(URL, RIGHT)
    assert answer.status_code == 200
    body = answer.json()
    assert body["user"] == {"id": str(ana.pk), "email": "ana@example.org", "role": "student"}
    me = api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert me.status_code == 200


def test_letter_case_of_the_address_does_not_matter(api, ana):
    assert api.post(URL, RIGHT | {"email": "ANA@Example.org"}).status_code == 200


@pytest.mark.parametrize("given", [WRONG, {"email": "nobody@example.org", "password": PASSWORD}])
def test_unknown_and_wrong_read_the_same(api, ana, given):
    answer = api.post(URL, given)
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"


def test_account_switched_off(api):
    UserFactory(email="ana@example.org", is_active=False)
    assert api.post(URL, RIGHT).json()["code"] == "invalid_credentials"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", None),
        ("email", []),
        ("email", "x" * 10_000 + "@example.org"),
        ("password", None),
        ("password", {}),
        ("password", "x" * 10_000),
        ("password", "nul\x00"),
    ],
)
def test_bad_input(api, ana, field, value):
    answer = api.post(URL, RIGHT | {field: value})
    assert answer.status_code == 400
    assert field in answer.json()["details"]


def test_notes_the_time_and_audits(api, ana):
    api.post(URL, RIGHT)
    api.post(URL, WRONG)
    ana.refresh_from_db()
    assert ana.last_login is not None
    actions = AuditEntry.objects.filter(subject=ana).values_list("action", flat=True)
    assert sorted(actions) == ["sign_in.failed", "sign_in.succeeded"]


def test_addresses_nobody_has_are_not_kept(api):
    api.post(URL, {"email": "secret@example.org", "password": PASSWORD})
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("url", [URL, PAGE])
def test_five_failures_lock_out(client, ana, url):
    answers = fail(client, url, 5)
    assert [answer.status_code for answer in answers[:4]] == [answers[0].status_code] * 4
    assert answers[0].status_code in (400, 401)
    assert answers[4].status_code == 429
    assert 0 < int(answers[4].headers["Retry-After"]) <= 15 * 60
    assert answers[4].headers["RateLimit-Limit"] == "5"
    assert answers[4].headers["RateLimit-Reset"] == answers[4].headers["Retry-After"]
    assert b"15 minutes" in answers[4].content


@pytest.mark.parametrize("url", [URL, PAGE])
def test_right_password_does_not_open_a_locked_pair(client, ana, url):
    fail(client, url, 5)
    answer = post(client, url, RIGHT)
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session
    assert not RefreshFamily.objects.exists()


def test_body_of_a_lock_out(client, ana):
    body = fail(client, URL, 5)[-1].json()
    assert body["success"] is False
    assert body["code"] == "locked_out"
    assert body["error"] == "Too many failed attempts. Try again in 15 minutes."


def test_both_doors_count_together(client, ana):
    fail(client, URL, 3)
    assert fail(client, PAGE, 2)[-1].status_code == 429
    assert post(client, URL, RIGHT).status_code == 429


def test_letter_case_opens_no_second_try(client, ana):
    fail(client, URL, 5)
    assert post(client, URL, RIGHT | {"email": "Ana@example.org"}).status_code == 429


def test_another_address_is_not_locked_out(client, ana):
    fail(client, URL, 5)
    assert post(client, URL, RIGHT, REMOTE_ADDR="192.0.2.8").status_code == 200


def test_another_account_is_not_locked_out(client, ana, ben):
    fail(client, URL, 5)
    assert post(client, URL, RIGHT | {"email": ben.email}).status_code == 200


def test_the_address_cannot_be_claimed_by_a_header(client, ana):
    for number in range(5):
        fail(client, URL, 1, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert post(client, URL, RIGHT).status_code == 429


def test_lock_out_ends(client, ana):
    fail(client, URL, 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert post(client, URL, RIGHT).status_code == 200


def test_trying_while_locked_out_does_not_lengthen_it(client, ana):
    fail(client, URL, 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))
    answer = fail(client, URL, 1)[0]
    assert 290 < int(answer.headers["Retry-After"]) <= 300
    assert b"5 minutes" in answer.content


def test_success_forgets_the_failures(client, ana):
    fail(client, URL, 4)
    assert post(client, URL, RIGHT).status_code == 200
    assert fail(client, URL, 1)[0].status_code == 401


def test_an_admin_ends_it(client, ana, cleo):
    fail(client, URL, 5)
    end_lockout(user=ana, admin=cleo)
    assert post(client, URL, RIGHT).status_code == 200
    assert AuditEntry.objects.get(action="sign_in.unlocked").actor == cleo


def test_admin_form_is_locked_too(client, cleo):
    form = {"username": "Cleo@example.org", "password": "Wrong-horse-7"}
    for _ in range(5):
        answer = client.post("/admin/login/", form)
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert b"Try again in 15 minutes" in answer.content
    assert post(client, URL, {"email": cleo.email, "password": PASSWORD}).status_code == 429


def test_no_password_is_kept_with_the_attempts(client, ana):
    fail(client, PAGE, 2)
    kept = AccessAttempt.objects.get().post_data
    assert "Wrong-horse-7" not in kept
    assert "ana@example.org" not in kept
