from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from ai.models import UsageRecord
from config.dashboard import failures, figures, usage_by_provider
from learning.models import StudyDay

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo():
    return AdminFactory()


def called(*, provider="openai", outcome="ok", micros=0, code="", days_ago=0):
    record = UsageRecord.objects.create(
        provider=provider,
        model="a-model",
        purpose="chat",
        outcome=outcome,
        error_code=code,
        cost_micros=micros,
        tokens_in=600,
        tokens_out=400,
        reference=uuid4(),
    )
    UsageRecord.objects.filter(pk=record.pk).update(created_at=NOW - timedelta(days=days_ago))


def test_an_admin_counts_everybody_a_tutor_their_students(cleo):
    ana, _ben = UserFactory(), UserFactory()
    tessa = TutorFactory()
    TutorAssignmentFactory(tutor=tessa, student=ana)
    StudyDay.objects.create(learner=ana, language="es", day=NOW.date(), turns=3)
    StudyDay.objects.create(learner=ana, language="fr", day=NOW.date(), turns=1)
    values = {one.title: one.value for one in figures(cleo, now=NOW)}
    assert values["Learners"] == 2
    assert values["Active this week"] == 1
    assert next(one.value for one in figures(tessa, now=NOW)) == 1


def test_usage_is_summed_by_provider_dearest_first():
    called(micros=1_500_000)
    called(micros=250_000)
    called(micros=9_000_000, days_ago=31)
    called(provider="builtin")
    assert usage_by_provider(now=NOW)["rows"] == [
        ["openai", "a-model", 2, 0, "2,000", "1.75"],
        ["builtin", "a-model", 1, 0, "1,000", "0.00"],
    ]


def test_failures_of_the_week():
    called(outcome="failed", code="timeout")
    called(outcome="failed", code="timeout")
    called(outcome="failed", code="rate_limited", days_ago=8)
    assert failures(now=NOW)["rows"] == [["openai", "timeout", 2]]


def test_the_overview_in_full(client, cleo):
    client.force_login(cleo)
    UsageRecord.objects.create(provider="openai", model="a-model", purpose="chat", outcome="failed")
    page = client.get(reverse("admin:index")).content.decode()
    assert "Active this week" in page
    assert "Usage by provider" in page
    assert "a-model" in page


def test_the_sidebar_counts_only_what_waits(client, cleo):
    client.force_login(cleo)
    assert "None" not in strip_tags(client.get("/admin/").content.decode()).split()


def test_a_tutor_sees_no_usage(client):
    tessa = TutorFactory()
    client.force_login(tessa)
    UsageRecord.objects.create(provider="openai", model="a-model", purpose="chat", outcome="ok")
    page = client.get(reverse("admin:index")).content.decode()
    assert "Active this week" in page
    assert "Usage by provider" not in page
    assert "Schedules" not in page
    assert client.get(reverse("admin:ai_usagerecord_changelist")).status_code == 403


def test_the_overview_asks_as_much_of_a_small_school_as_of_a_large_one(
    client, cleo, django_assert_max_num_queries
):
    client.force_login(cleo)
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:index"))
    for _ in range(5):
        StudyDay.objects.create(
            learner=UserFactory(), language="es", day=timezone.now().date(), turns=1
        )
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:index"))


@pytest.mark.parametrize("name", sorted(model._meta.label_lower for model in admin.site._registry))
def test_every_list_opens_for_an_admin(client, cleo, name):
    client.force_login(cleo)
    address = reverse(f"admin:{name.replace('.', '_')}_changelist")
    assert client.get(address).status_code == 200
    assert client.get(address, {"q": "ana"}).status_code == 200


def test_a_schedule_can_be_changed(client, cleo):
    client.force_login(cleo)
    page = client.get(reverse("admin:django_celery_beat_periodictask_add")).content.decode()
    assert "accounts.tasks." in page


def test_a_learner_is_kept_out(client):
    client.force_login(UserFactory())
    assert client.get(reverse("admin:index")).status_code == 302
