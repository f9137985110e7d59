"""The SQLite file inside, read only, by statements of ours alone."""

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from practice.decks.exchange import limits
from practice.decks.exchange.apkg import protobuf
from practice.decks.exchange.errors import ImportRefused

VERSIONS: Final = range(11, 19)
"""Of the tables; from 14 on note types and decks have tables of their own."""
_INTEGERS: Final = {
    "notes": ("id", "mid"),
    "cards": ("id", "nid", "did", "ord", "type", "queue", "reps", "lapses", "odid"),
    "revlog": ("id", "cid", "usn", "ease", "type"),
}
_NUMBERS: Final = {
    "notes": (),
    "cards": ("due", "ivl", "factor", "left", "odue"),
    "revlog": ("ivl", "lastIvl", "factor", "time"),
}
"""Old collections hold broken numbers here."""
_TEXTS: Final = {"notes": ("guid", "tags", "flds"), "cards": ("data",), "revlog": ()}
_COUNTED: Final = (
    ("notes", limits.MOST_NOTES, "too_many_notes"),
    ("cards", limits.MOST_CARDS, "too_many_cards"),
    ("revlog", limits.MOST_REVIEWS, "too_many_cards"),
)
_CARDS: Final = """
    SELECT id, nid, did, ord, type, queue, CAST(due AS INTEGER), CAST(ivl AS INTEGER),
        CAST(factor AS INTEGER), reps, lapses, CAST("left" AS INTEGER), CAST(odue AS INTEGER),
        odid, data
    FROM cards"""
_LOGS: Final = """
    SELECT id, cid, usn, ease, CAST(ivl AS INTEGER), CAST(lastIvl AS INTEGER),
        CAST(factor AS INTEGER), CAST(time AS INTEGER), type
    FROM revlog"""
