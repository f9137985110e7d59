"""A package as notes of ours."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from config.languages import TAUGHT
from practice.decks.errors import InvalidNote
from practice.decks.exchange import limits
from practice.decks.exchange.apkg.archive import Archive
from practice.decks.exchange.apkg.collection import CardRow, Collection, NoteRow
from practice.decks.exchange.apkg.notetypes import Plan, Side, plan_for
from practice.decks.exchange.apkg.schedules import Clock, past_of
from practice.decks.exchange.errors import ImportRefused
from practice.decks.exchange.notes import ReadNote, Refusal
from practice.decks.exchange.texts import Read, flat_gaps, text_of
from practice.decks.models import Note
from practice.decks.pasts import CardPast
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.state import State
from practice.decks.services.checks import LONGEST_TAG, MOST_TAGS, check_note
from practice.decks.services.notes import NewNote

Kind = Note.Kind
LONGEST_GUID: Final = 56
"""Leaves room for the number of a side."""


class Package:
    """A Source. It unpacks the collection to a folder of its own, gone when it is closed."""

    def __init__(self, file: IO[bytes], *, calendar: Calendar, now: datetime) -> None:
        self._archive = Archive(file)
        self._folder = Path(tempfile.mkdtemp(prefix="import-"))
        try:
            path = self._folder / "collection"
            self._archive.unpack_collection(path)
            self._collection = Collection(path)
            if len(self._collection.decks) > limits.MOST_DECKS:
                raise ImportRefused("too_many_decks")
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._plans = {key: plan_for(one) for key, one in self._collection.note_types.items()}
        self._clock = Clock(
            self._collection.first_day(ZoneInfo(calendar.timezone)),
            calendar,
            now,
            {State.LEARNING: 2, State.RELEARNING: 1},
        )
        self.total: int = self._collection.total

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_error: Any) -> None:
        self._collection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def notes(self) -> Iterator[ReadNote | Refusal]:
        for place, row in enumerate(self._collection.notes(), start=1):
            try:
                made = list(self._read(place, row))
                for one in made:
                    check_note(one.note)
            except InvalidNote as refusal:
                yield Refusal(place, _title(row), _reason(refusal))
            else:
                yield from made

    def media(self, name: str, what: str) -> bytes | None:
        return self._archive.media(name, what)

    def description_of(self, deck: str) -> str:
        return text_of(self._collection.descriptions.get(deck, "")).text[:2000]

    def _read(self, place: int, row: NoteRow) -> Iterator[ReadNote]:
        plan = self._plans.get(row.mid)
        if plan is None or not row.cards:
            raise InvalidNote(front=_("It has no card in the file."))
        if len(row.fields) < len(plan.fields):
            row.fields += [""] * (len(plan.fields) - len(row.fields))
        fields = dict(zip(plan.fields, row.fields, strict=False))
        if plan.ours:
            yield self._ours(place, row, plan, fields)
            return
        ordinals = {card.ord for card in row.cards}
        if plan.cloze:
            yield self._note(place, row, plan.sides[0], fields, row.cards)
        elif plan.both_ways and ordinals == {0, 1}:
            first = plan.sides[0]
            side = Side(Kind.REVERSED, first.question, first.answer)
            yield self._note(place, row, side, fields, row.cards)
        else:
            for card in row.cards:
                if card.ord not in range(len(plan.sides)):
                    raise InvalidNote(front=_("It has no card in the file."))
                side, first_one = plan.sides[card.ord], card is row.cards[0]
                suffix = "" if first_one else f":{card.ord}"
                yield self._note(place, row, side, fields, [card], suffix)

    def _note(
        self,
        place: int,
        row: NoteRow,
        side: Side,
        fields: dict[str, str],
        cards: Sequence[CardRow],
        suffix: str = "",
    ) -> ReadNote:
        question = _joined(fields, side.question)
        answer = _joined(fields, side.answer)
        if side.kind == Kind.CLOZE:
            if "image-occlusion:" in question.text:
                raise InvalidNote(front=_("Pictures with covered parts cannot be cards here."))
            question.text = flat_gaps(question.text)
        whole = side.kind in (Kind.CLOZE, Kind.REVERSED)
        note = NewNote(
            front=question.text or _stand_in(question),
            back=answer.text or _stand_in(answer),
            kind=side.kind,
            tags=_tags(row.tags),
            fields=_further(fields, side),
            guid=_guid(row.guid, row.id) + suffix,
            pasts={card.ord if whole else 0: self._past(row, card) for card in cards},
        )
        return ReadNote(
            place,
            note,
            deck=self._deck(cards[0]),
            audio=next(iter([*question.sounds, *answer.sounds]), ""),
            image=next(iter([*question.images, *answer.images]), ""),
        )

    def _ours(self, place: int, row: NoteRow, plan: Plan, fields: dict[str, str]) -> ReadNote:
        """A note that was exported from here comes back as it was."""
        told = {name: text_of(fields[name]) for name in plan.fields}
        language = told["Language"].text
        note = NewNote(
            front=told["Front"].text,
            back=told["Back"].text,
            kind=plan.ours,
            tags=_tags(row.tags),
            example=told["Example"].text,
            language=language if language in TAUGHT else "",
            fields=_kept(told["Further"].text),
            guid=_guid(row.guid, row.id),
            pasts={card.ord: self._past(row, card) for card in row.cards},
        )
        return ReadNote(
            place,
            note,
            deck=self._deck(row.cards[0]),
            audio=next(iter(told["Sound"].sounds), ""),
            image=next(iter(told["Picture"].images), ""),
        )

    def _past(self, row: NoteRow, card: CardRow) -> CardPast:
        return past_of(card, row.logs.get(card.id, ()), self._clock)

    def _deck(self, card: CardRow) -> str:
        return self._collection.decks.get(card.odid or card.did, "")


def _joined(fields: dict[str, str], names: Sequence[str]) -> Read:
    read = [text_of(fields[name]) for name in names]
    return Read(
        "\n".join(one.text for one in read if one.text),
        [sound for one in read for sound in one.sounds],
        [image for one in read for image in one.images],
    )


def _stand_in(side: Read) -> str:
    """A side of nothing but a sound or a picture still needs a word."""
    if side.sounds:
        return _("(listen)")
    return _("(see the picture)") if side.images else ""


def _tags(text: str) -> list[str]:
    """Blanks part tags; a no-break one stands for a blank inside."""
    tags = [tag.replace("\xa0", " ").strip()[:LONGEST_TAG] for tag in text.split(" ")]
    return list(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS]


def _guid(guid: str, number: int) -> str:
    guid = guid.replace("\x00", "") or f"n{number}"
    return guid if len(guid) <= LONGEST_GUID else hashlib.sha256(guid.encode()).hexdigest()[:40]


def _further(fields: dict[str, str], side: Side) -> dict[str, str]:
    """What stands on neither side."""
    rest = {name: text_of(value).text for name, value in fields.items() if name not in side.used}
    kept = {name[:100]: text for name, text in rest.items() if text}
    return kept if sum(map(len, kept.values())) <= limits.LARGEST_FURTHER else {}


def _kept(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) and len(text) <= limits.LARGEST_FURTHER else {}


def _title(row: NoteRow) -> str:
    return " ".join(text_of(row.fields[0][:2000]).text.split())[:80] if row.fields else ""


def _reason(refusal: InvalidNote) -> str:
    details = refusal.details or {}
    return str(next(iter(details.values()), [refusal.message])[0])
