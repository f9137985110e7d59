"""Which format a file is in, and a reader for it."""

from datetime import datetime
from typing import IO, Any, Final

from practice.decks.exchange import limits
from practice.decks.exchange.apkg.reading import Package
from practice.decks.exchange.document import DeckDocument
from practice.decks.exchange.errors import ImportRefused
from practice.decks.exchange.table import Layout, Table, detected
from practice.decks.models import DeckImport
from practice.decks.scheduling.calendar import Calendar

Format = DeckImport.Format
AnySource = Package | Table | DeckDocument
_NAMED: Final = {
    "apkg": Format.APKG,
    "colpkg": Format.APKG,
    "json": Format.JSON,
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "txt": Format.CSV,
}


def format_of(file: IO[bytes], name: str) -> str:
    """By its name, and by its first bytes where they say another. Raises ImportRefused."""
    file.seek(0)
    head = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    file.seek(0)
    if not head:
        raise ImportRefused("empty_file")
    named = _NAMED.get(name.rpartition(".")[2].lower())
    if head.startswith(b"PK\x03\x04"):
        return Format.APKG
    if named is None and head.startswith(b"{"):
        return Format.JSON
    if named is None:
        raise ImportRefused("unknown_format")
    return named


def check_size(size: int, format: str) -> None:
    if size > limits.LARGEST_FILE[format]:
        raise ImportRefused("too_large")


def opened(
    file: IO[bytes], format: str, options: dict[str, Any], *, calendar: Calendar, now: datetime
) -> AnySource:
    """A reader of the file, which has checked it. Raises ImportRefused."""
    if format == Format.APKG:
        return Package(file, calendar=calendar, now=now)
    if format == Format.JSON:
        return DeckDocument(file)
    return Table(file, detected(file, Layout.from_options(options)))
