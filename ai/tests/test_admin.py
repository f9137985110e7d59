from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ai.models import UsageRecord
from ai.tests.factories import UsageRecordFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:ai_usagerecord_changelist")


@pytest.fixture
def cleo(client):
    user = get_user_model().objects.create_superuser(
        email="cleo@example.org", password="Correct-horse-7", name="Cleo"
    )
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client


def test_lists_calls_with_totals_of_what_is_filtered(cleo):
    UsageRecordFactory.create_batch(2)
    UsageRecordFactory(outcome="failed", error_code="timeout", cost_micros=0)
    page = cleo.get(LIST, {"outcome__exact": "ok"})
    assert page.status_code == 200
    found = page.context_data["usage_totals"]
    assert (found["calls"], found["failed"], found["dollars"]) == (2, 0, "0.0001")
    assert "Known cost" in page.content.decode()


@pytest.mark.parametrize("field", ["provider", "purpose"])
def test_filters(cleo, field):
    UsageRecordFactory()
    UsageRecordFactory(**{field: "another"})
    page = cleo.get(LIST, {f"{field}__exact": "another"})
    assert page.context_data["usage_totals"]["calls"] == 1


@pytest.mark.parametrize(
    ("first", "last", "calls"),
    [
        ("2001-01-01", "2001-01-02", 0),
        ("2026-03-04", "2026-03-04", 1),
        ("2026-03-04", "", 1),
        ("", "2026-03-03", 0),
        ("not a day", "", 1),
    ],
)
def test_filters_by_days_both_included(cleo, first, last, calls):
    row = UsageRecordFactory()
    UsageRecord.objects.filter(pk=row.pk).update(created_at=datetime(2026, 3, 4, 23, tzinfo=UTC))
    page = cleo.get(LIST, {"created_at_from": first, "created_at_to": last})
    assert page.context_data["usage_totals"]["calls"] == calls


def test_a_model_without_a_price_says_so(cleo):
    UsageRecordFactory(model="llama-of-ours", cost_micros=0)
    assert "no price known" in cleo.get(LIST).content.decode()


def test_nothing_can_be_added_changed_or_deleted(cleo):
    row = UsageRecordFactory()
    assert cleo.get(reverse("admin:ai_usagerecord_add")).status_code == 403
    assert cleo.get(reverse("admin:ai_usagerecord_delete", args=[row.pk])).status_code == 403
    change = reverse("admin:ai_usagerecord_change", args=[row.pk])
    assert cleo.get(change).status_code == 200
    assert cleo.post(change, {"provider": "x"}).status_code == 403


def test_a_learner_has_no_back_office(client):
    user = get_user_model().objects.create_user(
        email="ana@example.org", password="Correct-horse-7", name="Ana"
    )
    client.force_login(user, backend="accounts.backends.AccountBackend")
    assert client.get(LIST).status_code in (302, 403)


def test_queries_do_not_grow_with_rows(cleo):
    counts = []
    for size in (2, 30):
        UsageRecordFactory.create_batch(size)
        with CaptureQueriesContext(connection) as seen:
            cleo.get(LIST)
        counts.append(len(seen))
    assert counts[0] == counts[1]
