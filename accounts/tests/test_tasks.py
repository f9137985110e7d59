from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone

from accounts.models import RefreshFamily
from accounts.services import issue_tokens
from accounts.tasks import (
    delete_expired_tokens_task,
    send_password_reset_task,
    send_tutor_decision_task,
    send_verification_task,
)
from accounts.tests.factories import PendingTutorFactory
from config.ids import new_id

pytestmark = pytest.mark.django_db


def test_forgets_what_can_no_longer_be_used(ana):
    now = timezone.now()
    for days in (31, 29):
        issue_tokens(user=ana)
        family = RefreshFamily.objects.latest("created_at")
        RefreshFamily.objects.filter(pk=family.pk).update(rotated_at=now - timedelta(days=days))
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, expire_date=now + timedelta(days=days))
    delete_expired_tokens_task()
    assert RefreshFamily.objects.count() == 1
    assert [session.session_key for session in Session.objects.all()] == ["new"]


@pytest.mark.parametrize(
    "task", [send_password_reset_task, send_verification_task, send_tutor_decision_task]
)
def test_somebody_who_is_gone_gets_no_mail(task):
    task(str(new_id()))
    assert mail.outbox == []


def test_undecided_is_not_mailed():
    send_tutor_decision_task(str(PendingTutorFactory().pk))
    assert mail.outbox == []


def test_mail_has_both_forms(ana):
    send_password_reset_task(str(ana.pk))
    (message,) = mail.outbox
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    for body in (message.body, html):
        assert "Hello Ana," in body
        assert "60 minutes" in body
        assert "http://localhost:8000/reset/" in body


def test_names_are_escaped_in_html_and_kept_in_text(ana):
    ana.name = "<b>Ana</b> Torres"
    ana.save()
    send_password_reset_task(str(ana.pk))
    message = mail.outbox[0]
    assert "Hello <b>Ana</b>," in message.body
    assert "&lt;b&gt;Ana&lt;/b&gt;" in message.alternatives[0][0]
