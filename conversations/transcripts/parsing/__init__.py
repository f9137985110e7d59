"""From a file to who said what when, in pieces: a long file never stands in memory as objects."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files import File

from conversations.transcripts.models import TutoringSession
from conversations.transcripts.parsing.cues import read_cues
from conversations.transcripts.parsing.meetings import read_json
from conversations.transcripts.parsing.plain import read_plain
from conversations.transcripts.parsing.utterances import Utterance, tidy

Format = TutoringSession.Format
_LONGEST_LINE = 64 * 1024


def parse(file: "File[Any]", *, format: str, encoding: str) -> Iterator[Utterance]:
    """The utterances of a file, in order. Raises Malformed for broken JSON."""
    if format == Format.JSON:
        yield from tidy(read_json(_as_utf8(file, encoding)))
    elif format == Format.PLAIN_TEXT:
        yield from tidy(read_plain(lambda: _lines(file, encoding)))
    else:
        yield from tidy(read_cues(_lines(file, encoding)))


def _lines(file: "File[Any]", encoding: str) -> Iterator[str]:
    with _text(file, encoding) as text:
        # A file may be one line of ten million letters.
        while line := text.readline(_LONGEST_LINE):
            yield line


@contextmanager
def _text(file: "File[Any]", encoding: str) -> "Iterator[io.TextIOWrapper[Any]]":
    file.seek(0)
    bare: Any = file.file
    text = io.TextIOWrapper(bare, encoding=encoding, errors="replace", newline=None)
    try:
        yield text
    finally:
        # The wrapper would close the file it is only lent.
        text.detach()


def _as_utf8(file: "File[Any]", encoding: str) -> bytes:
    file.seek(0)
    data: bytes = file.read()
    if encoding == "utf-8":
        return data
    return data.decode(encoding, errors="replace").encode()


def names_in(utterances: Iterable[Utterance]) -> list[str]:
    """Who speaks, in the order of their first words."""
    return list(dict.fromkeys(one.speaker for one in utterances if one.speaker))
