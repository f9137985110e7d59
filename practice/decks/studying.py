"""Who studies which deck, how, and what day it is for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User, UserSettings
from accounts.selectors import day_ends_at, user_settings
from practice.decks.models import (
    CardSchedule,
    Deck,
    DeckMember,
    ReviewLog,
    StudyOptions,
    Visibility,
)
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.replay import Desk, Past
from practice.decks.scheduling.state import FIELDS, TIMES, CardState, from_json

SHARING: Final = (Visibility.SHARED, Visibility.PUBLIC)


@dataclass(frozen=True, slots=True)
class Studied:
    """A deck a learner studies, with the settings they study it by."""

    deck: Deck
    by: StudyOptions

    @property
    def options(self) -> Options:
        return options_of(self.by)


def calendar_of(learner: User, settings: UserSettings | None = None) -> Calendar:
    return Calendar(learner.timezone, day_ends_at(learner, settings))


def scheduler_of(learner: User) -> str:
    """The scheduler a learner's new decks begin with: FSRS, unless their settings say otherwise."""
    chosen = user_settings(learner).learning.get("scheduler")
    known = StudyOptions.Scheduler.values
    return chosen if chosen in known else StudyOptions.Scheduler.FSRS


def options_of(row: StudyOptions) -> Options:
    return Options(
        scheduler=row.scheduler,
        retention=row.desired_retention,
        learning_steps=tuple(row.learning_steps),
        relearning_steps=tuple(row.relearning_steps),
        parameters=tuple(row.parameters),
        fuzz=settings.REVIEW_FUZZ,
    )


def desk_for(schedule: CardSchedule, by: StudyOptions, calendar: Calendar) -> Desk:
    return Desk(options_of(by), calendar, schedule.card_id.hex)


def decks_studied_by(learner: User) -> QuerySet[Deck]:
    """One's own, and those shared with one for as long as they are."""
    joined = DeckMember.objects.filter(deck=OuterRef("pk"), user=learner)
    mine = Q(owner=learner) | (Q(visibility__in=SHARING) & Exists(joined))
    return Deck.objects.live().filter(mine)


def studied(learner: User, decks: Iterable[UUID] | None = None) -> dict[UUID, Studied]:
    """The decks a learner studies (of those named, else all) with their settings, by id."""
    found = decks_studied_by(learner).order_by("name", "pk")
    if decks is not None:
        found = found.filter(pk__in=set(decks))
    return with_settings(learner, found)


def with_settings(learner: User, decks: Iterable[Deck]) -> dict[UUID, Studied]:
    rows = list(decks)
    others = [deck.pk for deck in rows if deck.owner_id != learner.pk]
    members = DeckMember.objects.filter(user=learner, deck__in=others) if others else ()
    own = {member.deck_id: member for member in members}
    return {deck.pk: Studied(deck, own.get(deck.pk, deck)) for deck in rows}


def state_of(schedule: CardSchedule) -> CardState:
    fields = {name: getattr(schedule, name) for name in FIELDS}
    for name in TIMES:
        if fields[name]:
            fields[name] = fields[name].astimezone(UTC)
    return CardState(**fields)


def take_state(schedule: CardSchedule, state: CardState, scheduler: str) -> None:
    """Put a state on the row, unsaved."""
    for name in FIELDS:
        setattr(schedule, name, getattr(state, name))
    schedule.scheduler = scheduler


def past_of(log: ReviewLog) -> Past:
    return Past(
        rating=log.rating,
        at=log.reviewed_at.astimezone(UTC),
        scheduler=log.scheduler,
        weight=log.weight,
        after=from_json(log.after),
    )
