"""Which decks have enough reviews for parameters of their own, and those reviews."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q

from practice.decks.models import Deck, DeckMember, ReviewLog
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.fit import Log
from practice.decks.scheduling.ratings import FSRS, converted

ENOUGH: Final = 400
"""Reviews from which a fit is better than FSRS's own parameters, as a rule."""
MOST: Final = 30_000
AGAIN_AFTER: Final = timedelta(days=30)


def decks_to_fit(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """Ids of decks and of the learners to fit them to: none tried in the last month."""
    old = Q(fitted_at__isnull=True) | Q(fitted_at__lt=now - AGAIN_AFTER)
    owners = Deck.objects.live().filter(old, scheduler=FSRS).values_list("pk", "owner")
    members = DeckMember.objects.filter(old, scheduler=FSRS).values_list("deck", "user")
    waiting = {*owners, *members}
    counts = (
        ReviewLog.objects.standing()
        .filter(weight=1, created_at__gte=now - 12 * AGAIN_AFTER)
        .values_list("deck", "learner")
        .annotate(count=Count("pk"))
        .filter(count__gte=ENOUGH)
        .order_by(F("count").desc())
    )
    return [(deck, learner) for deck, learner, _ in counts if (deck, learner) in waiting]


def logs_of(*, deck: UUID, learner: UUID, calendar: Calendar) -> list[Log]:
    """Each card's reviews from its first on, at most MOST reviews in all, the latest cards first.

    A card whose first review is not on record, as after an import without history, tells nothing.
    """
    rows = (
        ReviewLog.objects.standing()
        .filter(deck=deck, learner=learner, weight=1)
        .order_by("-reviewed_at", "-id")
        .values_list("card", "rating", "scheduler", "reviewed_at", "before__state")[:MOST]
    )
    by_card: dict[UUID, list[Row]] = defaultdict(list)
    for card, *row in rows:
        by_card[card].append(tuple(row))
    whole = (list(reversed(lines)) for lines in by_card.values())
    return [_log(lines, calendar) for lines in whole if lines[0][3] == "new"]


Row = tuple[int, str, datetime, str]


def _log(lines: Iterable[Row], calendar: Calendar) -> Log:
    ratings, days, last = [], [], None
    for rating, scheduler, at, _ in lines:
        day = calendar.day(at)
        ratings.append(converted(rating, given_in=scheduler, wanted_in=FSRS))
        days.append((day - last).days if last else 0)
        last = day
    return Log(ratings, days)
