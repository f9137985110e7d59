"""What the first page of the back office shows: counts of what the caller may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from ai.models import UsageRecord
from assessments.models import Assessment
from conversations.models import Conversation
from learning.models import StudyDay

Table = dict[str, list[Any]]
"""`headers` and `rows` of cells, as the theme's table takes them."""

MICROS = 1_000_000
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    value: int
    note: str


def figures(user: User, *, now: datetime) -> list[Figure]:
    people = User.objects.visible_to(user).students()
    since = now - WEEK
    learners = people.aggregate(all=Count("id"), new=Count("id", filter=Q(created_at__gte=since)))
    talks = Conversation.objects.visible_to(user).aggregate(
        all=Count("id"), recent=Count("id", filter=Q(last_message_at__gte=since))
    )
    return [
        Figure(
            _("Learners"),
            learners["all"],
            _("%(count)d new this week") % {"count": learners["new"]},
        ),
        Figure(_("Active this week"), _active(people, since), _("studied on one day or more")),
        Figure(
            _("Conversations"),
            talks["all"],
            _("%(count)d this week") % {"count": talks["recent"]},
        ),
        Figure(_("Placed this week"), _placed(user, since), _("placement tests finished")),
    ]


def rooms(navigation: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups of the sidebar with the links that the caller may follow."""
    groups = (
        {"title": group["title"], "links": [one for one in group["items"] if one["has_permission"]]}
        for group in navigation
        if group.get("title")
    )
    return [group for group in groups if group["links"]]


def waits(navigation: list[dict[str, Any]], *, request: HttpRequest) -> list[dict[str, Any]]:
    """The lists of the sidebar in which something waits for the caller's decision; how much."""
    badged = [one for room in rooms(navigation) for one in room["links"] if one.get("badge")]
    for one in badged:
        # The sidebar shows the same number, and would count again.
        one["badge_callback"] = import_string(one["badge"])(request)
    return [
        {"count": one["badge_callback"], "title": one["waits"], "link": one["link"]}
        for one in badged
        if one["badge_callback"]
    ]


def usage_by_provider(*, now: datetime) -> Table:
    """The last 30 days, dearest first."""
    rows = (
        UsageRecord.objects.filter(created_at__gte=now - MONTH)
        .values("provider", "model")
        .annotate(
            calls=Count("id"),
            failed=Count("id", filter=Q(outcome=UsageRecord.Outcome.FAILED)),
            tokens=Sum("tokens_in") + Sum("tokens_out"),
            micros=Sum("cost_micros"),
        )
        .order_by("-micros", "-calls")
    )
    return {
        "headers": [
            _("Provider"),
            _("Model"),
            _("Calls"),
            _("Failed"),
            _("Tokens"),
            _("Cost, US$"),
        ],
        "rows": [
            [
                row["provider"],
                row["model"],
                row["calls"],
                row["failed"],
                intcomma(row["tokens"]),
                f"{row['micros'] / MICROS:.2f}",
            ]
            for row in rows
        ],
    }


def failures(*, now: datetime) -> Table:
    """Why provider calls failed this week, most frequent first."""
    rows = (
        UsageRecord.objects.filter(created_at__gte=now - WEEK, outcome=UsageRecord.Outcome.FAILED)
        .values("provider", "error_code")
        .annotate(count=Count("id"))
        .order_by("-count")[:10]
    )
    return {
        "headers": [_("Provider"), _("Why"), _("Times")],
        "rows": [[row["provider"], row["error_code"], row["count"]] for row in rows],
    }


def _active(people: Any, since: datetime) -> int:
    days = StudyDay.objects.filter(learner__in=people, day__gt=since.date())
    return days.values("learner").distinct().count()


def _placed(user: User, since: datetime) -> int:
    return (
        Assessment.objects.visible_to(user)
        .filter(assessment_type=Assessment.Type.PLACEMENT, completed_at__gte=since)
        .count()
    )
