"""Notes brought in from a file: new ones added, known ones updated, no review of ours lost."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.ids import new_id
from practice.decks.models import Card, CardSchedule, Deck, Note, ReviewLog
from practice.decks.pasts import CardPast, PastReview
from practice.decks.scheduling.state import State, as_json
from practice.decks.searching import search_text
from practice.decks.services.checks import clean_tags, ordinals_of
from practice.decks.services.notes import (
    NewNote,
    add_notes,
    bring_cards_in_line,
    take_past,
)
from practice.decks.services.writing import take_turns, write_logs, write_schedules

SAME: Final = timedelta(seconds=1)
"""Nobody reviews a card twice in less: such reviews are one, of which a file kept less."""
_TEXTS: Final = ("kind", "front", "back", "example")


@dataclass(slots=True)
class Brought:
    """How many notes were added, updated, and left as they were; and how many reviews came."""

    added: int = 0
    updated: int = 0
    kept: int = 0
    cards: int = 0
    reviews: int = 0

    def add(self, other: "Brought") -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@transaction.atomic
def bring_notes(*, deck: Deck, notes: Sequence[NewNote], update: bool = True) -> Brought:
    """Add notes to a deck with the schedules and reviews they bring for its owner.

    A note whose guid the deck has is updated, or left as it is without `update`, or where the
    update would take away a card that has reviews. Of two schedules the one that saw the later
    review stands; reviews are joined. Bringing the same notes again changes nothing. Raises
    InvalidNote for the first that cannot be used, and then nothing is written.
    """
    owner = take_turns(deck.owner)
    fresh, known = _parted(deck, notes)
    added = add_notes(deck=deck, notes=fresh)
    brought = Brought(added=len(added), kept=len(known))
    if update and known:
        brought.updated = _update(deck, known)
        brought.kept -= brought.updated
    cards = _cards_by_guid(deck, notes)
    made = {note.guid for note in fresh}
    brought.cards = sum(guid in made for guid, _ordinal in cards)
    brought.reviews = _join(owner, deck, cards, notes)
    return brought


def _parted(
    deck: Deck, notes: Sequence[NewNote]
) -> tuple[list[NewNote], list[tuple[Note, NewNote]]]:
    """Those the deck does not have, and those it has, with their rows."""
    guids = [note.guid for note in notes]
    rows = Note.objects.filter(deck=deck, guid__in=guids).select_for_update()
    there = {row.guid: row for row in rows.order_by("pk")}
    fresh = [note for note in notes if note.guid not in there]
    return fresh, [(there[note.guid], note) for note in notes if note.guid in there]


def _update(deck: Deck, known: Sequence[tuple[Note, NewNote]]) -> int:
    changed = [row for row, note in known if _take(row, note)]
    losing = _losing_reviews(changed)
    changed = [row for row in changed if row.pk not in losing]
    fields = (*_TEXTS, "tags", "language", "fields", "audio", "image", "search", "updated_at")
    Note.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=fields,
        batch_size=1000,
    )
    ordinals = defaultdict(set)
    for note_id, ordinal in Card.objects.filter(note__in=changed).values_list("note", "ordinal"):
        ordinals[note_id].add(ordinal)
    for row in changed:
        if ordinals[row.pk] != set(ordinals_of(row)):
            row.deck = deck
            bring_cards_in_line(row)
    return len(changed)


def _take(row: Note, note: NewNote) -> bool:
    """Put on the row what the file says, unsaved; whether that is something else."""
    before = [getattr(row, name) for name in (*_TEXTS, "tags", "language", "fields")]
    media = row.audio.name, row.image.name
    for name in _TEXTS:
        setattr(row, name, getattr(note, name))
    row.tags, row.fields = clean_tags(note.tags), dict(note.fields)
    row.language = note.language or row.language
    row.search = search_text(row.front, row.back, row.tags)
    for name in ("audio", "image"):
        if getattr(note, name):
            setattr(row, name, getattr(note, name))
    after = [getattr(row, name) for name in (*_TEXTS, "tags", "language", "fields")]
    return before != after or media != (row.audio.name, row.image.name)


def _losing_reviews(rows: Sequence[Note]) -> set[UUID]:
    """Notes that would, as they are now, lose a card that has reviews."""
    wanted = {row.pk: set(ordinals_of(row)) for row in rows}
    reviewed = ReviewLog.objects.filter(card__note__in=wanted)
    pairs = reviewed.values_list("card__note", "card__ordinal").distinct()
    return {note for note, ordinal in pairs if ordinal not in wanted[note]}


def _cards_by_guid(deck: Deck, notes: Sequence[NewNote]) -> dict[tuple[str, int], Card]:
    guids = [note.guid for note in notes]
    rows = Card.objects.filter(deck=deck, note__guid__in=guids).select_related("note")
    return {(card.note.guid, card.ordinal): card for card in rows}


def _join(
    owner: User, deck: Deck, cards: Mapping[tuple[str, int], Card], notes: Sequence[NewNote]
) -> int:
    """Reviews that are not on record are put there; schedules that saw less are brought forward."""
    pasts = {
        cards[note.guid, ordinal].pk: past
        for note in notes
        for ordinal, past in note.pasts.items()
        if (note.guid, ordinal) in cards
    }
    schedules = CardSchedule.objects.filter(learner=owner, card__in=pasts)
    behind = [one for one in schedules if _is_behind(one, pasts[one.card_id])]
    for schedule in behind:
        suspended = schedule.suspended
        take_past(schedule, pasts[schedule.card_id])
        schedule.suspended |= suspended
        schedule.version += 1
    write_schedules(behind)
    reviewed = {key: past.reviews for key, past in pasts.items() if past.reviews}
    logs = list(_missing(owner, deck, reviewed))
    write_logs(logs)
    return len(logs)


def _is_behind(schedule: CardSchedule, past: CardPast) -> bool:
    told = past.state.last_review
    if past.state.state == State.NEW or told is None:
        return False
    return schedule.last_review is None or told > schedule.last_review + SAME


def _missing(
    owner: User, deck: Deck, reviewed: Mapping[UUID, Sequence[PastReview]]
) -> Iterator[ReviewLog]:
    times: dict[UUID, list[datetime]] = defaultdict(list)
    there = ReviewLog.objects.filter(learner=owner, card__in=reviewed)
    for card_id, at in there.values_list("card", "reviewed_at"):
        times[card_id].append(at)
    for card_id, reviews in reviewed.items():
        for review in _apart(reviews):
            if not any(abs(at - review.at) < SAME for at in times[card_id]):
                yield _log(owner, deck, card_id, review)


def _apart(reviews: Sequence[PastReview]) -> list[PastReview]:
    """Of reviews of one moment, as a damaged file has, the first."""
    later = [two for one, two in pairwise(reviews) if two.at > one.at]
    return [*reviews[:1], *later]


def _log(owner: User, deck: Deck, card_id: UUID, review: PastReview) -> ReviewLog:
    return ReviewLog(
        id=new_id(),
        learner=owner,
        card_id=card_id,
        deck=deck,
        # The same of the same review, whoever brings it: there cannot be two.
        client_id=uuid5(NAMESPACE_OID, f"{card_id}:{review.at.isoformat()}"),
        scheduler=review.scheduler,
        rating=review.rating,
        before=as_json(review.before),
        after=as_json(review.after),
        elapsed_days=review.elapsed_days,
        duration_ms=review.duration_ms,
        timezone=review.timezone or owner.timezone,
        surface=review.surface,
        weight=review.weight,
        reviewed_at=review.at,
        created_at=timezone.now(),
        undone_at=review.undone_at,
    )
