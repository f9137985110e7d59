"""A package for every Anki, or for those of today.

The tables are those of version 11, which Anki has read since 2.0 and still writes when asked to
support older ones: under the name `collection.anki21` for 2.1 and later, which look for it first,
and again as `collection.anki2` for 2.0. The newest archive (tables of version 18, packed by zstd)
holds no more of ours, is smaller, and closed to anything before 2.1.50.
"""

import hashlib
import html
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

import zstandard
from django.db.models.fields.files import FieldFile

from practice.decks.exchange.apkg.current import bring_up_to_date
from practice.decks.exchange.apkg.definitions import (
    DECK_OPTIONS,
    DEFAULT_DECK,
    MODEL_IDS,
    SCHEMA,
    deck_told,
    models_told,
)
from practice.decks.exchange.apkg.protobuf import message
from practice.decks.exchange.apkg.schedules import OF_FIVE, Clock
from practice.decks.exchange.rows import CardOut, NoteOut
from practice.decks.exchange.texts import markup_of
from practice.decks.models import CardSchedule, Deck, Note, ReviewLog
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.ratings import SM2
from practice.decks.scheduling.state import State

Kind = Note.Kind
_TYPES: Final = {State.NEW: 0, State.LEARNING: 1, State.REVIEW: 2, State.RELEARNING: 3}
_OF_FOUR: Final = (0, 1, 1, 2, 3, 4)
"""An SM-2 rating of ours, one of five, as one of Anki's four."""
_PACKER: Final = zstandard.ZstdCompressor


def write_package(
    *,
    notes: Iterable[NoteOut],
    decks: Sequence[Deck],
    calendar: Calendar,
    now: datetime,
    newest: bool = False,
) -> IO[bytes]:
    """A temporary file holding the decks, ready to be read from its start."""
    # The caller sends it, and closing it then deletes it.
    archive = tempfile.TemporaryFile(prefix="export-")  # noqa: SIM115 - as above
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / "collection"
        with ZipFile(archive, "w", ZIP_DEFLATED) as package:
            media = _Media(package, pack=_packed if newest else bytes)
            with closing(sqlite3.connect(path)) as db, db:
                _Writer(db, media, decks, calendar, now).write(notes)
                if newest:
                    bring_up_to_date(db)
            (_finish_newest if newest else _finish)(package, path, media)
    archive.seek(0)
    return archive


def _finish(package: ZipFile, path: Path, media: "_Media") -> None:
    package.writestr("media", json.dumps({one.member: one.name for one in media.put}))
    # Which of the two collections is the one to read: in Anki's words, "legacy 2".
    package.writestr("meta", b"\x08\x02")
    for name in ("collection.anki21", "collection.anki2"):
        package.write(path, name)


def _finish_newest(package: ZipFile, path: Path, media: "_Media") -> None:
    listed = [(1, message((1, one.name), (2, one.size), (3, one.digest))) for one in media.put]
    package.writestr("media", _packed(message(*listed)), ZIP_STORED)
    package.writestr("meta", b"\x08\x03", ZIP_STORED)
    told = ZipInfo("collection.anki21b")
    with path.open("rb") as collection, package.open(told, "w", force_zip64=True) as member:
        _PACKER().copy_stream(collection, member, size=path.stat().st_size)


def _packed(data: bytes) -> bytes:
    return _PACKER().compress(data)


@dataclass(frozen=True, slots=True)
class _Put:
    """A file in the archive: its member, what notes call it, and what it is."""

    member: str
    name: str
    size: int
    digest: bytes


