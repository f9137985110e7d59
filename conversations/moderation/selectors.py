"""Flags as their writer sees them, and as admins decide them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import User
from ai.models import ModerationFlag

Status, Category = ModerationFlag.Status, ModerationFlag.Category

ALL, OPEN, DECIDED = "all", "open", "decided"
STATES: Final = {
    ALL: tuple(Status.values),
    OPEN: (Status.QUEUED, Status.APPEALED),
    DECIDED: (Status.UPHELD, Status.OVERTURNED),
}


def flags_of(user: User, *, state: str = ALL, category: str = "") -> QuerySet[ModerationFlag]:
    """One's own, the newest first: an admin has the back office for everybody's."""
    rows = ModerationFlag.objects.filter(user=user, status__in=STATES[state])
    if category:
        rows = rows.filter(category=category)
    return rows.order_by("-created_at", "-pk")


def can_appeal(flag: ModerationFlag) -> bool:
    """Once, where something was held back, waits for a look, or was upheld. What was only noted had
    no consequence, and words of despair are no offence."""
    if flag.appeal or flag.category == Category.SELF_HARM:
        return False
    blocked = flag.action == ModerationFlag.Action.BLOCKED
    waits_or_stands = flag.status in (Status.QUEUED, Status.UPHELD)
    return waits_or_stands or (blocked and flag.status == Status.CLOSED)


def shown_excerpt(flag: ModerationFlag) -> str:
    """Nothing of a reply that was left out: it was not fit to be seen."""
    withheld = flag.surface == "reply" and flag.action == ModerationFlag.Action.BLOCKED
    return "" if withheld else flag.excerpt


def in_queue_order(rows: QuerySet[ModerationFlag]) -> QuerySet[ModerationFlag]:
    """Appeals first, then what may be about somebody's life, then what waits, then the rest."""
    rank = Case(
        When(status=Status.APPEALED, then=Value(0)),
        When(status=Status.QUEUED, category=Category.SELF_HARM, then=Value(1)),
        When(status=Status.QUEUED, severity=ModerationFlag.Severity.HIGH, then=Value(2)),
        When(status=Status.QUEUED, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank).order_by("rank", "-created_at")


def in_distress(message_ids: Collection[UUID]) -> set[UUID]:
    """Those of these messages beside whose reply the safety message stands."""
    found = ModerationFlag.objects.filter(
        source_id__in=message_ids, surface="message", category=Category.SELF_HARM
    )
    return {pk for pk in found.values_list("source_id", flat=True) if pk is not None}
