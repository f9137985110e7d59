"""What a learner has learned and done, as the progress page, its API and tutors see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Avg, Case, Count, F, FloatField, Q, Sum, Value, When
from django.db.models.functions import TruncDate
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.selectors import local_day
from learning.mastery.models import Evidence, Mastery, RecurringError, SkillProgress, Surface
from learning.mastery.services import memory_of
from learning.progress.states import ConceptState, concepts_of, with_state
from learning.sessions.models import LearningSession

PERIOD: Final = timedelta(days=30)
"""Averages look back on it, and compare with as long a time before."""
ASKED: Final = (Surface.ASSESSMENT, Surface.REVIEW, Surface.PRACTICE, Surface.LESSON)
"""Where a question was put: only there is a share of right answers a score."""
MOST_CONCEPTS: Final = 100
MOST_ACTIVITY: Final = 20


@dataclass(frozen=True, slots=True)
class LevelPoint:
    """A level that was stated at a time, with the interval it may lie in."""

    at: datetime
    level: str
    low: str
    high: str
    said_by: str


@dataclass(frozen=True, slots=True)
class Overall:
    sessions_completed: int
    practices_completed: int
    average_score: int | None
    """Percent right of what was asked in the last 30 days; None when nothing was."""
    improvement_rate: int | None
    """Points more than in the 30 days before; None without answers in both."""


@dataclass(frozen=True, slots=True)
class Activity:
    type: str
    date: date
    score: int | None
    count: int


@dataclass(frozen=True, slots=True)
class DayLoad:
    """Concepts that fall below the target on a day."""

    date: date
    count: int


def level_history(learner: User, language: str) -> list[LevelPoint]:
    """Every level stated, oldest first. `LEVEL_HISTORY` names who knows: an app above this one."""
    source: Callable[[User, str], list[LevelPoint]] = import_string(settings.LEVEL_HISTORY)
    return source(learner, language)


def overall(learner: User, *, now: datetime) -> Overall:
    sessions = LearningSession.objects.filter(
        learner=learner, status=LearningSession.Status.COMPLETED
    ).aggregate(
        all=Count("pk"),
        practices=Count("pk", filter=Q(session_type=LearningSession.Type.PRACTICE)),
    )
    share = Case(
        When(correct=True, then=Value(100.0)), default=Value(0.0), output_field=FloatField()
    )
    asked = Evidence.objects.filter(
        learner=learner, surface__in=ASKED, occurred_at__gt=now - 2 * PERIOD, occurred_at__lte=now
    )
    lately = Q(occurred_at__gt=now - PERIOD)
    scores = asked.aggregate(now=Avg(share, filter=lately), before=Avg(share, filter=~lately))
    average, before = scores["now"], scores["before"]
    both = average is not None and before is not None
    return Overall(
        sessions_completed=sessions["all"],
        practices_completed=sessions["practices"],
        average_score=None if average is None else round(average),
        improvement_rate=round(average - before) if both else None,
    )


def recent_activity(learner: User, *, now: datetime) -> list[Activity]:
    """What was done on the learner's latest days, a line for each day and surface."""
    day = TruncDate("occurred_at", tzinfo=ZoneInfo(learner.timezone))
    rows = (
        Evidence.objects.filter(learner=learner, occurred_at__gt=now - PERIOD)
        .annotate(day=day)
        .values("day", "surface")
        .annotate(count=Count("pk"), right=Count("pk", filter=Q(correct=True)))
        .order_by("-day", "surface")[:MOST_ACTIVITY]
    )
    return [
        Activity(
            type=row["surface"],
            date=row["day"],
            score=round(100 * row["right"] / row["count"]) if row["surface"] in ASKED else None,
            count=row["count"],
        )
        for row in rows
    ]


def latest_concepts(learner: User, *, now: datetime, limit: int = MOST_CONCEPTS) -> list[Any]:
    """The concepts practised last, with `state` and what `concept_row` needs."""
    rows = with_state(concepts_of(learner.pk), now).select_related("concept")
    return list(rows.order_by("-last_practiced")[:limit])


def concept_row(row: Mastery, *, now: datetime) -> dict[str, Any]:
    """The wire's `{conceptId, name, kind, level, masteryLevel, lastPracticed, forgetsAt}`."""
    return {
        "concept_id": row.concept_id,
        "name": row.concept.name,
        "kind": row.kind,
        "language": row.language or None,
        "level": row.concept.level or None,
        "mastery_level": memory_of(row).mastery(now),
        "last_practiced": row.last_practiced,
        "forgets_at": row.forgets_at,
        "state": getattr(row, "state", None),
    }


def state_counts(learner: User, language: str, *, now: datetime) -> dict[str, dict[str, int]]:
    """How many concepts of each kind are in each state: `{kind: {state: count}}`."""
    rows = with_state(concepts_of(learner.pk, language), now).values_list("kind", "state")
    counts: dict[str, dict[str, int]] = {}
    for kind, state, count in rows.annotate(count=Count("pk")).order_by():
        counts.setdefault(kind, dict.fromkeys(ConceptState.values, 0))[state] = count
    return counts


def forecast(learner: User, language: str, *, now: datetime, days: int = 30) -> list[DayLoad]:
    """How many concepts fall below the learner's target on each of the next days, today first."""
    today = local_day(learner, now)
    rows = (
        concepts_of(learner.pk, language)
        .filter(forgets_at__gt=now, forgets_at__lt=now + timedelta(days=days + 1))
        .annotate(day=TruncDate("forgets_at", tzinfo=ZoneInfo(learner.timezone)))
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = dict(rows)
    dates = [today + timedelta(days=ahead) for ahead in range(days)]
    return [DayLoad(day, counts.get(day, 0)) for day in dates]


def skills_of(learner: User, language: str = "") -> list[SkillProgress]:
    rows = SkillProgress.objects.filter(learner=learner)
    rows = rows.filter(language=language) if language else rows
    return list(rows.order_by("language", "skill"))


def error_counts(learner: User, language: str) -> dict[str, int]:
    """Open and closed errors of a language."""
    rows = RecurringError.objects.filter(learner=learner, language=language)
    counted = dict(rows.values_list("status").annotate(Count("pk")).order_by())
    return {"open": counted.get("open", 0), "closed": counted.get("closed", 0)}


def minutes_by_week(learner: User, *, now: datetime, weeks: int = 8) -> list[tuple[date, int]]:
    """Minutes on task, by the Monday each week began on; the latest week last."""
    today = local_day(learner, now)
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    rows = (
        LearningSession.objects.filter(learner=learner, started_at__date__gte=first, seconds__gt=0)
        .annotate(day=TruncDate("started_at", tzinfo=ZoneInfo(learner.timezone)))
        .values_list("day")
        .annotate(total=Sum(F("seconds")))
        .order_by()
    )
    totals = dict.fromkeys((first + timedelta(weeks=week) for week in range(weeks)), 0)
    for day, seconds in rows:
        began = day - timedelta(days=day.weekday())
        if began in totals:
            totals[began] += seconds
    return [(began, round(seconds / 60)) for began, seconds in totals.items()]
