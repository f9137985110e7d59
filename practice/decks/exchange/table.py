"""Tables: CSV, TSV, and the text files Anki exports."""

import codecs
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from config.languages import TAUGHT
from practice.decks.cloze import gap_numbers
from practice.decks.errors import InvalidNote
from practice.decks.exchange import limits
from practice.decks.exchange.columns import by_place, guessed, is_heading
from practice.decks.exchange.errors import ImportRefused
from practice.decks.exchange.notes import ReadNote, Refusal
from practice.decks.exchange.texts import flat_gaps, text_of
from practice.decks.models import Note
from practice.decks.services.checks import check_note, clean_tags
from practice.decks.services.notes import NewNote

Kind = Note.Kind
DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_ANKI: Final = DELIMITERS | {"space": " ", "colon": ":"}
ENCODINGS: Final = ("utf-8", "utf-16", "cp1252", "iso-8859-15", "cp1251", "gb18030", "shift_jis")
"""What a person may choose; the first three are recognised."""
_HEAD: Final = 64 * 1024
_WIDEST: Final = 50
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula; what we export has `'` before it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is to be read. `columns` holds a field, or nothing, for each column."""

    encoding: str = ""
    delimiter: str = ""
    heading: bool = False
    columns: tuple[str, ...] = ()
    markup: bool = False
    skip: int = 0
    """Lines that Anki writes before the rows."""
    ours: bool = False

    @classmethod
    def from_options(cls, told: dict[str, Any]) -> "Layout":
        known = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
        return cls(**known | {"columns": tuple(known.get("columns", ()))})


@dataclass(slots=True)
class Preview:
    """`rows` are the first, as cells; `made` what they become, or why not; then the counts."""

    layout: Layout
    names: list[str]
    rows: list[list[str]] = field(default_factory=list)
    made: list[ReadNote | Refusal] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    total: int = 0
    good: int = 0


def detected(file: IO[bytes], wish: Layout | None = None) -> Layout:
    """The layout of a table, as far as `wish` leaves it open. Raises ImportRefused."""
    wish = wish or Layout()
    file.seek(0)
    head = file.read(_HEAD)
    if not head.strip():
        raise ImportRefused("empty_file")
    encoding = wish.encoding or _encoding(file, head)
    text = _decoded(head, encoding)
    told = _directives(text)
    delimiter = wish.delimiter or told.get("delimiter") or _delimiter(text, told["skip"])
    layout = replace(
        wish, encoding=encoding, delimiter=delimiter, skip=told["skip"], markup=told["markup"]
    )
    first = next(_rows(file, layout), [])
    heading = is_heading(first)
    columns = told["columns"] or (guessed(first) if heading else by_place(len(first)))
    for place, name in told["places"]:
        if 0 <= place < len(columns):
            columns[place] = name
    return replace(
        layout,
        heading=wish.heading if wish.columns else heading,
        columns=wish.columns or tuple(columns),
        ours=heading and tuple(cell.strip() for cell in first) == OURS,
    )


OURS: Final = ("front", "back", "kind", "tags", "example", "language", "guid")
"""The columns we write."""


class Table:
    """A Source."""

    def __init__(self, file: IO[bytes], layout: Layout) -> None:
        if "front" not in layout.columns:
            raise ImportRefused("no_front")
        self._file, self._layout = file, layout
        self.total = 0
        for _row in _rows(file, layout):
            self.total += 1
            if self.total > limits.MOST_NOTES + 1:
                raise ImportRefused("too_many_notes")
        self.total -= layout.heading
        if self.total > limits.MOST_NOTES:
            raise ImportRefused("too_many_notes")
        if self.total < 1:
            raise ImportRefused("no_notes")

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_error: Any) -> None:
        pass

    def notes(self) -> Iterator[ReadNote | Refusal]:
        seen: Counter[str] = Counter()
        for place, cells in self.rows():
            note = self._note(cells, seen)
            try:
                check_note(note)
            except InvalidNote as refusal:
                reason = str(next(iter((refusal.details or {}).values()))[0])
                yield Refusal(place, " ".join(note.front.split())[:80], reason)
            else:
                yield ReadNote(place, note)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row below the headings, with its number in the table."""
        for place, cells in enumerate(_rows(self._file, self._layout), start=1):
            if place > 1 or not self._layout.heading:
                yield place, cells

    def media(self, name: str, what: str) -> bytes | None:
        return None

    def description_of(self, deck: str) -> str:
        return ""

    def _note(self, cells: Sequence[str], seen: Counter[str]) -> NewNote:
        told = dict.fromkeys(OURS, "")
        for name, cell in zip(self._layout.columns, cells, strict=False):
            if name:
                told[name] = _plain(cell, self._layout)
        front = flat_gaps(told["front"])
        language = told["language"].strip().lower()
        seen[front] += 1
        # A table names no notes: a row is the one it was if its front is, and its place among
        # those of the same front.
        made = hashlib.sha256(f"{front}\0{seen[front]}".encode()).hexdigest()[:32]
        return NewNote(
            front=front,
            back=told["back"],
            kind=_kind(told["kind"], front),
            tags=clean_tags(_tags(told["tags"], self._layout)),
            example=told["example"],
            language=language if language in TAUGHT else "",
            guid=told["guid"].strip()[:64] or f"t{made}",
        )


