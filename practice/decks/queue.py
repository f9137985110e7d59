"""What a learner has to review now: at most what each deck allows a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from practice.decks.models import CardSchedule, ReviewLog
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.state import State
from practice.decks.studying import Studied, calendar_of, studied

AHEAD: Final = timedelta(minutes=20)
"""Cards in their steps are shown this early when nothing else is left."""
STEPS: Final = (State.LEARNING, State.RELEARNING)
SECONDS_A_CARD: Final = 9
"""Until a learner's own pace is known."""

# Both ask each deck for as much as it has room for, by the index of its due or new cards: a learner
# far behind with 100,000 cards costs no more than one who is up to date.
_DUE = """
    SELECT one.id, one.deck_id, one.due_at FROM unnest(%s::uuid[], %s::int[]) AS room(deck, most)
    CROSS JOIN LATERAL (
        SELECT id, deck_id, due_at FROM practice_cardschedule
        WHERE learner_id = %s AND deck_id = room.deck AND NOT state = 'new' AND NOT suspended
            AND state = 'review' AND due_at <= %s AND (buried_until IS NULL OR buried_until <= %s)
        ORDER BY due_at LIMIT room.most
    ) AS one
"""
_NEW = """
    SELECT one.id, one.deck_id, one.position FROM unnest(%s::uuid[], %s::int[]) AS room(deck, most)
    CROSS JOIN LATERAL (
        SELECT id, deck_id, position FROM practice_cardschedule
        WHERE learner_id = %s AND deck_id = room.deck AND state = 'new' AND NOT suspended
            AND (buried_until IS NULL OR buried_until <= %s)
        ORDER BY position LIMIT room.most
    ) AS one
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is left of today: new cards, cards in their steps, and reviews."""

    new: int = 0
    learning: int = 0
    review: int = 0

    @property
    def total(self) -> int:
        return self.new + self.learning + self.review

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new, self.learning + other.learning, self.review + other.review
        )


@dataclass(frozen=True, slots=True)
class Queue:
    schedules: list[CardSchedule]
    counts: Counts
    decks: Mapping[UUID, Studied]
    calendar: Calendar


@dataclass(frozen=True)
class _Asked:
    """What the queries of one queue share."""

    learner: User
    now: datetime
    calendar: Calendar
    decks: Mapping[UUID, Studied]
    rooms: Mapping[UUID, Counts]

    @property
    def today(self) -> date:
        return self.calendar.day(self.now)

    def due(self) -> list[Any]:
        rooms = {deck: room.review for deck, room in self.rooms.items()}
        return self.rows(_DUE, rooms, self.now)

    def new(self) -> list[Any]:
        return self.rows(_NEW, {deck: room.new for deck, room in self.rooms.items()})

    def rows(self, statement: str, rooms: Mapping[UUID, int], *more: Any) -> list[Any]:
        asked = {deck: most for deck, most in rooms.items() if most > 0}
        if not asked:
            return []
        with connection.cursor() as cursor:
            arguments = [list(asked), list(asked.values()), self.learner.pk, *more, self.today]
            cursor.execute(statement, arguments)
            return list(cursor.fetchall())


def due_queue(*, learner: User, now: datetime, deck: UUID | None = None, limit: int = 20) -> Queue:
    """Cards to show next, in order, and the counts of the day, of one deck or of all.

    Cards in their steps come first, then reviews, the longest overdue first, with new cards spread
    among them; of two sides of a note only one. A deck the learner does not study has no cards.
    """
    asked = _ask(learner, now, studied(learner, None if deck is None else [deck]))
    in_steps, learning = _in_steps(asked, limit)
    due = asked.due()
    new = asked.new()
    chosen = [row[0] for row in sorted(due, key=lambda row: (row[2], row[0]))[:limit]]
    fresh = [row[0] for row in new[:limit]]
    rows = _fetched([*in_steps, *_spread(chosen, fresh)])
    shown = [row for row in rows if row.state not in STEPS or (row.due_at and row.due_at <= now)]
    ahead = [row for row in rows if row not in shown]
    return Queue(
        _one_of_each_note([*shown, *ahead])[:limit],
        Counts(len(new), learning, len(due)),
        asked.decks,
        asked.calendar,
    )