_GROUPED: Final = (
    ("SELECT 1 FROM cards GROUP BY nid HAVING count(*) > ? LIMIT 1", limits.BATCH),
    (
        "SELECT 1 FROM revlog GROUP BY cid HAVING count(*) > ? LIMIT 1",
        limits.MOST_REVIEWS_A_CARD,
    ),
    (
        "SELECT 1 FROM revlog JOIN cards ON cards.id = revlog.cid GROUP BY cards.nid"
        " HAVING count(*) > ? LIMIT 1",
        limits.MOST_REVIEWS_A_NOTE,
    ),
)
_STEPS: Final = 100_000
"""Instructions of SQLite's machine between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class NoteType:
    name: str
    cloze: bool
    fields: tuple[str, ...]
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class CardRow:
    id: int
    nid: int
    did: int
    ord: int
    type: int
    queue: int
    due: int
    ivl: int
    factor: int
    reps: int
    lapses: int
    left: int
    odue: int
    odid: int
    data: str


@dataclass(frozen=True, slots=True)
class LogRow:
    id: int
    cid: int
    usn: int
    ease: int
    ivl: int
    last_ivl: int
    factor: int
    time: int
    type: int


@dataclass(slots=True)
class NoteRow:
    id: int
    guid: str
    mid: int
    tags: str
    fields: list[str]
    cards: list[CardRow] = field(default_factory=list)
    logs: dict[int, list[LogRow]] = field(default_factory=dict)


class Collection:
    """Raises ImportRefused for a file that is damaged, holds anything but tables and indexes, or
    values that cannot be."""

    def __init__(self, path: Path) -> None:
        self._until = time.monotonic() + limits.READING_SECONDS
        try:
            self._db = _opened(path, self._late)
            self._check()
            self.version, self.began, self._settings = self._about()
            self.note_types = self._note_types()
            self.decks, self.descriptions = self._decks()
            self.total = self._one("SELECT count(*) FROM notes")
        except sqlite3.Error as error:
            raise _refusal(error) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ImportRefused("wrong_values") from error

    def close(self) -> None:
        self._db.close()

    def first_day(self, zone: Any) -> date:
        """The day from which the collection counts its days."""
        began = datetime.fromtimestamp(self.began, UTC)
        offset = self._settings.get("creationOffset")
        if isinstance(offset, int) and abs(offset) <= 24 * 60:
            return (began - timedelta(minutes=offset)).date()
        return began.astimezone(zone).date()

    def notes(self) -> Iterator[NoteRow]:
        """Each with its cards and their reviews, oldest first; few are held at a time."""
        try:
            rows = self._db.execute("SELECT id, guid, mid, tags, flds FROM notes ORDER BY id")
            while batch := rows.fetchmany(limits.READ_AT_ONCE):
                notes = {row[0]: _note_row(row) for row in batch}
                self._add_cards(notes)
                for part in self._parts(list(notes.values())):
                    self._add_logs(part)
                    yield from part
                    for note in part:
                        note.logs.clear()
        except sqlite3.Error as error:
            raise _refusal(error) from error

    def _add_cards(self, notes: dict[int, NoteRow]) -> None:
        asked = f"{_CARDS} WHERE nid IN ({_marks(notes)}) ORDER BY ord, id"
        for row in self._db.execute(asked, list(notes)):
            card = CardRow(*row)
            notes[card.nid].cards.append(card)

    def _parts(self, notes: Sequence[NoteRow]) -> Iterator[list[NoteRow]]:
        """Notes whose reviews are few enough to be held together, or one note alone."""
        counts: dict[int, int] = {}
        asked = "SELECT cid, count(*) FROM revlog WHERE cid IN ({}) GROUP BY cid"
        for keys in _portions([card.id for note in notes for card in note.cards]):
            counts |= self._db.execute(asked.format(_marks(keys)), keys)
        part: list[NoteRow] = []
        held = 0
        for note in notes:
            count = sum(counts.get(card.id, 0) for card in note.cards)
            if part and (held + count) * limits.A_REVIEW > limits.HEAVIEST_BATCH:
                yield part
                part, held = [], 0
            part.append(note)
            held += count
        if part:
            yield part

    def _add_logs(self, notes: Sequence[NoteRow]) -> None:
        notes_of = {card.id: note for note in notes for card in note.cards}
        for keys in _portions(list(notes_of)):
            asked = f"{_LOGS} WHERE cid IN ({_marks(keys)}) ORDER BY id"
            for row in self._db.execute(asked, keys):
                log = LogRow(*row)
                notes_of[log.cid].logs.setdefault(log.cid, []).append(log)

    def _check(self) -> None:
        rows = self._db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        if any(kind not in ("table", "index") for kind, _, _ in rows) or any(
            (sql or "").lstrip().upper().startswith("CREATE VIRTUAL") for _, _, sql in rows
        ):
            raise ImportRefused("unsafe_collection")
        if not {"col", "notes", "cards", "revlog"} <= {name for _, name, _ in rows}:
            raise ImportRefused("broken_collection")
        for table, most, code in _COUNTED:
            if self._one(f"SELECT count(*) FROM {table}") > most:  # noqa: S608 - names of ours
                raise ImportRefused(code)
        if self._one("PRAGMA quick_check(1)") != "ok":
            raise ImportRefused("broken_collection")
        for table in _INTEGERS:
            self._check_kinds(table)
        self._check_notes()

    def _check_kinds(self, table: str) -> None:
        wrong = [f"typeof(\"{name}\") <> 'integer'" for name in _INTEGERS[table]]
        wrong += [f"typeof(\"{name}\") NOT IN ('integer', 'real')" for name in _NUMBERS[table]]
        wrong += [f"typeof(\"{name}\") <> 'text'" for name in _TEXTS[table]]
        asked = f"SELECT 1 FROM {table} WHERE {' OR '.join(wrong)} LIMIT 1"  # noqa: S608 - as above
        if self._db.execute(asked).fetchone():
            raise ImportRefused("wrong_values")

    def _check_notes(self) -> None:
        large = "SELECT 1 FROM notes WHERE length(flds) > ? OR length(tags) > ? LIMIT 1"
        if self._db.execute(large, [limits.LARGEST_NOTE, limits.LARGEST_NOTE]).fetchone():
            raise ImportRefused("field_too_large")
        twice = "SELECT 1 FROM notes GROUP BY guid HAVING count(*) > 1 LIMIT 1"
        if self._db.execute(twice).fetchone():
            raise ImportRefused("duplicate_guids")
        for asked, most in _GROUPED:
            if self._db.execute(asked, [most]).fetchone():
                raise ImportRefused("too_many_cards")
        if not self._one("SELECT count(*) FROM notes"):
            raise ImportRefused("no_notes")

    def _about(self) -> tuple[int, int, dict[str, Any]]:
        version, began, settings = self._db.execute("SELECT ver, crt, conf FROM col").fetchone()
        if version not in VERSIONS:
            raise ImportRefused("unknown_collection")
        if not isinstance(began, int) or not 0 <= began <= 2**33:
            raise ImportRefused("wrong_values")
        if version >= 14:
            rows = self._db.execute("SELECT KEY, val FROM config WHERE KEY = 'creationOffset'")
            return version, began, {key: json.loads(value) for key, value in rows}
        told = json.loads(settings or "{}")
        return version, began, told if isinstance(told, dict) else {}

    def _note_types(self) -> dict[int, NoteType]:
        if self.version < 15:
            models = json.loads(self._one("SELECT models FROM col"))
            return {int(key): _note_type(told) for key, told in models.items()}
        fields, templates = defaultdict(list), defaultdict(list)
        for kind, name in self._db.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
            fields[kind].append(name)
        rows = self._db.execute("SELECT ntid, name, config FROM templates ORDER BY ntid, ord")
        for kind, name, told in rows:
            sides = protobuf.text(told, 1), protobuf.text(told, 2)
            templates[kind].append(Template(name, *sides))
        return {
            kind: NoteType(
                name, protobuf.integer(told, 1) == 1, tuple(fields[kind]), tuple(templates[kind])
            )
            for kind, name, told in self._db.execute("SELECT id, name, config FROM notetypes")
        }

    def _decks(self) -> tuple[dict[int, str], dict[str, str]]:
        """Names by id, their parts with `::` between them; and descriptions by name."""
        if self.version >= 15:
            rows = self._db.execute("SELECT id, name, kind FROM decks").fetchall()
            named = [(key, name.replace("\x1f", "::"), kind) for key, name, kind in rows]
            return {key: name for key, name, _ in named}, {
                name: protobuf.text(protobuf.part(kind, 1), 4) for _, name, kind in named
            }
        decks = json.loads(self._one("SELECT decks FROM col"))
        names = {int(key): str(told["name"]) for key, told in decks.items()}
        return names, {str(told["name"]): str(told.get("desc", "")) for told in decks.values()}

    def _one(self, asked: str) -> Any:
        row = self._db.execute(asked).fetchone()
        return row[0] if row else None

    def _late(self) -> bool:
        """Stops a statement that was made to take for ever."""
        return time.monotonic() > self._until


def _opened(path: Path, late: Any) -> sqlite3.Connection:
    """Read only, with no statement of the file's own: no view, trigger, function or attachment."""
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, isolation_level=None)
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("PRAGMA mmap_size = 0")
    db.execute("PRAGMA query_only = ON")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 * limits.MB)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    db.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0)
    db.create_collation("unicase", by_letters)
    db.set_authorizer(_allowed)
    db.set_progress_handler(late, _STEPS)
    return db


