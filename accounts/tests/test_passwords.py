import re

import pytest
from django.core import mail
from django.test import Client
from django.utils.http import urlsafe_base64_encode

from accounts.errors import LinkRefused
from accounts.models import AuditEntry, RefreshFamily
from accounts.services import confirm_password_reset, issue_tokens, request_password_reset
from accounts.services.passwords import reset_token
from accounts.services.verification import uid_of
from accounts.tests.factories import PASSWORD, UserFactory
from config.celery import app

pytestmark = pytest.mark.django_db
CHANGE = "/api/auth/password/change"
RESET = "/api/auth/password/reset"
CONFIRM = "/api/auth/password/reset/confirm"
NEW = "Battery-staple-8"


def confirm_body(user, **changes):
    return {"uid": uid_of(user), "token": reset_token(user), "newPassword": NEW} | changes


class TestChange:
    body = {"currentPassword": PASSWORD, "newPassword": NEW}

    def test_changes_and_gives_a_new_pair(self, signed_in, api, ana):
        answer = signed_in.post(CHANGE, self.body)
        assert answer.status_code == 200
        ana.refresh_from_db()
        assert ana.check_password(NEW)
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {answer.json()['token']}"}
        assert api.get("/api/auth/me", **bearer).status_code == 200

    def test_ends_every_other_sign_in(self, signed_in, api, ana):
        pair = issue_tokens(user=ana)
        signed_in.post(CHANGE, self.body)
        refused = api.post("/api/auth/refresh", {"refreshToken": pair.refresh_token})
        assert refused.json()["code"] == "token_revoked"
        assert signed_in.get("/api/auth/me").status_code == 401
        revoked = RefreshFamily.objects.exclude(revoked_at=None).get()
        assert revoked.revoked_because == RefreshFamily.Reason.PASSWORD

    def test_keeps_this_session_and_ends_the_others(self, ana):
        here, elsewhere = Client(), Client()
        here.force_login(ana)
        elsewhere.force_login(ana)
        here.post(CHANGE, self.body, content_type="application/json")
        assert here.get("/api/auth/me").status_code == 200
        assert elsewhere.get("/api/auth/me").status_code == 401

    def test_is_audited(self, signed_in, ana):
        signed_in.post(CHANGE, self.body)
        entry = AuditEntry.objects.get(action="password.changed")
        assert (entry.actor, entry.subject) == (ana, ana)
        assert NEW not in str(entry.detail)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("currentPassword", "Wrong-horse-7"),
            ("newPassword", "short"),
            ("newPassword", "ana@example.orgA1"),
            ("newPassword", "Aa1" * 100),
            ("newPassword", None),
            ("newPassword", ["x"]),
        ],
    )
    def test_bad_input(self, signed_in, ana, field, value):
        answer = signed_in.post(CHANGE, self.body | {field: value})
        assert answer.status_code == 400
        assert field in answer.json()["details"]
        ana.refresh_from_db()
        assert ana.check_password(PASSWORD)

    def test_anonymous(self, api):
        assert api.post(CHANGE, self.body).status_code == 401


