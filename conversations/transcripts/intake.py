"""What is sent as a transcript, looked at before it is kept: its size, letters and format."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from charset_normalizer import from_bytes
from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from config.errors import TooLarge
from conversations.transcripts.errors import (
    EmptyTranscript,
    NotText,
    UnknownEncoding,
    WrongFormat,
)
from conversations.transcripts.models import TutoringSession

Format = TutoringSession.Format

PIECE: Final = 64 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD: Final = ["cp1252", "iso8859_15", "mac_roman", "cp1250"]
"""Encodings that files in the languages taught still come in."""
_MOST_CHAOS: Final = 0.2
"""Share of a text that may look like a mess before we say that we cannot read it."""
_CONTROL: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_MOST_CONTROL: Final = 0.002
_BINARY: Final = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"{\\rtf")
_CUE: Final = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->", re.MULTILINE)
_CUES: Final = (Format.VTT, Format.SRT)


@dataclass(frozen=True, slots=True)
class Intake:
    format: str
    encoding: str
    size: int
    digest: str
    """SHA-256 of the bytes."""


def look_at(file: "File[Any]", *, declared: str = "") -> Intake:
    """What a file is. It is read in pieces, and left at its beginning.

    Raises TooLarge, EmptyTranscript, NotText, UnknownEncoding, or WrongFormat when it is not what
    it was declared to be. VTT and SRT pass for each other: many tools mix them.
    """
    if file.size is not None and file.size > settings.TRANSCRIPT_MAX_BYTES:
        raise _too_large()
    size, digest = _measured(file)
    encoding = encoding_of(file)
    head = _head(file, encoding)
    if not head.strip():
        raise EmptyTranscript
    return Intake(_agreed(format_of(head), declared), encoding, size, digest)


def encoding_of(file: "File[Any]") -> str:
    """The encoding the whole file can be read in. Raises NotText and UnknownEncoding."""
    file.seek(0)
    head = file.read(PIECE)
    if head.startswith(_BINARY):
        raise NotText
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    guess = marked or _wide(head) or "utf-8"
    if guess.startswith("utf-8") and _is_binary(file):
        raise NotText
    if _reads(file, guess):
        return guess
    if marked:
        raise UnknownEncoding
    return _old_encoding(file)


def format_of(head: str) -> str:
    """By what stands in the first lines, never by a name."""
    head = head.lstrip("\ufeff \t\r\n")
    if head.startswith("WEBVTT"):
        return Format.VTT
    if head.startswith("{") or re.match(r"\[\s*[\[{\]]", head):
        return Format.JSON
    return Format.SRT if _CUE.search(head) else Format.PLAIN_TEXT


def _agreed(found: str, declared: str) -> str:
    if not declared or found == declared:
        return found
    if found in _CUES and declared in _CUES:
        return declared
    names = {"said": Format(declared).label, "real": Format(found).label}
    raise WrongFormat(_("You said it is %(said)s, but it looks like %(real)s.") % names)


def _too_large() -> TooLarge:
    most = settings.TRANSCRIPT_MAX_BYTES // (1024 * 1024)
    return TooLarge(_("Use a file of at most %(most)d MB.") % {"most": most})


def _pieces(file: "File[Any]") -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
    file.seek(0)


def _measured(file: "File[Any]") -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for piece in _pieces(file):
        size += len(piece)
        if size > settings.TRANSCRIPT_MAX_BYTES:
            raise _too_large()
        digest.update(piece)
    if not size:
        raise EmptyTranscript
    return size, digest.hexdigest()


def _is_binary(file: "File[Any]") -> bool:
    control = total = 0
    for piece in _pieces(file):
        if b"\0" in piece:
            return True
        total += len(piece)
        control += len(piece) - len(piece.translate(None, _CONTROL))
    return control > total * _MOST_CONTROL


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: every second byte of most letters is zero."""
    half = max(1, len(head) // 2)
    odd, even = head[1::2].count(0) / half, head[::2].count(0) / half
    if max(odd, even) > 0.4 and min(odd, even) < 0.02:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _reads(file: "File[Any]", encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in _pieces(file):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _old_encoding(file: "File[Any]") -> str:
    """Of a file that is not UTF-8: told by a stretch that holds letters beyond ASCII."""
    sample = next((piece for piece in _pieces(file) if not piece.isascii()), b"")
    best = from_bytes(sample, cp_isolation=_OLD).best()
    if best is None or best.chaos > _MOST_CHAOS or not _reads(file, best.encoding):
        raise UnknownEncoding
    return str(best.encoding)


def _head(file: "File[Any]", encoding: str) -> str:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    head = decoder.decode(file.read(PIECE))
    file.seek(0)
    return head
