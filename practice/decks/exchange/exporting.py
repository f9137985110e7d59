"""Decks as files, for whoever may see them: with the schedule and the reviews of their own."""

import base64
import csv
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final

import msgspec
from django.db.models import Q
from django.db.models.fields.files import FieldFile

from accounts.models import User
from practice.decks.exchange.apkg.writing import write_package
from practice.decks.exchange.document import (
    FORMAT,
    VERSION,
    CardBody,
    DeckBody,
    NoteBody,
    ReviewBody,
    StateBody,
)
from practice.decks.exchange.rows import CardOut, NoteOut, notes_out
from practice.decks.exchange.table import FORMULA, OURS
from practice.decks.models import Deck, Note, ReviewLog
from practice.decks.scheduling.state import from_json
from practice.decks.services.decks import STUDY_FIELDS
from practice.decks.studying import calendar_of, state_of

FORMATS: Final = ("apkg", "apkg-newest", "csv", "json")
PACKAGES: Final = FORMATS[:2]
CONTENT_TYPES: Final = {
    "apkg": "application/octet-stream",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """`file` is temporary: closing it deletes it."""

    file: IO[bytes]
    name: str
    content_type: str


def export_deck(*, deck: Deck, learner: User, format: str, now: datetime) -> Exported:
    """A deck as a file of one of FORMATS. A package holds the decks below it too: those of the same
    owner whose names begin with its own and `::`."""
    packed = format in PACKAGES
    decks = _with_those_below(deck, learner) if packed else [deck]
    notes = notes_out(decks=decks, learner=learner, bare=format == "csv")
    if packed:
        file = write_package(
            notes=notes,
            decks=decks,
            calendar=calendar_of(learner),
            now=now,
            newest=format == "apkg-newest",
        )
    else:
        # Whoever sends it closes it.
        file = tempfile.TemporaryFile(prefix="export-")  # noqa: SIM115 - as above
        write = _write_table if format == "csv" else _write_document
        write(file, deck, notes)
        file.seek(0)
    ending = format.partition("-")[0]
    return Exported(file, f"{_file_name(deck)}.{ending}", CONTENT_TYPES[ending])


def _with_those_below(deck: Deck, learner: User) -> list[Deck]:
    below = Q(owner=deck.owner_id, name__startswith=f"{deck.name}::")
    seen = Deck.objects.visible_to(learner).filter(below).exclude(pk=deck.pk)
    return [deck, *seen.order_by("name", "pk")]


def _write_table(file: IO[bytes], deck: Deck, notes: Iterable[NoteOut]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(OURS)
    for one in notes:
        writer.writerow([_cell(value) for value in _cells(one.note)])
    text.flush()
    text.detach()


def _cells(note: Note) -> list[str]:
    told = {name: getattr(note, name) for name in OURS}
    return list((told | {"tags": ",".join(note.tags)}).values())


def _cell(value: str) -> str:
    """A spreadsheet that opens the file must not run what a stranger wrote on a card."""
    return f"'{value}" if value.startswith((*FORMULA, "'")) else value


def _write_document(file: IO[bytes], deck: Deck, notes: Iterable[NoteOut]) -> None:
    encode = msgspec.json.encode
    about = DeckBody(
        name=deck.name,
        description=deck.description,
        language=deck.language,
        study={name: getattr(deck, name) for name in STUDY_FIELDS},
    )
    head = f'{{"format":"{FORMAT}","version":{VERSION},"deck":'
    file.write(head.encode() + encode(about) + b',"notes":[')
    for place, one in enumerate(notes):
        file.write((b",\n" if place else b"\n") + encode(_note_body(one)))
    file.write(b"\n]}\n")


def _note_body(one: NoteOut) -> NoteBody:
    note = one.note
    return NoteBody(
        guid=note.guid or note.pk.hex,
        kind=note.kind,
        front=note.front,
        back=note.back,
        example=note.example,
        tags=note.tags,
        language=note.language,
        fields=note.fields,
        audio=_base64(note.audio),
        image=_base64(note.image),
        cards=[_card_body(card) for card in one.cards],
    )


def _card_body(one: CardOut) -> CardBody:
    schedule = one.schedule
    if schedule is None:
        return CardBody(one.card.ordinal)
    return CardBody(
        ordinal=one.card.ordinal,
        schedule=_state_body(state_of(schedule)),
        position=schedule.position,
        suspended=schedule.suspended,
        buried_until=schedule.buried_until,
        reviews=[_review_body(log) for log in one.reviews],
    )


def _review_body(log: ReviewLog) -> ReviewBody:
    return ReviewBody(
        rating=log.rating,
        at=log.reviewed_at.astimezone(UTC),
        scheduler=log.scheduler,
        before=_state_body(from_json(log.before)),
        after=_state_body(from_json(log.after)),
        elapsed_days=log.elapsed_days,
        duration_ms=log.duration_ms,
        timezone=log.timezone,
        surface=log.surface,
        weight=log.weight,
    )


def _state_body(state: Any) -> StateBody:
    return StateBody(**{name: getattr(state, name) for name in StateBody.__struct_fields__})


def _base64(stored: FieldFile) -> str:
    if not stored.name:
        return ""
    try:
        with stored.storage.open(stored.name) as file:
            return base64.b64encode(file.read()).decode()
    except OSError:
        return ""


def _file_name(deck: Deck) -> str:
    kept = "".join(one if one.isalnum() or one in " -_" else "-" for one in deck.name)
    return " ".join(kept.split())[:80] or "deck"
