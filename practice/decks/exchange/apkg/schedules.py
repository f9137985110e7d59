"""Anki's cards and log of reviews as states of ours, and back.

In Anki a review falls due on a day counted from the collection's first, a step at a second of the
Unix clock; an interval is in days, or negative in seconds; an ease in thousandths. What FSRS knows
of a card stands as JSON in its `data`: `s` days of stability, `d` difficulty, `lrt` the second of
the last review. A review's `factor` is its ease, or with FSRS 100 to 1100 for difficulties 1 to 10.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from practice.decks.exchange.apkg.collection import CardRow, LogRow
from practice.decks.pasts import CardPast, PastReview
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.ratings import FSRS, SM2
from practice.decks.scheduling.state import CardState, State, elapsed_days

LONGEST: Final = 36_500
MOST: Final = 2**31 - 1
_A_SECOND: Final = 1_000_000_000
"""A due number this high is a second of the Unix clock, not a day."""
_STATES: Final = (State.NEW, State.LEARNING, State.REVIEW, State.RELEARNING)
_SUSPENDED, _BURIED = -1, (-2, -3)
_CRAM, _MANUAL = 3, 4
OF_FIVE: Final = -10
"""A package of ours says an SM-2 rating, one of five, by `usn`: this less the rating. Anki, which
knows four, sets that column anew in what it takes in."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The days of the collection and of the learner. `steps` are of new and of forgotten cards."""

    first_day: date
    calendar: Calendar
    now: datetime
    steps: dict[str, int]

    def day(self, number: int) -> datetime:
        """The start of a day of the collection, as the learner's day."""
        days = min(max(number, -LONGEST), LONGEST)
        return self.calendar.start(self.first_day + timedelta(days=days))

    def number(self, moment: datetime) -> int:
        return (self.calendar.day(moment) - self.first_day).days


def past_of(card: CardRow, logs: Sequence[LogRow], clock: Clock) -> CardPast:
    """A card's schedule and history as we keep them."""
    known = _known(card.data)
    reviews = _reviews(logs, clock)
    state = _state(card, known, [one for one in reviews if one.undone_at is None], clock)
    new_due = card.odue if card.odid and card.odue else card.due
    until = clock.calendar.day(clock.now) + timedelta(days=1)
    return CardPast(
        state=state,
        position=min(max(new_due, 0), MOST) if state.state == State.NEW else 0,
        suspended=card.queue == _SUSPENDED,
        buried_until=until if card.queue in _BURIED else None,
        reviews=reviews,
    )


def _state(
    card: CardRow, known: dict[str, Any], reviews: Sequence[PastReview], clock: Clock
) -> CardState:
    kind = _STATES[card.type] if 0 <= card.type < len(_STATES) else State.NEW
    if kind == State.NEW:
        return CardState()
    due = _due(card.odue if card.odid and card.odue else card.due, clock)
    interval = float(min(max(card.ivl, 0), LONGEST))
    stability, difficulty = _number(known.get("s")), _number(known.get("d"))
    memory = stability is not None and difficulty is not None and stability > 0
    return CardState(
        state=kind,
        step=None if kind == State.REVIEW else _step(card.left, clock.steps[kind]),
        due_at=due,
        stability=min(stability, float(LONGEST)) if memory and stability else None,
        difficulty=min(max(difficulty, 1.0), 10.0) if memory and difficulty else None,
        ease_factor=None if memory or card.factor <= 0 else min(card.factor, 9999) / 1000,
        interval_days=interval,
        reviews=min(max(card.reps, 0), MOST),
        lapses=min(max(card.lapses, 0), MOST),
        last_review=_last_review(known, reviews, due, interval, clock.now),
    )


def _last_review(
    known: dict[str, Any],
    reviews: Sequence[PastReview],
    due: datetime,
    interval: float,
    now: datetime,
) -> datetime:
    if reviews:
        return reviews[-1].at
    told = _number(known.get("lrt"))
    if told and 0 < told <= now.timestamp():
        return datetime.fromtimestamp(told, UTC)
    return min(due - timedelta(days=interval), now)


