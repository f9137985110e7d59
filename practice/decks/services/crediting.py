from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import User
from config.ids import new_id
from learning.models import Concept, Surface
from practice.decks.models import CardSchedule, ReviewLog
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.ratings import FSRS, SM2
from practice.decks.scheduling.state import State, as_json, elapsed_days
from practice.decks.services.writing import take_turns, write_schedules
from practice.decks.studying import Studied, calendar_of, desk_for, state_of, studied, take_state

_GOOD: Final = {FSRS: 3, SM2: 4}


def credit_use(
    *,
    learner: User,
    concepts: Iterable[Concept],
    weight: float,
    source_type: str,
    source_id: UUID,
    now: datetime,
    surface: str = Surface.CONVERSATION,
) -> int:
    """A right use of concepts elsewhere moves the cards about them; how many cards moved.

    Each goes `weight` (above 0, below 1) of the way that a review rated *good* would take it, and
    never comes sooner for it. It is logged with its weight and source, once a source. Cards that
    are new, in their steps, suspended, or seen already on this day of the learner stay as they are.
    """
    wanted = [concept.pk for concept in concepts]
    if not wanted or not 0 < weight < 1:
        return 0
    rows = CardSchedule.objects.filter(
        learner=learner, card__note__concept__in=wanted, state=State.REVIEW, suspended=False
    )
    if not rows.exists():
        return 0
    with transaction.atomic():
        held = take_turns(learner)
        calendar = calendar_of(held)
        schedules = [row for row in rows if _rested(row, calendar, now)]
        decks = studied(held, {row.deck_id for row in schedules}) if schedules else {}
        mine = _not_credited(held, [row for row in schedules if row.deck_id in decks], source_id)
        logs = [_credit(row, decks[row.deck_id], calendar, weight, now) for row in mine]
        for log, row in zip(logs, mine, strict=True):
            log.learner, log.client_id = held, client_id_of(source_id, row.card_id)
            log.surface, log.timezone = surface, held.timezone
            log.source_type, log.source_id = source_type, source_id
        ReviewLog.objects.bulk_create(logs)
        write_schedules(mine)
    return len(logs)


def client_id_of(source_id: UUID, card_id: UUID) -> UUID:
    """The same for the same use of the same card, so that a task may run twice."""
    return uuid5(source_id, card_id.hex)


def _rested(schedule: CardSchedule, calendar: Calendar, now: datetime) -> bool:
    last = schedule.last_review
    return last is not None and last < now and calendar.day(last) != calendar.day(now)


def _not_credited(
    learner: User, schedules: list[CardSchedule], source_id: UUID
) -> list[CardSchedule]:
    ids = [client_id_of(source_id, row.card_id) for row in schedules]
    known = ReviewLog.objects.filter(learner=learner, client_id__in=ids)
    credited = set(known.values_list("client_id", flat=True))
    return [row for row, key in zip(schedules, ids, strict=True) if key not in credited]


def _credit(
    schedule: CardSchedule, deck: Studied, calendar: Calendar, weight: float, now: datetime
) -> ReviewLog:
    """Moves the row, unsaved, and gives the line of its log."""
    desk = desk_for(schedule, deck.by, calendar)
    before = state_of(schedule)
    after = desk.use(before, weight, now)
    take_state(schedule, after, desk.options.scheduler)
    schedule.version += 1
    return ReviewLog(
        id=new_id(),
        card_id=schedule.card_id,
        deck_id=schedule.deck_id,
        scheduler=desk.options.scheduler,
        rating=_GOOD[desk.options.scheduler],
        before=as_json(before),
        after=as_json(after),
        elapsed_days=elapsed_days(before, now),
        weight=weight,
        reviewed_at=now,
    )
