"""FSRS-6, by the `fsrs` library (github.com/open-spaced-repetition).

The library counts periods of 24 hours; here days are the learner's: a card seen at eleven at night
and again at seven in the morning was seen on two days. So it is given the days as dates, and its
answer, a number of days, is counted from the learner's own. Steps of minutes stay as they are.
"""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zlib import crc32

from fsrs import Card, Rating, Scheduler
from fsrs import State as LibraryState
from fsrs.scheduler import DEFAULT_PARAMETERS

from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.state import CardState, State, not_before

LONGEST: Final = 36_500
"""Days; a date must be able to hold it."""
_STATES: Final[dict[str, LibraryState]] = {
    State.NEW: LibraryState.Learning,
    State.LEARNING: LibraryState.Learning,
    State.REVIEW: LibraryState.Review,
    State.RELEARNING: LibraryState.Relearning,
}
_OURS: Final = {
    LibraryState.Learning: State.LEARNING,
    LibraryState.Review: State.REVIEW,
    LibraryState.Relearning: State.RELEARNING,
}
_MIDNIGHT: Final = time(tzinfo=UTC)
_ANY: Final = datetime.min.replace(tzinfo=UTC)
"""When a card was due, of which a review takes no notice."""
_FUZZ: Final = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, math.inf, 0.05))
"""From so many days to so many, the share by which an interval may differ; as in FSRS."""


class _Card(Card):
    """Made for one review: the library may change it and need not copy it first."""

    def __copy__(self) -> "_Card":
        return self


def review(
    state: CardState, rating: int, at: datetime, options: Options, calendar: Calendar, key: str
) -> CardState:
    """The card after a review. `key` names the card: its intervals differ from its neighbours', but
    are the same whenever they are worked out."""
    today = calendar.day(at)
    midnight = _stamp(today)
    card = _card(state, options, calendar)
    after, _ = _library(options).review_card(card, Rating(rating), midnight)
    lapsed = state.state == State.REVIEW and rating == Rating.Again
    wait, days = after.due - midnight, 0
    due_at = at + wait
    if after.state == LibraryState.Review:
        days = _spread(wait.days, state.reviews + 1, options, key)
        due_at = calendar.start(today + timedelta(days=days))
    return CardState(
        state=_OURS[after.state],
        step=after.step,
        due_at=due_at,
        stability=after.stability,
        difficulty=after.difficulty,
        interval_days=float(days),
        reviews=state.reviews + 1,
        lapses=state.lapses + lapsed,
        last_review=at,
    )


def use(
    state: CardState, weight: float, at: datetime, options: Options, calendar: Calendar, key: str
) -> CardState:
    """The card after a right use elsewhere: memory goes a part of the way a review rated *good*
    would move it, stability on a logarithmic scale as in `learning.mastery.memory`.

    It never brings the card forward.
    """
    full = _memory(review(state, Rating.Good, at, options, calendar, key), options)
    stability, difficulty = _memory(state, options)
    stability = stability ** (1 - weight) * full[0] ** weight
    difficulty += weight * (full[1] - difficulty)
    used = replace(state, stability=stability, difficulty=difficulty, last_review=at)
    moved = _due_in(used, interval(stability, options), at, options, calendar, key)
    return not_before(moved, state)


def respaced(state: CardState, options: Options, calendar: Calendar, key: str) -> CardState:
    """The same memory under other settings: due when recall falls to the retention they ask for."""
    if state.state != State.REVIEW or state.last_review is None:
        return state
    stability, difficulty = _memory(state, options)
    known = replace(state, stability=stability, difficulty=difficulty)
    days = interval(stability, options)
    return _due_in(known, days, state.last_review, options, calendar, key)


def recall(state: CardState, at: datetime, options: Options, calendar: Calendar) -> float:
    """The chance, 0 to 1, that the card would be recalled at that time."""
    known = _card(state, options, calendar)
    return float(_library(options).get_card_retrievability(known, _stamp(calendar.day(at))))


def interval(stability: float, options: Options) -> int:
    """Days until recall falls to the retention asked for, 1 to LONGEST."""
    decay: float = -(options.parameters or DEFAULT_PARAMETERS)[20]
    factor: float = 0.9 ** (1 / decay) - 1
    days: float = stability / factor * (options.retention ** (1 / decay) - 1)
    return min(max(round(days), 1), LONGEST)


def _memory(state: CardState, options: Options) -> tuple[float, float]:
    """Stability and difficulty of a card that is not new.

    One that comes from elsewhere with an interval alone, as from SM-2: its interval is taken for
    the time in which recall falls to 90 %, its difficulty for that of a card first rated good.
    """
    if state.stability is not None and state.difficulty is not None:
        return state.stability, state.difficulty
    weights = options.parameters or DEFAULT_PARAMETERS
    difficulty = weights[4] - math.exp(weights[5] * (Rating.Good - 1)) + 1
    stability = min(max(state.interval_days, 0.1), float(LONGEST))
    return stability, min(max(difficulty, 1.0), 10.0)


def _due_in(
    state: CardState, days: int, at: datetime, options: Options, calendar: Calendar, key: str
) -> CardState:
    days = _spread(days, state.reviews, options, key)
    return replace(state, due_at=calendar.start_after(at, days), interval_days=float(days))


def _spread(days: int, reviews: int, options: Options, key: str) -> int:
    days = min(days, LONGEST)
    return _fuzzed(days, f"{key}:{reviews}") if options.fuzz else days


def _fuzzed(days: int, seed: str) -> int:
    """Spread, so that cards learned together don't come due together for ever."""
    if days < 2.5:
        return days
    delta = 1.0 + sum(
        share * max(min(float(days), end) - start, 0.0) for start, end, share in _FUZZ
    )
    low, high = max(2, round(days - delta)), min(round(days + delta), LONGEST)
    part = crc32(seed.encode()) / 2**32
    return min(low, high) + int(part * (high - min(low, high) + 1))


def _card(state: CardState, options: Options, calendar: Calendar) -> Card:
    known = state.state != State.NEW
    stability, difficulty = _memory(state, options) if known else (None, None)
    in_steps = state.state != State.REVIEW
    return _Card(
        card_id=1,
        state=_STATES[state.state],
        step=(state.step or 0) if in_steps else None,
        stability=stability,
        difficulty=difficulty,
        last_review=_stamp(calendar.day(state.last_review)) if state.last_review else None,
        due=_ANY,
    )


def _stamp(day: date) -> datetime:
    return datetime.combine(day, _MIDNIGHT)


@lru_cache(maxsize=256)
def _library(options: Options) -> Scheduler:
    return Scheduler(
        parameters=options.parameters or DEFAULT_PARAMETERS,
        desired_retention=options.retention,
        learning_steps=[timedelta(seconds=step) for step in options.learning_steps],
        relearning_steps=[timedelta(seconds=step) for step in options.relearning_steps],
        maximum_interval=LONGEST,
        # Ours depends on the card alone; the library's would differ each time a log is replayed.
        enable_fuzzing=False,
    )
