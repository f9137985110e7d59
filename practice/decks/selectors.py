"""Reads that pages and the API share."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Avg, Count, Prefetch, Q, QuerySet

from accounts.models import User
from practice.decks.models import Card, CardSchedule, Deck, Note, ReviewLog, Visibility
from practice.decks.queue import SECONDS_A_CARD, Counts, counts_by_deck
from practice.decks.searching import folded
from practice.decks.studying import decks_studied_by

LONGEST_PAUSE: Final = 60_000
"""Milliseconds; who takes longer for a card is doing something else."""
STATES: Final = ("new", "learning", "review", "suspended")


@dataclass(frozen=True, slots=True)
class DeckRow:
    """A deck as one who studies it sees it."""

    deck: Deck
    counts: Counts
    cards: int
    mine: bool


def _as_counted(name: str) -> list[tuple[int, str]]:
    """For sorting: *Unit 2* stands before *Unit 10*."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", name)
    ]


def deck_rows(*, learner: User, now: datetime) -> list[DeckRow]:
    """The decks a learner studies, with what is left of today in each. Constant in queries."""
    found = decks_studied_by(learner).select_related("owner").order_by("pk")
    decks = sorted(found, key=lambda deck: _as_counted(deck.name))
    counts = counts_by_deck(learner=learner, now=now)
    cards = cards_in(decks)
    return [
        DeckRow(
            deck,
            counts.get(deck.pk, Counts()),
            cards.get(deck.pk, 0),
            deck.owner_id == learner.pk,
        )
        for deck in decks
    ]


def cards_in(decks: Iterable[Deck]) -> dict[UUID, int]:
    rows = Card.objects.filter(deck__in=[deck.pk for deck in decks]).values_list("deck")
    return dict(rows.annotate(count=Count("pk")).order_by())


def public_decks(*, learner: User, language: str = "", words: str = "") -> QuerySet[Deck]:
    """What others share with everybody, by name."""
    rows = Deck.objects.live().filter(visibility=Visibility.PUBLIC).exclude(owner=learner)
    if language:
        rows = rows.filter(language=language)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(description__icontains=words))
    return rows.select_related("owner").order_by("name", "pk")


def cards_of(
    *,
    decks: Sequence[UUID] | QuerySet[Deck],
    learner: User,
    words: str = "",
    tag: str = "",
    state: str = "",
    kind: str = "",
) -> QuerySet[Card]:
    """The cards of decks with the learner's own schedules (as `own`), the latest first.

    `words` are found in any part of front, back and tags, whatever their accents.
    """
    notes = Note.objects.all()
    for word in folded(words).split()[:8]:
        notes = notes.filter(search__contains=word)
    if tag:
        notes = notes.filter(tags__contains=[tag])
    if kind:
        notes = notes.filter(kind=kind)
    rows: QuerySet[Card] = Card.objects.filter(deck__in=decks)
    if words or tag or kind:
        rows = rows.filter(note__in=notes.filter(deck__in=decks))
    rows = _in_state(rows, learner, state)
    own = CardSchedule.objects.filter(learner=learner)
    return (
        rows.select_related("note", "deck")
        .prefetch_related(Prefetch("schedules", queryset=own, to_attr="own"))
        .order_by("-note_id", "ordinal")
    )


def tags_of(deck: Deck, *, most: int = 200) -> list[str]:
    """The tags in use, in alphabetical order."""
    rows = Note.objects.filter(deck=deck).exclude(tags=[]).values_list("tags", flat=True)
    return sorted({tag for tags in rows.order_by("-pk")[:5000] for tag in tags})[:most]


def history_of(*, card: Card, learner: User) -> QuerySet[ReviewLog]:
    """Reviews, those undone too, and right uses elsewhere, the latest first."""
    rows = ReviewLog.objects.filter(card=card, learner=learner)
    return rows.order_by("-reviewed_at", "-id")


def history_of_note(*, note: Note, learner: User) -> QuerySet[ReviewLog]:
    """The same of all the cards of a note."""
    rows = ReviewLog.objects.filter(card__note=note, learner=learner).select_related("card")
    return rows.order_by("-reviewed_at", "-id")


def pace_of(*, learner: User, now: datetime) -> float:
    """Seconds a learner takes for a card, of late."""
    recent = ReviewLog.objects.filter(
        learner=learner,
        reviewed_at__gte=now - timedelta(days=14),
        duration_ms__lte=LONGEST_PAUSE,
    ).order_by("-reviewed_at")[:300]
    taken = recent.aggregate(mean=Avg("duration_ms"), count=Count("pk"))
    enough = taken["count"] and taken["count"] >= 20
    return taken["mean"] / 1000 if enough else SECONDS_A_CARD


def minutes_for(*, learner: User, cards: int, now: datetime) -> int:
    """How long so many cards take, in whole minutes."""
    return max(1, round(cards * pace_of(learner=learner, now=now) / 60))


def _in_state(rows: QuerySet[Card], learner: User, state: str) -> QuerySet[Card]:
    if not state:
        return rows
    schedules = CardSchedule.objects.filter(learner=learner)
    if state == "suspended":
        wanted = schedules.filter(suspended=True)
    elif state == "learning":
        wanted = schedules.filter(suspended=False, state__in=["learning", "relearning"])
    else:
        wanted = schedules.filter(suspended=False, state=state)
    return rows.filter(pk__in=wanted.values("card"))
