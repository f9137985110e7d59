"""The notes of decks with one learner's schedules and reviews, a few hundred at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from uuid import UUID

from accounts.models import User
from practice.decks.models import Card, CardSchedule, Deck, Note, ReviewLog

CHUNK: Final = 500


@dataclass(slots=True)
class CardOut:
    card: Card
    schedule: CardSchedule | None = None
    reviews: list[ReviewLog] = field(default_factory=list)


@dataclass(slots=True)
class NoteOut:
    note: Note
    cards: list[CardOut] = field(default_factory=list)


def notes_out(*, decks: Sequence[Deck], learner: User, bare: bool = False) -> Iterator[NoteOut]:
    """In the order they were made; reviews that stand, oldest first. `bare`: without cards."""
    rows = Note.objects.filter(deck__in=decks).order_by("pk").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield from map(NoteOut, chunk) if bare else _with_cards(chunk, learner)


def _with_cards(notes: Sequence[Note], learner: User) -> list[NoteOut]:
    out = {note.pk: NoteOut(note) for note in notes}
    cards = {
        card.pk: CardOut(card)
        for card in Card.objects.filter(note__in=out).order_by("note_id", "ordinal")
    }
    for schedule in CardSchedule.objects.filter(learner=learner, card__in=cards):
        cards[schedule.card_id].schedule = schedule
    for card_id, reviews in _reviews(list(cards), learner).items():
        cards[card_id].reviews = reviews
    for one in cards.values():
        out[one.card.note_id].cards.append(one)
    return list(out.values())


def _reviews(cards: Sequence[UUID], learner: User) -> dict[UUID, list[ReviewLog]]:
    found: dict[UUID, list[ReviewLog]] = defaultdict(list)
    rows = ReviewLog.objects.standing().filter(learner=learner, card__in=cards)
    for row in rows.order_by("reviewed_at", "id"):
        found[row.card_id].append(row)
    return found
