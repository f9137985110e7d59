"""Our own JSON: one deck, all of it, with schedules, reviews and media.

`{"format": "parlance-deck", "version": 1, "deck": {...}, "notes": [...]}`; a reader of a version
reads the ones before it.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Any, Final

import msgspec
from django.utils.translation import gettext as _

from config.languages import TAUGHT
from learning.models import Surface
from practice.decks.errors import InvalidNote
from practice.decks.exchange import limits
from practice.decks.exchange.errors import ImportRefused
from practice.decks.exchange.notes import ReadNote, Refusal
from practice.decks.media import LARGEST, kind_of
from practice.decks.pasts import CardPast, PastReview
from practice.decks.scheduling.ratings import NAMES
from practice.decks.scheduling.state import CardState, State
from practice.decks.services.checks import check_note
from practice.decks.services.notes import NewNote

FORMAT: Final = "parlance-deck"
VERSION: Final = 1


class StateBody(msgspec.Struct, omit_defaults=True):
    state: str = State.NEW
    step: int | None = None
    due_at: datetime | None = None
    stability: float | None = None
    difficulty: float | None = None
    ease_factor: float | None = None
    interval_days: float = 0.0
    reviews: int = 0
    lapses: int = 0
    last_review: datetime | None = None


class ReviewBody(msgspec.Struct, omit_defaults=True):
    rating: int
    at: datetime
    scheduler: str
    before: StateBody
    after: StateBody
    elapsed_days: float | None = None
    duration_ms: int | None = None
    timezone: str = ""
    surface: str = Surface.REVIEW
    weight: float = 1.0


class CardBody(msgspec.Struct, omit_defaults=True):
    ordinal: int
    schedule: StateBody | None = None
    position: int = 0
    suspended: bool = False
    buried_until: date | None = None
    reviews: list[ReviewBody] = []


class NoteBody(msgspec.Struct, omit_defaults=True):
    """`audio` and `image` are base64."""

    guid: str
    kind: str
    front: str
    back: str = ""
    example: str = ""
    tags: list[str] = []
    language: str = ""
    fields: dict[str, Any] = {}
    audio: str = ""
    image: str = ""
    cards: list[CardBody] = []


class DeckBody(msgspec.Struct, omit_defaults=True):
    name: str
    description: str = ""
    language: str = ""
    study: dict[str, Any] = {}


class Document(msgspec.Struct):
    """The notes stay as they are written until each is needed."""

    format: str
    version: int
    deck: DeckBody
    notes: list[msgspec.Raw]


class DeckDocument:
    """A Source."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        try:
            told = msgspec.json.decode(file.read(limits.LARGEST_FILE["json"]), type=Document)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ImportRefused("wrong_values") from error
        if told.format != FORMAT:
            raise ImportRefused("unknown_format")
        if told.version > VERSION:
            raise ImportRefused("unknown_version")
        if len(told.notes) > limits.MOST_NOTES:
            raise ImportRefused("too_many_notes")
        if not told.notes:
            raise ImportRefused("no_notes")
        self.deck, self._notes, self.total = told.deck, told.notes, len(told.notes)
        self._media: dict[str, str] = {}
        self._check()

    def __enter__(self) -> "DeckDocument":
        return self

    def __exit__(self, *_error: Any) -> None:
        pass

    def notes(self) -> Iterator[ReadNote | Refusal]:
        for place, raw in enumerate(self._notes, start=1):
            self._media.clear()
            told = _decoded(raw)
            note = _note(told)
            try:
                check_note(note)
            except InvalidNote as refusal:
                reason = str(next(iter((refusal.details or {}).values()))[0])
                yield Refusal(place, told.front[:80], reason)
                continue
            names = {what: f"{what}{place}" for what in ("audio", "image") if getattr(told, what)}
            self._media |= {name: getattr(told, what) for what, name in names.items()}
            yield ReadNote(place, note, deck=self.deck.name, **names)

    def media(self, name: str, what: str) -> bytes | None:
        """Of the note read last."""
        try:
            data = base64.b64decode(self._media.get(name, ""), validate=True)
        except (binascii.Error, ValueError):
            return None
        return data if len(data) <= LARGEST and kind_of(data[:16], what) else None

    def description_of(self, deck: str) -> str:
        return self.deck.description[:2000]

    def _check(self) -> None:
        guids: set[str] = set()
        reviews = 0
        for raw in self._notes:
            told = _decoded(raw)
            _note(told)
            guids.add(told.guid)
            reviews += sum(len(card.reviews) for card in told.cards)
            if len(told.front) + len(told.back) + len(told.example) > limits.LARGEST_NOTE:
                raise ImportRefused("field_too_large")
        if len(guids) < self.total:
            raise ImportRefused("duplicate_guids")
        if reviews > limits.MOST_REVIEWS:
            raise ImportRefused("too_many_cards")