class _Media:
    """Sounds and pictures, in the archive once each, under names made of their bytes."""

    def __init__(self, package: ZipFile, *, pack: Callable[[bytes], bytes]) -> None:
        self._package, self._pack = package, pack
        self._names: dict[str, str] = {}
        self._put: dict[str, _Put] = {}

    @property
    def put(self) -> list[_Put]:
        return list(self._put.values())

    def name_of(self, stored: FieldFile) -> str:
        """What a note calls a file; nothing for one that is gone."""
        name = stored.name
        if not name:
            return ""
        if name not in self._names:
            self._names[name] = self._add(stored, name)
        return self._names[name]

    def _add(self, stored: FieldFile, path: str) -> str:
        try:
            with stored.storage.open(path) as file:
                data = file.read()
        except OSError:
            return ""
        name = f"parlance-{hashlib.sha256(data).hexdigest()[:24]}{Path(path).suffix}"
        if name not in self._put:
            digest = hashlib.sha1(data, usedforsecurity=False).digest()
            put = _Put(str(len(self._put)), name, len(data), digest)
            self._package.writestr(put.member, self._pack(data), ZIP_STORED)
            self._put[name] = put
        return name


class _Writer:
    def __init__(
        self,
        db: sqlite3.Connection,
        media: _Media,
        decks: Sequence[Deck],
        calendar: Calendar,
        now: datetime,
    ) -> None:
        self._db, self._media, self._now, self._calendar = db, media, now, calendar
        self._decks = decks
        began = min((deck.created_at for deck in decks), default=now)
        self._clock = Clock(calendar.day(began), calendar, now, {})
        first = int(began.timestamp() * 1000)
        self._deck_ids = {deck.pk: first + place for place, deck in enumerate(decks)}
        self._by_id = {deck.pk: deck for deck in decks}
        self._ids = {"notes": 0, "cards": 0}
        self._moments: set[int] = set()

    def write(self, notes: Iterable[NoteOut]) -> None:
        self._db.executescript(SCHEMA)
        self._write_about()
        for one in notes:
            self._write_note(one)

    def _write_about(self) -> None:
        began = self._calendar.start(self._clock.first_day)
        local = began.astimezone(ZoneInfo(self._calendar.timezone))
        west = -int((local.utcoffset() or timedelta()).total_seconds() // 60)
        seconds, now = int(began.timestamp()), int(self._now.timestamp())
        settings = {
            "schedVer": 2,
            "sched2021": True,
            "creationOffset": west,
            "localOffset": west,
            "rollover": self._calendar.ends_at,
            "activeDecks": [DEFAULT_DECK],
            "curDeck": DEFAULT_DECK,
            "nextPos": 1,
            "newSpread": 0,
            "collapseTime": 1200,
            "timeLim": 0,
            "estTimes": True,
            "dueCounts": True,
            "curModel": MODEL_IDS[Kind.BASIC],
            "sortType": "noteFld",
            "sortBackwards": False,
            "addToCur": True,
            "dayLearnFirst": False,
        }
        told: tuple[Any, ...] = (
            settings,
            models_told(now),
            self._decks_told(now),
            DECK_OPTIONS,
            {},
        )
        row = (1, seconds, now * 1000, now * 1000, 11, 0, 0, 0, *map(json.dumps, told))
        self._db.execute(f"INSERT INTO col VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - marks

    def _decks_told(self, now: int) -> dict[str, Any]:
        decks = {str(DEFAULT_DECK): deck_told(DEFAULT_DECK, "Default", "", now)}
        for deck in self._decks:
            key = self._deck_ids[deck.pk]
            decks[str(key)] = deck_told(key, deck.name, markup_of(deck.description), now)
        return decks

    def _write_note(self, one: NoteOut) -> None:
        note = one.note
        key = self._next("notes", note.created_at)
        fields = [markup_of(text) for text in self._texts(note)]
        sound, picture = self._media.name_of(note.audio), self._media.name_of(note.image)
        fields[3] = f"[sound:{sound}]" if sound else ""
        fields[4] = f'<img src="{picture}">' if picture else ""
        tags = " ".join(tag.replace(" ", "\xa0") for tag in note.tags)
        plain = html.unescape(fields[0])
        self._db.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')",
            (
                key,
                note.guid,
                MODEL_IDS[Kind(note.kind)],
                int(note.updated_at.timestamp()),
                f" {tags} " if tags else "",
                "\x1f".join(fields),
                plain,
                int(hashlib.sha1(plain.encode(), usedforsecurity=False).hexdigest()[:8], 16),
            ),
        )
        for card in one.cards:
            self._write_card(card, key, note)

    def _texts(self, note: Note) -> list[str]:
        further = json.dumps(note.fields, ensure_ascii=False) if note.fields else ""
        return [note.front, note.back, note.example, "", "", note.language, further]

    def _write_card(self, one: CardOut, note_key: int, note: Note) -> None:
        key = self._next("cards", one.card.created_at)
        deck = self._by_id[note.deck_id]
        told = _schedule(one, deck, self._clock)
        self._db.execute(
            "INSERT INTO cards VALUES (?, ?, ?, ?, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)",
            (
                *(key, note_key, self._deck_ids[note.deck_id], one.card.ordinal),
                *(int(self._now.timestamp()), *told),
            ),
        )
        before = 0
        for log in one.reviews:
            if log.weight < 1:
                continue  # a use elsewhere is no review, and Anki knows nothing like it
            row = _review(log, before)
            self._db.execute(
                "INSERT INTO revlog VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self._moment(log), key, *row),
            )
            before = row[2]

    def _next(self, table: str, made: datetime) -> int:
        """Anki's ids are the milliseconds at which a row was made, each its own."""
        key = max(self._ids[table] + 1, int(made.timestamp() * 1000))
        self._ids[table] = key
        return key

    def _moment(self, log: ReviewLog) -> int:
        moment = log.reviewed_at.astimezone(UTC)
        key = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
        while key in self._moments:
            key += 1
        self._moments.add(key)
        return key


def _schedule(one: CardOut, deck: Deck, clock: Clock) -> tuple[Any, ...]:
    """type, queue, due, ivl, factor, reps, lapses, left, data"""
    schedule = one.schedule
    if schedule is None:
        return 0, 0, 0, 0, 0, 0, 0, 0, ""
    kind = _TYPES[State(schedule.state)]
    if schedule.due_at is None or kind == 0:
        return 0, _queue(schedule, 0, clock), schedule.position, 0, 0, 0, 0, 0, ""
    in_steps = kind in (1, 3)
    due = int(schedule.due_at.timestamp()) if in_steps else clock.number(schedule.due_at)
    steps = deck.learning_steps if kind == 1 else deck.relearning_steps
    left = max(len(steps) - (schedule.step or 0), 1) if in_steps else 0
    return (
        *(kind, _queue(schedule, 1 if in_steps else 2, clock), due),
        round(schedule.interval_days),
        round((schedule.ease_factor or 2.5) * 1000),
        *(schedule.reviews, schedule.lapses, left * 1001),
        _data(schedule),
    )


def _queue(schedule: CardSchedule, queue: int, clock: Clock) -> int:
    if schedule.suspended:
        return -1
    buried = schedule.buried_until and schedule.buried_until > clock.calendar.day(clock.now)
    return -2 if buried else queue


def _data(schedule: CardSchedule) -> str:
    """What FSRS knows. A reader of ours takes all the digits, Anki as many as it minds."""
    told: dict[str, Any] = {}
    if schedule.stability is not None and schedule.difficulty is not None:
        told = {"s": schedule.stability, "d": schedule.difficulty}
    if schedule.last_review:
        told["lrt"] = int(schedule.last_review.timestamp())
    return json.dumps(told) if told else ""


def _review(log: ReviewLog, before: int) -> tuple[int, int, int, int, int, int, int]:
    """usn, ease, ivl, lastIvl, factor, time, type"""
    of_five = log.scheduler == SM2
    days = round(log.after.get("interval_days") or 0)
    kind = _TYPES[State(log.before.get("state", State.NEW))]
    difficulty = log.after.get("difficulty")
    return (
        OF_FIVE - log.rating if of_five else -1,
        _OF_FOUR[log.rating] if of_five else log.rating,
        days if days > 0 else -_seconds(log),
        before,
        2500 if of_five or difficulty is None else round((difficulty - 1) / 9 * 1000 + 100),
        log.duration_ms or 0,
        (0, 0, 1, 2)[kind],
    )


def _seconds(log: ReviewLog) -> int:
    """Until a card in its steps comes back."""
    due = log.after.get("due_at")
    if not due:
        return 60
    return max(1, round((datetime.fromisoformat(due) - log.reviewed_at).total_seconds()))