_READS: Final = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION))


def _allowed(action: int, first: str | None, *_more: str | None) -> int:
    if action in _READS or (action == sqlite3.SQLITE_PRAGMA and first == "quick_check"):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def by_letters(one: str, other: str) -> int:
    """Anki's own order of names, as far as reading needs it."""
    one, other = one.casefold(), other.casefold()
    return (one > other) - (one < other)


def _note_row(row: Sequence[Any]) -> NoteRow:
    key, guid, kind, tags, fields = row
    return NoteRow(key, guid, kind, tags, fields.split("\x1f"))


def _note_type(told: dict[str, Any]) -> NoteType:
    return NoteType(
        str(told["name"]),
        told["type"] == 1,
        tuple(str(one["name"]) for one in told["flds"]),
        tuple(Template(str(t["name"]), str(t["qfmt"]), str(t["afmt"])) for t in told["tmpls"]),
    )


def _refusal(error: sqlite3.Error) -> ImportRefused:
    late = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return ImportRefused("too_slow" if late else "broken_collection")


def _portions(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as one statement asks for."""
    for start in range(0, len(keys), limits.BATCH):
        yield keys[start : start + limits.BATCH]


def _marks(values: Sequence[Any] | dict[Any, Any]) -> str:
    return ",".join("?" * len(values))