def counts_by_deck(*, learner: User, now: datetime, language: str = "") -> dict[UUID, Counts]:
    """What is left of today in each deck the learner studies: all, or those of a language and of
    none."""
    decks = studied(learner)
    if language:
        decks = {pk: one for pk, one in decks.items() if one.deck.language in ("", language)}
    if not decks:
        return {}
    asked = _ask(learner, now, decks)
    due = _count(asked.due())
    new = _count(asked.new())
    steps = _count(_steps_of_today(asked).values_list("pk", "deck"))
    return {pk: Counts(new.get(pk, 0), steps.get(pk, 0), due.get(pk, 0)) for pk in asked.decks}


def _ask(learner: User, now: datetime, decks: Mapping[UUID, Studied]) -> _Asked:
    calendar = calendar_of(learner)
    done = _done(learner, calendar.start(calendar.day(now)))
    rooms = {pk: _room(found, done.get(pk, Counts())) for pk, found in decks.items()}
    return _Asked(learner, now, calendar, decks, rooms)


def _done(learner: User, since: datetime) -> dict[UUID, Counts]:
    """New cards begun and reviews done today, by deck."""
    logs = ReviewLog.objects.standing().filter(learner=learner, reviewed_at__gte=since, weight=1)
    counts = (
        logs.values_list("deck")
        .annotate(
            new=Count("pk", filter=Q(before__state=State.NEW)),
            review=Count("pk", filter=Q(before__state=State.REVIEW)),
        )
        .order_by()
    )
    return {deck: Counts(new=new, review=review) for deck, new, review in counts}


def _room(found: Studied, done: Counts) -> Counts:
    return Counts(
        new=max(found.by.new_per_day - done.new, 0),
        review=max(found.by.reviews_per_day - done.review, 0),
    )


def _steps_of_today(asked: _Asked) -> QuerySet[CardSchedule]:
    """Cards in their steps that come back within this day of the learner."""
    rows = CardSchedule.objects.filter(learner=asked.learner, deck__in=list(asked.decks))
    end = asked.calendar.start(asked.today + timedelta(days=1))
    return rows.filter(state__in=STEPS, suspended=False, due_at__lt=end).exclude(
        buried_until__gt=asked.today
    )


def _in_steps(asked: _Asked, limit: int) -> tuple[list[UUID], int]:
    rows = list(_steps_of_today(asked).order_by("due_at").values_list("pk", "due_at"))
    soon = [pk for pk, due in rows if due and due <= asked.now + AHEAD]
    return soon[:limit], len(rows)


def _count(rows: Iterable[Sequence[Any]]) -> dict[UUID, int]:
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row[1]] = counts.get(row[1], 0) + 1
    return counts


def _spread(reviews: list[UUID], new: list[UUID]) -> list[UUID]:
    """New cards at even distances among the reviews."""
    if not reviews or not new:
        return [*reviews, *new]
    gap = len(reviews) / len(new)
    places = [(place + 0.5, pk) for place, pk in enumerate(reviews)]
    places += [(gap * (place + 1), pk) for place, pk in enumerate(new)]
    return [pk for _, pk in sorted(places, key=lambda one: one[0])]


def _fetched(ids: Sequence[UUID]) -> list[CardSchedule]:
    rows = CardSchedule.objects.filter(pk__in=ids).select_related("card__note__concept")
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in ids if pk in found]


def _one_of_each_note(schedules: Iterable[CardSchedule]) -> list[CardSchedule]:
    seen: dict[UUID, CardSchedule] = {}
    for schedule in schedules:
        seen.setdefault(schedule.card.note_id, schedule)
    return list(seen.values())