def _decoded(raw: msgspec.Raw) -> NoteBody:
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImportRefused("wrong_values") from error


_decoder = msgspec.json.Decoder(NoteBody)


def _note(told: NoteBody) -> NewNote:
    try:
        pasts = {card.ordinal: _past(card) for card in told.cards}
    except (ValueError, TypeError, OverflowError) as error:
        raise ImportRefused("wrong_values") from error
    if not 0 < len(told.guid) <= 64 or len(told.cards) > limits.BATCH:
        raise ImportRefused("wrong_values")
    return NewNote(
        front=told.front,
        back=told.back,
        kind=told.kind,
        tags=told.tags,
        example=told.example,
        language=told.language if told.language in TAUGHT else "",
        fields=told.fields,
        guid=told.guid,
        pasts=pasts,
    )


def _past(card: CardBody) -> CardPast:
    if len(card.reviews) > limits.MOST_REVIEWS_A_CARD:
        raise ImportRefused("too_many_cards")
    state = _state(card.schedule or StateBody())
    if not 0 <= card.position < 2**31:
        raise ValueError(_("That is no place in a deck."))
    return CardPast(
        state=state,
        position=card.position,
        suspended=card.suspended,
        buried_until=card.buried_until,
        reviews=[_review(one) for one in sorted(card.reviews, key=lambda one: one.at)],
    )


def _review(told: ReviewBody) -> PastReview:
    known = told.scheduler in NAMES and 1 <= told.rating <= len(NAMES[told.scheduler])
    if not known or told.surface not in Surface.values or not 0 < told.weight <= 1:
        raise ValueError(_("That is no review."))
    if told.duration_ms is not None and not 0 <= told.duration_ms < 2**31:
        raise ValueError(_("That is no time a review takes."))
    return PastReview(
        rating=told.rating,
        at=_utc(told.at),
        before=_state(told.before),
        after=_state(told.after),
        scheduler=told.scheduler,
        elapsed_days=told.elapsed_days,
        duration_ms=told.duration_ms,
        timezone=told.timezone[:64],
        surface=told.surface,
        weight=told.weight,
    )


def _state(told: StateBody) -> CardState:
    """Raises ValueError for a state no card can be in."""
    fields = msgspec.structs.asdict(told)
    for name in ("due_at", "last_review"):
        fields[name] = _utc(fields[name]) if fields[name] else None
    counts = (told.reviews, told.lapses, told.step or 0)
    numbers = (told.stability or 0.0, told.ease_factor or 0.0, told.interval_days)
    if (
        told.state not in set(State)
        or (told.state != State.NEW and not told.due_at)
        or not all(0 <= one < 2**31 for one in counts)
        or (told.step or 0) > 99
        or not all(0 <= one <= 100_000 for one in numbers)
        or (told.difficulty is not None and not 1 <= told.difficulty <= 10)
    ):
        raise ValueError(_("No card can be in that state."))
    return CardState(**fields)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or not 1970 <= moment.year <= 2200:
        raise ValueError(_("That is no time of ours."))
    return moment.astimezone(UTC)
