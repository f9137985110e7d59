from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from config.errors import NotFound
from config.ids import new_id
from learning.models import Concept, Evidence
from practice.decks.models import Card, CardSchedule, Deck, Note
from practice.decks.pasts import CardPast
from practice.decks.searching import search_text
from practice.decks.services.checks import check_note, check_tags, clean_tags, ordinals_of
from practice.decks.studying import take_state

_CHUNK: Final = 1000
Kind = Note.Kind
AnyNote = TypeVar("AnyNote", "NewNote", Note)


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note to be made. `audio` and `image` are uploads, or names of files stored already.

    `front` and `back` are plain text; of a cloze note `front` holds the gaps. The language being
    learned stands on the front, and on the back of a note whose answer is typed. `pasts` are the
    states in which the cards come to the deck's owner, by ordinal; their reviews are not written
    here but by `bring_notes`.
    """

    front: str
    back: str = ""
    kind: str = Kind.BASIC
    tags: Sequence[str] = ()
    example: str = ""
    language: str = ""
    concept: Concept | None = None
    source_type: str = ""
    source_id: UUID | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    guid: str = ""
    audio: "File[bytes] | str | None" = None
    image: "File[bytes] | str | None" = None
    pasts: Mapping[int, CardPast] = field(default_factory=dict)


def add_note(
    *,
    deck: Deck,
    front: str,
    back: str = "",
    kind: str = Kind.BASIC,
    learner: User | None = None,
    **more: Any,
) -> Note:
    """Make a note with its cards, new to everybody who studies the deck; `more` as in NewNote.

    Adding the same source, or guid, again gives the note that is there. Raises InvalidNote.
    """
    note = NewNote(front=front, back=back, kind=kind, **more)
    added = add_notes(deck=deck, notes=[note], learner=learner)
    return added[0] if added else _already_there(deck, note)


def add_notes(*, deck: Deck, notes: Sequence[NewNote], learner: User | None = None) -> list[Note]:
    """Make many notes with their cards and new schedules, at the end of the deck.

    A note whose source or guid the deck has already is passed over. Schedules are made for the
    owner and the members, or for `learner` alone. The number of queries grows with every thousand
    notes, not with every note. Raises InvalidNote for the first that cannot be used, and then
    nothing is added.
    """
    for note in notes:
        check_note(note)
    try:
        return _add(deck, notes, learner)
    except IntegrityError:  # another tab added one of them this moment
        return _add(deck, notes, learner)


@transaction.atomic
def _add(deck: Deck, notes: Sequence[NewNote], learner: User | None) -> list[Note]:
    fresh = _not_there(deck, notes)
    concepts = _concepts_of_sources(deck.owner, fresh)
    rows = [_row(deck, note, concepts.get(note.source_id)) for note in fresh]
    Note.objects.bulk_create(rows, batch_size=_CHUNK)
    cards = [card for row in rows for card in _cards(row)]
    Card.objects.bulk_create(cards, batch_size=_CHUNK)
    pasts = _pasts(fresh, rows)
    for student in [learner] if learner else students_of(deck):
        brought = pasts if student.pk == deck.owner_id else {}
        schedule_cards(deck=deck, learner=student, cards=cards, pasts=brought)
    return rows


@transaction.atomic
def update_note(*, note: Note, **changes: Any) -> Note:
    """Change what a note says; a kind or gaps that changed add and remove cards.

    Takes front, back, kind, tags, example, language, fields, audio and image. A card whose gap is
    gone goes with its reviews. What another tab changed meanwhile stands. Raises InvalidNote, and
    NotFound when the note was deleted meanwhile.
    """
    try:
        note.refresh_from_db(from_queryset=_held())
    except Note.DoesNotExist:
        raise NotFound from None
    for name, value in changes.items():
        setattr(note, name, value)
    check_note(note)
    note.tags = clean_tags(note.tags)
    note.search = search_text(note.front, note.back, note.tags)
    note.save()
    bring_cards_in_line(note)
    return note


@transaction.atomic
def delete_notes(*, notes: Iterable[Note]) -> int:
    """Delete notes with their cards and reviews; how many notes that were."""
    keys = [note.pk for note in notes]
    Note.objects.filter(pk__in=keys).delete()
    return len(keys)


@transaction.atomic
def tag_notes(*, notes: Sequence[Note], add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
    """Add tags to notes and take tags away; how many notes changed. Raises InvalidNote."""
    more, less = clean_tags(add), set(remove)
    changed = []
    # In one order, so that two tabs with the same notes cannot wait for each other.
    for note in _held().filter(pk__in=[note.pk for note in notes]).order_by("pk"):
        tags = clean_tags([*(tag for tag in note.tags if tag not in less), *more])
        check_tags(tags)
        if tags != note.tags:
            note.tags, note.search = tags, search_text(note.front, note.back, tags)
            changed.append(note)
    Note.objects.bulk_update(changed, ["tags", "search"], batch_size=500)
    return len(changed)


@transaction.atomic
def move_notes(*, notes: Sequence[Note], deck: Deck) -> list[Note]:
    """Move notes with their schedules to another deck of the same owner; gives those that moved.

    One whose source or guid is in that deck already stays where it is.
    """
    moving = _not_there(deck, [note for note in notes if note.deck_id != deck.pk])
    keys = [note.pk for note in moving]
    cards = Card.objects.filter(note__in=keys)
    CardSchedule.objects.filter(card__in=cards).update(deck=deck)
    Note.objects.filter(pk__in=keys).update(deck=deck)
    cards.update(deck=deck)
    for student in students_of(deck):
        schedule_cards(deck=deck, learner=student, cards=list(cards))
    return moving


def schedule_cards(
    *,
    deck: Deck,
    learner: User,
    cards: Sequence[Card],
    pasts: Mapping[tuple[UUID, int], CardPast] | None = None,
) -> None:
    """Put cards at the end of what is new to a learner; one they have already stays as it is.

    One with a past, by its note and ordinal, comes in that state instead.
    """
    first = _next_position(deck, learner)
    schedules = [
        CardSchedule(
            learner=learner, card=card, deck=deck, scheduler=deck.scheduler, position=place
        )
        for place, card in enumerate(cards, start=first)
    ]
    for schedule in schedules if pasts else ():
        past = pasts.get((schedule.card.note_id, schedule.card.ordinal)) if pasts else None
        if past:
            take_past(schedule, past)
    CardSchedule.objects.bulk_create(schedules, ignore_conflicts=True, batch_size=_CHUNK)


def take_past(schedule: CardSchedule, past: CardPast) -> None:
    """Put what a card brings on its row, unsaved."""
    take_state(schedule, past.state, schedule.scheduler)
    schedule.position = past.position
    schedule.suspended = past.suspended
    schedule.buried_until = past.buried_until


def students_of(deck: Deck) -> list[User]:
    """Who studies a deck: its owner and those it is shared with."""
    return [deck.owner, *User.objects.filter(shared_decks__deck=deck)]


def _held() -> QuerySet[Note]:
    """Notes as they are now, locked: two tabs take turns."""
    return Note.objects.select_for_update(no_key=True)


def _row(deck: Deck, note: NewNote, concept: Concept | None) -> Note:
    key, tags = new_id(), clean_tags(note.tags)
    return Note(
        id=key,
        deck=deck,
        kind=note.kind,
        front=note.front,
        back=note.back,
        fields=dict(note.fields),
        example=note.example,
        tags=tags,
        language=note.language or deck.language,
        concept=note.concept or concept,
        audio=note.audio or "",
        image=note.image or "",
        source_type=note.source_type,
        source_id=note.source_id,
        guid=note.guid or key.hex,
        search=search_text(note.front, note.back, tags),
    )


def _cards(note: Note) -> list[Card]:
    return [Card(note=note, deck_id=note.deck_id, ordinal=one) for one in ordinals_of(note)]


def bring_cards_in_line(note: Note) -> None:
    wanted = ordinals_of(note)
    note.cards.exclude(ordinal__in=wanted).delete()
    there = set(note.cards.values_list("ordinal", flat=True))
    missing = [card for card in _cards(note) if card.ordinal not in there]
    Card.objects.bulk_create(missing)
    if missing:
        for student in students_of(note.deck):
            schedule_cards(deck=note.deck, learner=student, cards=missing)


def _pasts(notes: Sequence[NewNote], rows: Sequence[Note]) -> dict[tuple[UUID, int], CardPast]:
    return {
        (row.pk, ordinal): past
        for note, row in zip(notes, rows, strict=True)
        for ordinal, past in note.pasts.items()
    }


def _next_position(deck: Deck, learner: User) -> int:
    waiting = CardSchedule.objects.filter(
        learner=learner, deck=deck, state=CardSchedule.State.NEW, suspended=False
    )
    last = waiting.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


def _not_there(deck: Deck, notes: Sequence[AnyNote]) -> list[AnyNote]:
    """Those whose source and guid the deck does not have; of two alike the first."""
    guids, sources = _identities(deck, notes)
    fresh: list[AnyNote] = []
    for note in notes:
        source = (note.source_type, note.source_id)
        if (note.guid and note.guid in guids) or (note.source_id and source in sources):
            continue
        guids.add(note.guid)
        sources.add(source)
        fresh.append(note)
    return fresh


def _identities(
    deck: Deck, notes: Sequence[NewNote] | Sequence[Note]
) -> tuple[set[str], set[tuple[str, UUID | None]]]:
    """Guids and sources among these that the deck has already."""
    there = Note.objects.filter(deck=deck)
    guids = [note.guid for note in notes if note.guid]
    sources = [note.source_id for note in notes if note.source_id]
    return (
        set(there.filter(guid__in=guids).values_list("guid", flat=True)) if guids else set(),
        set(there.filter(source_id__in=sources).values_list("source_type", "source_id"))
        if sources
        else set(),
    )


def _already_there(deck: Deck, note: NewNote) -> Note:
    same = Note.objects.filter(deck=deck)
    if note.source_id:
        found = same.filter(source_type=note.source_type, source_id=note.source_id).first()
        if found:
            return found
    return same.get(guid=note.guid)


def _concepts_of_sources(owner: User, notes: Sequence[NewNote]) -> dict[UUID | None, Concept]:
    """What the learner showed where a card comes from is what the card is about."""
    wanted = [note.source_id for note in notes if note.source_id and note.concept is None]
    if not wanted:
        return {}
    shown = Evidence.objects.filter(learner=owner, source_id__in=wanted, correct=False)
    return {row.source_id: row.concept for row in shown.select_related("concept")}
