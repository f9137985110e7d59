"""Reviews: given once, logged, and folded into the card's schedule."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from config.commits import after_commit
from config.errors import DomainError, NotFound
from config.ids import new_id
from learning.models import Surface
from learning.sessions.services import record_study
from learning.today import forget_steps
from practice.decks.errors import ClientIdReused, InvalidRating
from practice.decks.evidence import record_later
from practice.decks.models import Card, CardSchedule, ReviewLog
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.ratings import NAMES, converted, is_rating
from practice.decks.scheduling.replay import Desk
from practice.decks.scheduling.state import CardState, State, as_json, elapsed_days, from_json
from practice.decks.services.reading import logs_sent_as, studied_for_review, with_siblings
from practice.decks.services.writing import LOGS, take_turns, write_logs, write_schedules
from practice.decks.studying import (
    Studied,
    calendar_of,
    past_of,
    state_of,
    take_state,
)

MOST: Final = 500
"""Answers in one batch."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One card rated on a device. `client_id` is the device's own name for it; `scheduler` says
    whose scale the rating is in, when that may have changed since."""

    card_id: UUID
    rating: int
    client_id: UUID
    reviewed_at: datetime | None = None
    duration_ms: int | None = None
    scheduler: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer: a review, the review it was already, or a refusal."""

    answer: Answer
    schedule: CardSchedule | None = None
    log: ReviewLog | None = None
    desk: Desk | None = None
    repeated: bool = False
    refusal: DomainError | None = None


def review_card(
    *,
    learner: User,
    card: Card | UUID,
    rating: int,
    client_id: UUID,
    now: datetime,
    reviewed_at: datetime | None = None,
    duration_ms: int | None = None,
    scheduler: str = "",
    surface: str = Surface.REVIEW,
    timezone: str = "",
) -> Outcome:
    """Review one card, as `review_batch` does. Raises what a batch puts in `refusal`: NotFound,
    InvalidRating or ClientIdReused."""
    card_id = card.pk if isinstance(card, Card) else card
    answer = Answer(card_id, rating, client_id, reviewed_at, duration_ms, scheduler, timezone)
    [outcome] = review_batch(learner=learner, answers=[answer], surface=surface, now=now)
    if outcome.refusal:
        raise outcome.refusal
    return outcome


@transaction.atomic
def review_batch(
    *,
    learner: User,
    answers: Sequence[Answer],
    now: datetime,
    surface: str = Surface.REVIEW,
) -> list[Outcome]:
    """Review cards in the order given; an outcome for each, in that order.

    An answer whose `client_id` is on record changes nothing. A time to come, or from before the
    card was made, is a wrong clock: the answer counts as given now. One from before the card's last
    review, as when a second device was offline, takes its place in the log, and the card's state is
    made again from there. Within a batch no answer is older than the one before it. The number of
    queries does not grow with the batch.
    """
    held = take_turns(learner)
    batch = _Batch(held, calendar_of(held, held.settings), answers, surface, now)
    outcomes = batch.run()
    batch.write()
    return outcomes


