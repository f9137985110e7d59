"""Recurring errors: opened by the second slip, closed by right use on three different days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.selectors import local_day
from learning.concepts.models import Concept
from learning.mastery.models import ErrorEvent, RecurringError
from learning.mastery.services import take_turns

OPENS_AT: Final = 2
"""Slips of one kind before it is called recurring."""
CLOSES_AT: Final = 3
"""Days of right use, of one's own accord, before an error is called overcome."""

Status = RecurringError.Status
Type = ErrorEvent.Type


@dataclass(frozen=True, slots=True)
class SlipMade:
    """One slip in a learner's own words. `key` says which slips are the same error."""

    key: str
    kind: str
    original: str
    corrected: str
    reason: str
    source_type: str
    source_id: UUID
    concept: Concept | None = None
    pattern: str = ""
    """Lemmas, in order, whose right use shows that the error is being overcome."""


@dataclass(frozen=True, slots=True)
class RightUse:
    """The learner used of their own accord, and rightly, what an error is about."""

    error: RecurringError
    quote: str
    source_type: str
    source_id: UUID


@transaction.atomic
def record_slips(
    *, learner: User, language: str, slips: Sequence[SlipMade], now: datetime
) -> list[RecurringError]:
    """Count slips towards their errors. A slip whose source is on record changes nothing.

    The second slip opens an error; one after it was closed opens it again; each sets the days of
    right use back to none.
    """
    if not slips:
        return []
    take_turns(learner)
    by_key = {slip.key: slip for slip in slips}
    errors = _held(learner, language, by_key, now)
    for slip in slips:
        _make(errors[slip.key], slip, now)
    return list(errors.values())


@transaction.atomic
def record_right_uses(*, learner: User, uses: Sequence[RightUse], now: datetime) -> None:
    """Count right uses, one a day at most; the third day closes an error."""
    if not uses:
        return
    take_turns(learner)
    ids = sorted({use.error.pk for use in uses})
    held = {
        row.pk: row
        for row in RecurringError.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    }
    day = local_day(learner, now)
    for use in uses:
        error = held.get(use.error.pk)
        if error is not None and error.status != Status.CLOSED:
            _use_rightly(error, use, day, now)


@transaction.atomic
def withdraw_slips(*, learner: User, source_type: str, source_ids: Iterable[UUID]) -> int:
    """Forget slips and right uses that turn out not to be the learner's; how many.

    An error that nothing is left of goes; one with too few slips left is only seen again.
    """
    take_turns(learner)
    mine = ErrorEvent.objects.filter(
        error__learner=learner, source_type=source_type, source_id__in=list(source_ids)
    )
    touched = sorted(set(mine.values_list("error_id", flat=True)))
    errors = RecurringError.objects.select_for_update().filter(pk__in=touched).order_by("pk")
    held = list(errors)
    deleted, _ = mine.delete()
    slips = ErrorEvent.objects.filter(error__in=touched, type=Type.SLIP)
    left = Counter(slips.values_list("error_id", flat=True))
    RecurringError.objects.filter(pk__in=[row.pk for row in held if not left[row.pk]]).delete()
    for row in held:
        row.times = left[row.pk]
        if row.times and row.times < OPENS_AT and row.status == Status.OPEN:
            row.status, row.opened_at = Status.SEEN, None
    remaining = [row for row in held if row.times]
    RecurringError.objects.bulk_update(remaining, ["times", "status", "opened_at"])
    return deleted


def _held(
    learner: User, language: str, slips: dict[str, SlipMade], now: datetime
) -> dict[str, RecurringError]:
    RecurringError.objects.bulk_create(
        [
            RecurringError(
                learner=learner,
                language=language,
                key=slip.key,
                kind=slip.kind,
                concept=slip.concept,
                original=slip.original,
                corrected=slip.corrected,
                first_seen_at=now,
                last_seen_at=now,
            )
            for slip in slips.values()
        ],
        ignore_conflicts=True,
    )
    stored = RecurringError.objects.select_for_update().filter(
        learner=learner, language=language, key__in=slips
    )
    return {row.key: row for row in stored.order_by("pk")}


def _make(error: RecurringError, slip: SlipMade, now: datetime) -> None:
    _, new = ErrorEvent.objects.get_or_create(
        error=error,
        type=Type.SLIP,
        source_id=slip.source_id,
        defaults={"source_type": slip.source_type, "quote": slip.original, "occurred_at": now},
    )
    if not new:
        return
    error.times += 1
    error.right_days = []
    error.last_seen_at = max(error.last_seen_at, now)
    error.original, error.corrected = slip.original, slip.corrected
    error.reason, error.pattern = slip.reason, slip.pattern or error.pattern
    error.concept = slip.concept or error.concept
    if error.status == Status.CLOSED:
        _become(error, Status.OPEN, Type.REOPENED, now)
    elif error.status == Status.SEEN and error.times >= OPENS_AT:
        _become(error, Status.OPEN, Type.OPENED, now)
    error.save()


def _use_rightly(error: RecurringError, use: RightUse, day: date, now: datetime) -> None:
    _, new = ErrorEvent.objects.get_or_create(
        error=error,
        type=Type.RIGHT_USE,
        source_id=use.source_id,
        defaults={"source_type": use.source_type, "quote": use.quote, "occurred_at": now},
    )
    if not new or day in error.right_days:
        return
    error.right_days = [*error.right_days, day]
    if error.status == Status.OPEN and len(error.right_days) >= CLOSES_AT:
        _become(error, Status.CLOSED, Type.CLOSED, now)
    error.save()


def _become(error: RecurringError, status: str, event: str, now: datetime) -> None:
    error.status = status
    if status == Status.CLOSED:
        error.closed_at = now
    else:
        error.opened_at, error.closed_at = now, None
    ErrorEvent.objects.create(error=error, type=event, occurred_at=now)
