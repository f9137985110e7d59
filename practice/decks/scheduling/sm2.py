"""SM-2 as the product states it: a rating of 1, 2, 3 or 4 brings the card back after 1, 3, 6 or 10
days, and a 5 after 2.5 times its last interval."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.ratings import SM2, recalled
from practice.decks.scheduling.state import CardState, State, not_before

EASE: Final = 2.5
LONGEST: Final = 36_500.0
_DAYS: Final = {1: 1.0, 2: 3.0, 3: 6.0, 4: 10.0}
_FIRST_EASY: Final = 10.0
"""A card without an interval that is rated 5."""


def review(state: CardState, rating: int, at: datetime, calendar: Calendar) -> CardState:
    days = _DAYS.get(rating) or EASE * state.interval_days or _FIRST_EASY
    lapsed = state.state == State.REVIEW and not recalled(rating, SM2)
    reviewed = CardState(reviews=state.reviews + 1, lapses=state.lapses + lapsed, last_review=at)
    return _due_in(reviewed, days, at, calendar)


def use(state: CardState, weight: float, at: datetime, calendar: Calendar) -> CardState:
    """After a right use elsewhere: a part of the way to 2.5 times the interval, on a logarithmic
    scale. It never brings the card forward."""
    days = state.interval_days * EASE**weight
    return not_before(_due_in(replace(state, last_review=at), days, at, calendar), state)


def _due_in(state: CardState, days: float, at: datetime, calendar: Calendar) -> CardState:
    days = min(days, LONGEST)
    return replace(
        state,
        state=State.REVIEW,
        step=None,
        stability=None,
        difficulty=None,
        ease_factor=EASE,
        interval_days=days,
        # Half a day counts up: 2.5 days is three.
        due_at=calendar.start_after(at, max(1, int(days + 0.5))),
    )