@dataclass
class _Batch:
    learner: User
    calendar: Calendar
    answers: Sequence[Answer]
    surface: str
    now: datetime
    decks: dict[UUID, Studied] = field(init=False)
    options: dict[UUID, Options] = field(init=False)
    schedules: dict[UUID, CardSchedule] = field(init=False)
    known: dict[UUID, ReviewLog] = field(init=False)
    siblings: dict[UUID, list[CardSchedule]] = field(init=False)
    logs: dict[UUID, list[ReviewLog]] = field(init=False)
    fresh: list[ReviewLog] = field(default_factory=list)
    changed: dict[UUID, CardSchedule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._fetch()
        self._time = datetime.min.replace(tzinfo=self.now.tzinfo)
        self.logs = self._logs_of_late_answers()

    def run(self) -> list[Outcome]:
        return [self._outcome(answer) for answer in self.answers]

    def write(self) -> None:
        if not self.fresh:
            return
        write_logs(self.fresh)
        write_schedules(list(self.changed.values()))
        counts: dict[str, int] = defaultdict(int)
        for log in self.fresh:
            counts[self.decks[log.deck_id].deck.language] += 1
        for language, count in counts.items():
            if language:
                record_study(learner=self.learner, language=language, answers=count, now=self.now)
            else:
                # Counted in no language's day, so Today would not see them.
                after_commit(forget_steps, self.learner.pk)
        told = [log.pk for log in self.fresh if self.schedules[log.card_id].card.note.concept_id]
        record_later(told)

    def _fetch(self) -> None:
        found = with_siblings(self.learner, {answer.card_id for answer in self.answers})
        self.decks = studied_for_review(self.learner, {row.deck_id for row in found})
        self.options = {deck: studied.options for deck, studied in self.decks.items()}
        mine = [row for row in found if row.deck_id in self.decks]
        self.schedules = {row.card_id: row for row in mine}
        self.siblings = defaultdict(list)
        for row in mine:
            self.siblings[row.card.note_id].append(row)
        self.known = logs_sent_as(self.learner, [answer.client_id for answer in self.answers])

    def _logs_of_late_answers(self) -> dict[UUID, list[ReviewLog]]:
        late = [
            answer.card_id
            for answer in self.answers
            if answer.reviewed_at
            and (schedule := self.schedules.get(answer.card_id))
            and schedule.last_review
            and answer.reviewed_at < schedule.last_review
        ]
        kept: dict[UUID, list[ReviewLog]] = defaultdict(list)
        if late:
            rows = ReviewLog.objects.standing().filter(learner=self.learner, card__in=late)
            for row in rows.order_by("reviewed_at", "id"):
                kept[row.card_id].append(row)
        return kept

    def _outcome(self, answer: Answer) -> Outcome:
        try:
            schedule = self.schedules.get(answer.card_id)
            if schedule is None:
                raise NotFound
            desk = Desk(self.options[schedule.deck_id], self.calendar, schedule.card_id.hex)
            known = self.known.get(answer.client_id)
            if known is not None:
                return _repeated(answer, schedule, known, desk)
            log = self._review(schedule, answer, desk)
        except DomainError as refusal:
            return Outcome(answer, refusal=refusal)
        self.known[answer.client_id] = log
        return Outcome(answer, schedule, log, desk)

    def _review(self, schedule: CardSchedule, answer: Answer, desk: Desk) -> ReviewLog:
        scheduler = desk.options.scheduler
        rating = _rating(answer, scheduler)
        at, logs = self._moment(answer, schedule), self.logs[schedule.card_id]
        late = schedule.last_review is not None and at < schedule.last_review
        if late and not logs:
            # It came with its schedule, as by an import: nothing can be put before that.
            at = schedule.last_review or at
        log = LOGS.make(
            id=new_id(),
            learner_id=self.learner.pk,
            card_id=schedule.card_id,
            deck_id=schedule.deck_id,
            client_id=answer.client_id,
            scheduler=scheduler,
            rating=rating,
            duration_ms=answer.duration_ms,
            timezone=answer.timezone or self.learner.timezone,
            surface=self.surface,
            reviewed_at=at,
            created_at=self.now,
        )
        if late and logs:
            before, after, last = _insert(logs, log, desk)
        else:
            before = state_of(schedule)
            after = last = desk.review(before, rating, at)
        log.before, log.after = as_json(before), as_json(after)
        log.elapsed_days = elapsed_days(before, at)
        take_state(schedule, last, scheduler)
        self._keep(schedule, log)
        return log

    def _keep(self, schedule: CardSchedule, log: ReviewLog) -> None:
        schedule.version += 1
        schedule.buried_until = None
        self.fresh.append(log)
        self.changed[schedule.pk] = schedule
        siblings = self.siblings[schedule.card.note_id]
        if len(siblings) > 1:
            self._bury(siblings, schedule, log)

    def _moment(self, answer: Answer, schedule: CardSchedule) -> datetime:
        at = answer.reviewed_at or self.now
        if at > self.now or at < schedule.card.created_at:
            at = self.now
        self._time = max(at, self._time)
        return self._time

    def _bury(self, cards: list[CardSchedule], shown: CardSchedule, log: ReviewLog) -> None:
        """The other sides of a note wait for the learner's next day: this one gave them away."""
        tomorrow = self.calendar.day(log.reviewed_at) + timedelta(days=1)
        if tomorrow <= self.calendar.day(self.now):
            return
        for other in cards:
            if other is shown or other.state not in (State.NEW, State.REVIEW):
                continue
            if other.buried_until is None or other.buried_until < tomorrow:
                other.buried_until = tomorrow
                self.changed[other.pk] = other
                log.after.setdefault("buried", []).append(str(other.pk))


def _rating(answer: Answer, scheduler: str) -> int:
    scale = answer.scheduler or scheduler
    if scale not in NAMES or not is_rating(answer.rating, scale):
        raise InvalidRating(highest=len(NAMES.get(scale, NAMES[scheduler])))
    return converted(answer.rating, given_in=scale, wanted_in=scheduler)


def _repeated(answer: Answer, schedule: CardSchedule, log: ReviewLog, desk: Desk) -> Outcome:
    if log.card_id != answer.card_id:
        raise ClientIdReused
    return Outcome(answer, schedule, log, desk, repeated=True)


def _insert(
    logs: list[ReviewLog], log: ReviewLog, desk: Desk
) -> tuple[CardState, CardState, CardState]:
    """Put a review among those of its card, in place; the state before it, after it, and last."""
    base = from_json(logs[0].before)
    place = next((n for n, one in enumerate(logs) if one.reviewed_at > log.reviewed_at), len(logs))
    log.after = {}
    logs.insert(place, log)
    states = [base, *desk.replay(base, [past_of(one) for one in logs])]
    return states[place], states[place + 1], states[-1]
