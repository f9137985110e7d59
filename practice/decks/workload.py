"""What a deck will ask of its learner: reviews a day for the next 30 days at a chosen retention.

A simulation by FSRS-6 itself, always with the same dice: each card that comes due is recalled with
the chance its memory has then, moves accordingly, and a lapse is seen once more on its day. New
cards come in at the deck's pace and are first rated *good*.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from fsrs.scheduler import DEFAULT_PARAMETERS
from numpy.typing import NDArray

from accounts.models import User
from practice.decks.models import CardSchedule
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.ratings import SM2
from practice.decks.scheduling.state import State
from practice.decks.studying import Studied, calendar_of, options_of

DAYS: Final = 30
NEW_CARD_VIEWS: Final = 2
"""How often a new card is seen on its first day."""
_SM2_DAYS: Final = 10
"""After a review rated *good*."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Workload:
    """Reviews on each of the next days, today first; new cards count by their views."""

    retention: float
    reviews: list[int]
    capped: bool
    """Whether the deck's daily limit holds reviews back on some day."""

    @property
    def a_day(self) -> float:
        return sum(self.reviews) / len(self.reviews)


@dataclass
class _Cards:
    stability: Numbers
    difficulty: Numbers
    last: Numbers
    """Day of the last review, today being 0."""
    due: Numbers


def workload(
    *, learner: User, found: Studied, now: datetime, retention: float | None = None
) -> Workload:
    """Constant in queries; a second's work for 100,000 cards."""
    options = options_of(found.by)
    if retention is not None:
        options = replace(options, retention=retention)
    rows = CardSchedule.objects.filter(learner=learner, deck=found.deck, suspended=False)
    seen = rows.exclude(state=State.NEW).values_list(
        "stability", "difficulty", "interval_days", "last_review", "due_at"
    )
    cards = _cards(list(seen), learner, now, options, moved=retention is not None)
    waiting = rows.filter(state=State.NEW).count()
    counts, capped = _simulate(cards, waiting, found, options)
    return Workload(options.retention, counts, capped)


def _cards(
    rows: list[Any], learner: User, now: datetime, options: Options, *, moved: bool
) -> _Cards:
    calendar = calendar_of(learner)
    today = calendar.day(now).toordinal()

    def day(moment: datetime | None) -> int:
        return calendar.day(moment).toordinal() - today if moment else 0

    stability = np.array([row[0] or max(row[2], 0.1) for row in rows], dtype=float)
    difficulty = np.array([row[1] or 5.0 for row in rows], dtype=float)
    last = np.array([day(row[3]) for row in rows], dtype=float)
    due = np.array([day(row[4]) for row in rows], dtype=float)
    if moved and options.scheduler != SM2:
        due = last + _interval(stability, options)
    return _Cards(stability, difficulty, last, np.maximum(due, 0.0))


def _simulate(
    cards: _Cards, waiting: int, found: Studied, options: Options
) -> tuple[list[int], bool]:
    dice = np.random.default_rng(7)
    counts: list[int] = []
    capped = False
    for today in range(DAYS):
        due = np.flatnonzero(cards.due <= today)
        if len(due) > found.by.reviews_per_day:
            capped = True
            due = due[np.argsort(cards.due[due], kind="stable")][: found.by.reviews_per_day]
        lapses = _review(cards, due, today, options, dice)
        new = min(waiting, found.by.new_per_day)
        waiting -= new
        _begin(cards, new, today, options)
        counts.append(len(due) + lapses + NEW_CARD_VIEWS * new)
    return counts, capped


def _review(
    cards: _Cards, due: NDArray[np.intp], today: int, options: Options, dice: np.random.Generator
) -> int:
    """Moves the cards that are due; how many lapsed."""
    w = options.parameters or DEFAULT_PARAMETERS
    stability, difficulty = cards.stability[due], cards.difficulty[due]
    factor = 0.9 ** (-1 / w[20]) - 1
    chance = (1 + factor * (today - cards.last[due]) / stability) ** -w[20]
    recalled = dice.random(len(due)) < chance
    gain = np.exp(w[8]) * (11 - difficulty) * stability ** -w[9]
    grown = stability * (1 + gain * (np.exp((1 - chance) * w[10]) - 1))
    shrunk = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1)
    shrunk = np.minimum(shrunk * np.exp((1 - chance) * w[14]), stability)
    cards.stability[due] = np.maximum(np.where(recalled, grown, shrunk), 0.1)
    harder = difficulty + 2 * w[6] * (10 - difficulty) / 9
    cards.difficulty[due] = np.where(recalled, difficulty, np.clip(harder, 1, 10))
    cards.last[due] = today
    cards.due[due] = today + _next(cards.stability[due], options)
    return int((~recalled).sum())


def _begin(cards: _Cards, count: int, today: int, options: Options) -> None:
    if not count:
        return
    w = options.parameters or DEFAULT_PARAMETERS
    stability = np.full(count, w[2])
    difficulty = np.full(count, np.clip(w[4] - np.exp(2 * w[5]) + 1, 1, 10))
    cards.stability = np.concatenate([cards.stability, stability])
    cards.difficulty = np.concatenate([cards.difficulty, difficulty])
    cards.last = np.concatenate([cards.last, np.full(count, float(today))])
    cards.due = np.concatenate([cards.due, today + _next(stability, options)])


def _next(stability: Numbers, options: Options) -> Numbers:
    if options.scheduler == SM2:
        return np.full(len(stability), float(_SM2_DAYS))
    return _interval(stability, options)


def _interval(stability: Numbers, options: Options) -> Numbers:
    decay = -(options.parameters or DEFAULT_PARAMETERS)[20]
    days = stability / (0.9 ** (1 / decay) - 1) * (options.retention ** (1 / decay) - 1)
    return np.asarray(np.clip(np.round(days), 1, 36_500))
