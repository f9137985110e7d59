"""Schedules made again from their logs, after a deck's settings changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from config.commits import after_commit
from practice.decks.models import CardSchedule, Deck, ReviewLog
from practice.decks.scheduling import fsrs6
from practice.decks.scheduling.ratings import FSRS
from practice.decks.scheduling.replay import Desk
from practice.decks.scheduling.state import CardState, State, from_json
from practice.decks.services.writing import take_turns, write_schedules
from practice.decks.studying import (
    calendar_of,
    desk_for,
    past_of,
    state_of,
    studied,
    take_state,
)
from practice.decks.tasks import reschedule_task

AT_ONCE: Final = 1000
"""Cards of one transaction. A deck with no more of them is rescheduled while its owner waits."""


def reschedule_deck(*, deck: Deck | UUID, learner: User | UUID) -> int:
    """Make a learner's schedules of a deck again from their reviews, by the settings of now.

    The history is read, never written: changing back gives the schedules that were. Cards that came
    with a schedule but without reviews keep their memory. Gives how many cards have new dates.
    """
    deck_id = deck.pk if isinstance(deck, Deck) else deck
    learner_id = learner.pk if isinstance(learner, User) else learner
    return sum(_reschedule(learner_id, deck_id, cards) for cards in _portions(learner_id, deck_id))


def reschedule_soon(*, deck: Deck, learner: User) -> None:
    """Reschedule now, or in the background where there are many cards."""
    seen = CardSchedule.objects.filter(learner=learner, deck=deck).exclude(state=State.NEW)
    if seen[: AT_ONCE + 1].count() <= AT_ONCE:
        reschedule_deck(deck=deck, learner=learner)
    else:
        after_commit(reschedule_task.delay, str(deck.pk), str(learner.pk))


def _portions(learner: UUID, deck: UUID) -> Iterator[list[UUID]]:
    rows = CardSchedule.objects.filter(learner=learner, deck=deck).exclude(state=State.NEW)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


@transaction.atomic
def _reschedule(learner_id: UUID, deck_id: UUID, keys: Sequence[UUID]) -> int:
    learner = take_turns(User(pk=learner_id))
    found = studied(learner, [deck_id])
    if not found:
        return 0
    calendar, changed = calendar_of(learner), []
    schedules = list(CardSchedule.objects.filter(pk__in=keys).exclude(state=State.NEW))
    logs = _logs(learner, schedules)
    for schedule in schedules:
        desk = desk_for(schedule, found[deck_id].by, calendar)
        before = state_of(schedule)
        after = _again(before, logs[schedule.card_id], desk)
        if after != before or schedule.scheduler != desk.options.scheduler:
            take_state(schedule, after, desk.options.scheduler)
            schedule.version += 1
            changed.append(schedule)
    write_schedules(changed)
    return len(changed)


def _logs(learner: User, schedules: Sequence[CardSchedule]) -> dict[UUID, list[ReviewLog]]:
    cards = [schedule.card_id for schedule in schedules]
    rows = ReviewLog.objects.standing().filter(learner=learner, card__in=cards)
    logs: dict[UUID, list[ReviewLog]] = defaultdict(list)
    for row in rows.order_by("reviewed_at", "id"):
        logs[row.card_id].append(row)
    return logs


def _again(present: CardState, logs: Sequence[ReviewLog], desk: Desk) -> CardState:
    if logs:
        return desk.replay(from_json(logs[0].before), [past_of(log) for log in logs])[-1]
    if desk.options.scheduler == FSRS:
        return fsrs6.respaced(present, desk.options, desk.calendar, desk.key)
    return present