class TestReset:
    def ask(self, api, email, capture):
        with capture(execute=True):
            return api.post(RESET, {"email": email})

    def test_mails_a_link_that_works(self, api, ana, django_capture_on_commit_callbacks):
        answer = self.ask(api, "Ana@Example.org", django_capture_on_commit_callbacks)
        assert answer.status_code == 202
        (message,) = mail.outbox
        assert message.to == [ana.email]
        uid, token = re.search(r"/reset/([^/\s]+)/([^/\s]+)", message.body).groups()
        body = {"uid": uid, "token": token, "newPassword": NEW}
        assert api.post(CONFIRM, body).status_code == 204
        ana.refresh_from_db()
        assert ana.check_password(NEW)

    def test_unknown_address_reads_the_same(self, api, ana, django_capture_on_commit_callbacks):
        known = self.ask(api, ana.email, django_capture_on_commit_callbacks)
        unknown = self.ask(api, "nobody@example.org", django_capture_on_commit_callbacks)
        assert known.status_code == unknown.status_code
        assert known.json() == unknown.json()
        assert len(mail.outbox) == 1

    def test_unknown_address_takes_the_same_work(
        self, ana, monkeypatch, django_assert_num_queries, django_capture_on_commit_callbacks
    ):
        sent = []
        task = app.tasks["accounts.tasks.send_password_reset_task"]
        monkeypatch.setattr(task, "delay", sent.append)
        for email in (ana.email, "nobody@example.org"):
            with (
                django_capture_on_commit_callbacks(execute=True),
                django_assert_num_queries(1),
            ):
                request_password_reset(email=email)
        assert sent[0] == str(ana.pk)
        assert len(sent) == 2

    def test_account_switched_off(self, api, django_capture_on_commit_callbacks):
        user = UserFactory(is_active=False)
        assert self.ask(api, user.email, django_capture_on_commit_callbacks).status_code == 202
        assert mail.outbox == []

    def test_queue_down(self, api, ana, monkeypatch, django_capture_on_commit_callbacks):
        def down(*_args):
            raise ConnectionError

        task = app.tasks["accounts.tasks.send_password_reset_task"]
        monkeypatch.setattr(task, "delay", down)
        answer = self.ask(api, ana.email, django_capture_on_commit_callbacks)
        assert answer.status_code == 202

    @pytest.mark.parametrize("email", [None, "", 5, "no-address", "x" * 300 + "@example.org"])
    def test_bad_input(self, api, email):
        assert api.post(RESET, {"email": email}).status_code == 400


class TestConfirm:
    def test_ends_every_sign_in(self, api, ana):
        pair = issue_tokens(user=ana)
        browser = Client()
        browser.force_login(ana)
        assert api.post(CONFIRM, confirm_body(ana)).status_code == 204
        refused = api.post("/api/auth/refresh", {"refreshToken": pair.refresh_token})
        assert refused.status_code == 401
        assert browser.get("/api/auth/me").status_code == 401
        assert AuditEntry.objects.filter(action="password.reset", subject=ana).exists()

    def test_works_once(self, api, ana):
        body = confirm_body(ana)
        assert api.post(CONFIRM, body).status_code == 204
        again = api.post(CONFIRM, body | {"newPassword": "Another-one-9"})
        assert again.status_code == 400
        assert again.json()["code"] == "link_invalid"

    def test_used_in_between(self, ana, monkeypatch):
        body = confirm_body(ana)

        def other_request_wins(*_args, **_more):
            ana.set_password("Quicker-one-9")
            ana.save()

        monkeypatch.setattr("accounts.services.passwords.check_password", other_request_wins)
        with pytest.raises(LinkRefused):
            confirm_password_reset(uid=body["uid"], token=body["token"], new=NEW)
        ana.refresh_from_db()
        assert ana.check_password("Quicker-one-9")

    def test_expires(self, api, ana, settings):
        body = confirm_body(ana)
        settings.PASSWORD_RESET_TIMEOUT = -1
        assert api.post(CONFIRM, body).json()["code"] == "link_invalid"

    def test_another_users_token(self, api, ana, ben):
        assert api.post(CONFIRM, confirm_body(ana, uid=uid_of(ben))).status_code == 400

    @pytest.mark.parametrize(
        "uid", ["garbage", "////", "é", urlsafe_base64_encode(b"7"), urlsafe_base64_encode(b"\xff")]
    )
    def test_garbage_uid(self, api, ana, uid):
        answer = api.post(CONFIRM, confirm_body(ana, uid=uid))
        assert answer.json()["code"] == "link_invalid"

    @pytest.mark.parametrize("token", ["garbage", "a-b", "0-0", "\u0661-x"])
    def test_garbage_token(self, api, ana, token):
        assert api.post(CONFIRM, confirm_body(ana, token=token)).json()["code"] == "link_invalid"

    def test_weak_password_does_not_spend_the_link(self, api, ana):
        body = confirm_body(ana)
        weak = api.post(CONFIRM, body | {"newPassword": "weak"})
        assert weak.status_code == 400
        assert "newPassword" in weak.json()["details"]
        assert api.post(CONFIRM, body).status_code == 204

    def test_ends_a_lock_out(self, api, ana):
        wrong = {"email": ana.email, "password": "Wrong-horse-7"}
        for _ in range(5):
            api.post("/api/auth/login", wrong)
        api.post(CONFIRM, confirm_body(ana))
        answer = api.post("/api/auth/login", {"email": ana.email, "password": NEW})
        assert answer.status_code == 200