def _due(due: int, clock: Clock) -> datetime:
    if due < _A_SECOND:
        return clock.day(due)
    furthest = clock.now + timedelta(days=LONGEST)
    return min(datetime.fromtimestamp(min(due, 2**35), UTC), furthest)


def _step(left: int, steps: int) -> int:
    """Which step of ours: Anki counts how many are left, in the last three digits."""
    return min(max(steps - max(left, 0) % 1000, 0), 99)


def _reviews(logs: Sequence[LogRow], clock: Clock) -> list[PastReview]:
    """Without what was done by hand, and without practice that moved no card."""
    reviews: list[PastReview] = []
    state = CardState()
    latest = clock.now + timedelta(days=1)
    for log in logs:
        if log.ease == 0:
            if log.type == _MANUAL and log.ivl == 0 and log.factor == 0:
                # Made new again by hand: what came before is history, and no longer counts.
                at = min(_moment(log), clock.now)
                reviews = [replace(one, undone_at=one.undone_at or at) for one in reviews]
                state = CardState()
            continue
        at = _moment(log)
        if not 1 <= log.ease <= 4 or (log.type == _CRAM and log.factor == 0) or at > latest:
            continue
        if not reviews and log.type not in (0, _CRAM):
            state = _earlier(log, at, clock)
        after = _after(log, state, at, clock)
        reviews.append(_review(log, state, after, at))
        state = after
    return reviews


def _review(log: LogRow, before: CardState, after: CardState, at: datetime) -> PastReview:
    of_five = OF_FIVE - log.usn
    # Anki's own SM-2 rates from 1 to 4 too, which is the scale that we call by FSRS; and so its
    # intervals are kept where ours would be others.
    ours = 1 <= of_five <= 5
    return PastReview(
        rating=of_five if ours else log.ease,
        scheduler=SM2 if ours else FSRS,
        at=at,
        before=before,
        after=after,
        elapsed_days=elapsed_days(before, at),
        duration_ms=min(max(log.time, 0), MOST),
    )


def _earlier(log: LogRow, at: datetime, clock: Clock) -> CardState:
    """The state before the first review on record, of a card that was not new then."""
    days = float(min(max(log.last_ivl, 1), LONGEST))
    before = at - timedelta(days=days)
    due = clock.calendar.start_after(before, int(days))
    return CardState(State.REVIEW, None, due, interval_days=days, reviews=1, last_review=before)


def _after(log: LogRow, before: CardState, at: datetime, clock: Clock) -> CardState:
    days = min(log.ivl, LONGEST)
    fsrs = 100 <= log.factor <= 1100
    lapsed = before.state == State.REVIEW and log.ease == 1
    soon = at + timedelta(seconds=min(max(-log.ivl, 0), 86_400 * 30))
    in_steps = State.LEARNING if before.state in (State.NEW, State.LEARNING) else State.RELEARNING
    return CardState(
        state=State.REVIEW if days > 0 else in_steps,
        step=None if days > 0 else 0,
        due_at=clock.calendar.start_after(at, days) if days > 0 else soon,
        difficulty=1 + (log.factor - 100) / 1000 * 9 if fsrs else None,
        ease_factor=min(log.factor, 9999) / 1000 if log.factor > 1100 else None,
        interval_days=float(max(days, 0)),
        reviews=before.reviews + 1,
        lapses=before.lapses + lapsed,
        last_review=at,
    )


def _moment(log: LogRow) -> datetime:
    """A review's id is the millisecond it was given."""
    milliseconds = min(max(log.id, 0), 2**42)
    return datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(
        milliseconds=milliseconds % 1000
    )


def _known(data: str) -> dict[str, Any]:
    try:
        told = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None
