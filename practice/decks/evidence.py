"""Reviews as evidence of what their cards are about: written by a worker, a moment after."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from config.commits import after_commit
from learning.mastery.services import Shown, record_evidence
from learning.models import Concept, Evidence, Skill, Surface
from practice.decks.models import Note, ReviewLog, ReviewLogQuerySet
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.ratings import recalled
from practice.decks.studying import calendar_of
from practice.decks.tasks import record_reviews_task

REVIEW: Final = "practice.reviewlog"
TYPED: Final = 1.0
SELF_RATED: Final = 0.8
"""Weight of a recall that only the learner has judged."""
RECENT: Final = timedelta(days=2)


def record_later(ids: Sequence[UUID]) -> None:
    """Queue reviews to be read once committed; with the queue down the hourly sweep reads them."""
    if ids:
        after_commit(record_reviews_task.delay, [str(one) for one in ids])


def record_reviews(ids: Iterable[UUID | str]) -> int:
    """Write what reviews show of the concepts of their cards; how many pieces were new.

    A card shown again on the same day shows what the page has just shown: only its first review of
    a learner's day counts. Recording a review twice writes nothing twice.
    """
    logs = ReviewLog.objects.filter(pk__in=list(ids), surface=Surface.REVIEW)
    learners = User.objects.filter(pk__in=logs.values("learner"))
    return sum(_record(learner, logs.filter(learner=learner)) for learner in learners)


def unread_reviews(*, now: datetime, limit: int = 5000) -> list[UUID]:
    """Reviews of the last days that are no evidence yet, as when the queue was down."""
    told = Evidence.objects.filter(source_type=REVIEW, source_id=OuterRef("pk"))
    logs = ReviewLog.objects.standing().filter(
        ~Exists(told),
        surface=Surface.REVIEW,
        weight=1,
        card__note__concept__isnull=False,
        created_at__gte=now - RECENT,
        created_at__lt=now - timedelta(minutes=5),
    )
    return list(logs.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _record(learner: User, logs: ReviewLogQuerySet) -> int:
    # Before the reviews are read: one that is undone meanwhile waits for its turn.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=learner.pk)
    standing = logs.standing().filter(card__note__concept__isnull=False, weight=1)
    calendar = calendar_of(learner)
    by_day: dict[date, list[ReviewLog]] = defaultdict(list)
    for log in standing.select_related("card__note__concept").order_by("reviewed_at", "id"):
        if _first_of_its_day(log, calendar):
            by_day[calendar.day(log.reviewed_at)].append(log)
    return sum(
        len(
            record_evidence(
                learner=learner,
                shown=[_shown(log) for log in logs_of_day],
                now=logs_of_day[-1].reviewed_at,
            )
        )
        for logs_of_day in by_day.values()
    )


def _first_of_its_day(log: ReviewLog, calendar: Calendar) -> bool:
    last = log.before.get("last_review")
    if not last:
        return True
    seen = datetime.fromisoformat(last).astimezone(UTC)
    return calendar.day(seen) != calendar.day(log.reviewed_at)


def _shown(log: ReviewLog) -> Shown:
    note = log.card.note
    assert note.concept is not None  # noqa: S101 - the query asked for it
    return Shown(
        concept=note.concept,
        surface=Surface.REVIEW,
        skill=_skill(note, note.concept),
        correct=recalled(log.rating, log.scheduler),
        weight=TYPED if note.kind == Note.Kind.TYPED else SELF_RATED,
        source_type=REVIEW,
        source_id=log.pk,
    )


def _skill(note: Note, concept: Concept) -> str:
    if note.kind == Note.Kind.LISTENING:
        return Skill.LISTENING
    return Skill.GRAMMAR if concept.kind == Concept.Kind.GRAMMAR else Skill.VOCABULARY
