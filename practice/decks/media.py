"""Sounds and pictures of cards: what they are is read from their first bytes, never from a name."""

from typing import Any, Final

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config.errors import DomainError, TooLarge

LARGEST: Final = 5 * 1024 * 1024
_PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif"}
_SOUNDS: Final = {
    b"ID3": "mp3",
    b"\xff\xfb": "mp3",
    b"\xff\xf3": "mp3",
    b"\xff\xf2": "mp3",
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"\x1aE\xdf\xa3": "webm",
}
CONTENT_TYPES: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "webm": "audio/webm",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
}


class WrongMedia(DomainError):
    status, code = 415, "wrong_media"
    message = gettext_noop("That file is of a kind we cannot show on a card.")


def checked(upload: "File[Any]", what: str) -> "File[Any]":
    """An upload under a name that says what it is. `what` is `audio` or `image`.

    Raises TooLarge, or WrongMedia for anything but the sounds and pictures browsers know. SVG is
    not among them: it can hold scripts.
    """
    if upload.size > LARGEST:
        raise TooLarge(_("Use a file of at most 5 MB."))
    kind = kind_of(upload.read(16), what)
    upload.seek(0)
    if not kind:
        raise WrongMedia
    upload.name = f"{what}.{kind}"
    return upload


def kind_of(head: bytes, what: str) -> str:
    """The extension that fits the first bytes of a sound or picture, else nothing."""
    if head[:4] == b"RIFF":
        inside = {b"WEBP": ("image", "webp"), b"WAVE": ("audio", "wav")}.get(head[8:12])
        return inside[1] if inside and inside[0] == what else ""
    if what == "audio" and head[4:8] == b"ftyp":
        return "m4a"
    known = _PICTURES if what == "image" else _SOUNDS
    return next((kind for start, kind in known.items() if head.startswith(start)), "")


def content_type_of(name: str) -> str:
    return CONTENT_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