def preview(file: IO[bytes], layout: Layout, *, most: int = 10) -> Preview:
    """What would be made of a table, all of it counted and the first rows shown."""
    first = next(_rows(file, layout), [])
    width = max(len(first), len(layout.columns))
    names = [
        first[place] if layout.heading and place < len(first) else _("Column %d") % (place + 1)
        for place in range(width)
    ]
    shown = Preview(layout, names)
    table = Table(file, layout) if "front" in layout.columns else None
    if table is None:
        rows = _rows(file, layout)
        shown.rows = [row for place, row in zip(range(most + 1), rows, strict=False)]
        shown.rows = shown.rows[layout.heading :][:most]
        return shown
    for place, (_number, cells) in enumerate(table.rows()):
        if place == most:
            break
        shown.rows.append(cells)
    shown.total = table.total
    for one in table.notes():
        if isinstance(one, Refusal):
            shown.refused += [one] if len(shown.refused) < most else []
        else:
            shown.good += 1
        shown.made += [one] if len(shown.made) < most else []
    return shown


def _rows(file: IO[bytes], layout: Layout) -> Iterator[list[str]]:
    """Rows that are not empty. Raises ImportRefused."""
    file.seek(0)
    lines = _lines(file, layout.encoding)
    for _skipped in range(layout.skip):
        next(lines, "")
    try:
        for row in csv.reader(lines, delimiter=layout.delimiter, strict=False):
            if any(cell.strip() for cell in row):
                if len(row) > _WIDEST:
                    raise ImportRefused("wrong_values")
                yield row
    except csv.Error as error:
        raise ImportRefused("field_too_large") from error


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines with their ends, so that a quoted cell may hold some; none beyond any measure."""
    decoder = _decoder(encoding)
    rest = ""
    while chunk := file.read(_HEAD):
        rest += decoder(chunk, False)
        *lines, rest = re.split(r"(?<=\n)", rest)
        yield from lines
        if len(rest) > limits.LARGEST_NOTE:
            raise ImportRefused("field_too_large")
    rest += decoder(b"", True)
    if rest:
        yield rest


def _decoder(encoding: str) -> Any:
    try:
        decode = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    except LookupError as error:
        raise ImportRefused("wrong_encoding") from error

    def decoded(chunk: bytes, last: bool) -> str:
        try:
            return decode.decode(chunk, last).replace("\x00", "")
        except UnicodeError as error:
            raise ImportRefused("wrong_encoding") from error

    return decoded


def _decoded(head: bytes, encoding: str) -> str:
    """The head may end inside a letter."""
    return str(_decoder(encoding)(head, False))


def _encoding(file: IO[bytes], head: bytes) -> str:
    """By its mark, else UTF-8 if all of it is, else what Windows writes in the west."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise ImportRefused("unknown_format")
    file.seek(0)
    try:
        for _line in _lines(file, "utf-8"):
            pass
    except ImportRefused as refusal:
        if refusal.code != "wrong_encoding":
            raise
        return "cp1252"
    return "utf-8"


def _delimiter(text: str, skip: int) -> str:
    """The one that cuts the most of the first rows into the same number of cells; of two that do
    so alike, the one that is rarer in prose."""
    lines = text.splitlines(keepends=True)[skip : skip + 50]
    best, most = ",", 0.0
    for delimiter in ("\t", ";", "|", ","):
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        share = times / len(widths) if width > 1 else 0.0
        if share > most:
            best, most = delimiter, share
    return best


def _directives(text: str) -> dict[str, Any]:
    """The lines that begin with # in a text file of Anki's."""
    told: dict[str, Any] = {"skip": 0, "columns": [], "places": [], "markup": False}
    for line in text.splitlines():
        found = re.fullmatch(r"#([a-z ]{3,20}):(.*)", line.strip())
        if not found:
            break
        told["skip"] += 1
        name, value = found[1], found[2].strip()
        if name == "separator":
            told["delimiter"] = _ANKI.get(value.lower(), value[:1] or ",")
        elif name == "html":
            told["markup"] = value == "true"
        elif name == "columns":
            told["columns"] = guessed(value.split(told.get("delimiter", ",")))
        elif name in ("tags column", "guid column", "notetype column", "deck column"):
            column = {"tags": "tags", "guid": "guid"}.get(name.split()[0], "")
            told["places"].append((int(value) - 1 if value.isdecimal() else -1, column))
    if told["places"] and not told["columns"]:
        told["columns"] = _around(told["places"])
    return told


def _around(places: Sequence[tuple[int, str]]) -> list[str]:
    """Front and back in the first columns that hold nothing of Anki's own."""
    taken = {place for place, _ in places}
    columns = [""] * (max(taken, default=0) + 3)
    free = [place for place in range(len(columns)) if place not in taken]
    columns[free[0]], columns[free[1]] = "front", "back"
    return columns


def _plain(cell: str, layout: Layout) -> str:
    if layout.ours and cell.startswith("'") and cell[1:].startswith((*FORMULA, "'")):
        cell = cell[1:]
    if layout.markup:
        return text_of(cell).text
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def _tags(cell: str, layout: Layout) -> list[str]:
    return cell.split(",") if "," in cell or layout.ours else cell.split()


def _kind(told: str, front: str) -> str:
    told = told.strip().casefold()
    if told in Kind.values:
        return told
    if gap_numbers(front):
        return Kind.CLOZE
    if "revers" in told or "both" in told:
        return Kind.REVERSED
    return Kind.TYPED if "typ" in told else Kind.BASIC
