"""The archive, with suspicion: nothing is unpacked by its name, nothing beyond its bounds."""

import json
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

import zstandard

from practice.decks.exchange import limits
from practice.decks.exchange.apkg import protobuf
from practice.decks.exchange.errors import ImportRefused
from practice.decks.media import LARGEST, kind_of

COLLECTIONS: Final = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""From the newest on: beside a newer one the older is only a stand-in that says so."""
_CHUNK: Final = 256 * 1024
_LARGEST_WINDOW: Final = 128 * limits.MB
_BROKEN: Final = (BadZipFile, LargeZipFile, zlib.error, EOFError, NotImplementedError, OSError)


class Archive:
    """Raises ImportRefused for an archive that is none, or none of Anki's, or dangerous."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = ZipFile(file)
        except (*_BROKEN, ValueError) as error:
            raise ImportRefused("not_an_archive") from error
        self._members = _checked(self._zip.infolist())
        self._collection = next((name for name in COLLECTIONS if name in self._members), "")
        if not self._collection:
            raise ImportRefused("no_collection")
        self._packed = self._collection == COLLECTIONS[0]
        self._media = self._listed()

    def unpack_collection(self, to: Path) -> None:
        """Write the collection to a file of ours."""
        with to.open("wb") as file:
            for chunk in self._chunks(self._collection, limits.LARGEST_COLLECTION):
                file.write(chunk)

    def media(self, name: str, what: str) -> bytes | None:
        """A sound or picture cards may have, else nothing; one that is broken is not there."""
        member = self._media.get(name)
        if member is None or member not in self._members:
            return None
        try:
            data = b"".join(self._chunks(member, LARGEST))
        except ImportRefused:
            return None
        return data if kind_of(data[:16], what) else None

    def _listed(self) -> dict[str, str]:
        """Members by the names that notes use."""
        if "media" not in self._members:
            return {}
        data = b"".join(self._chunks("media", limits.LARGEST_LIST))
        try:
            named = _named_now(data) if self._packed else _named_before(data)
        except (ValueError, RecursionError) as error:
            raise ImportRefused("wrong_values") from error
        if any(_unsafe(name) for name in named):
            raise ImportRefused("unsafe_archive")
        return named

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        """What a member unpacks to, counted as it comes: what it says of itself may be a lie."""
        size = 0
        try:
            with self._zip.open(self._members[name]) as member:
                for chunk in _unpacked(member) if self._packed else _raw(member):
                    size += len(chunk)
                    if size > most:
                        raise ImportRefused("archive_bomb")
                    yield chunk
        except (*_BROKEN, RuntimeError, zstandard.ZstdError) as error:
            raise ImportRefused("not_an_archive") from error


def _checked(members: list[ZipInfo]) -> dict[str, ZipInfo]:
    if len(members) > limits.MOST_MEMBERS:
        raise ImportRefused("archive_bomb")
    names = {member.filename for member in members}
    if len(names) < len(members) or any(_suspect(member) for member in members):
        raise ImportRefused("unsafe_archive")
    if sum(member.file_size for member in members) > limits.LARGEST_ARCHIVE:
        raise ImportRefused("archive_bomb")
    return {member.filename: member for member in members}


def _suspect(member: ZipInfo) -> bool:
    """Anki's archives are flat and hold plain files, none of them encrypted."""
    mode = member.external_attr >> 16
    linked = bool(mode) and stat.S_IFMT(mode) not in (0, stat.S_IFREG)
    return linked or member.is_dir() or bool(member.flag_bits & 1) or _unsafe(member.orig_filename)


def _unsafe(name: str) -> bool:
    drive = len(name) > 1 and name[1] == ":"
    return name in ("", ".", "..") or drive or any(one in name for one in "/\\\x00")


def _raw(member: IO[bytes]) -> Iterator[bytes]:
    while chunk := member.read(_CHUNK):
        yield chunk


def _unpacked(member: IO[bytes]) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    with unpacker.stream_reader(member, read_across_frames=True, closefd=False) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _named_before(data: bytes) -> dict[str, str]:
    listed: Any = json.loads(data or b"{}")
    if not isinstance(listed, dict) or not all(isinstance(one, str) for one in listed.values()):
        raise ValueError("not a list of media")
    return {name: member for member, name in listed.items()}


def _named_now(data: bytes) -> dict[str, str]:
    """Entries in the order of the members' numbers, each with its name first."""
    entries = [value for number, value in protobuf.fields(data) if number == 1]
    named = {}
    for place, entry in enumerate(entries):
        if not isinstance(entry, bytes):
            raise ValueError("not a list of media")
        named[protobuf.text(entry, 1)] = str(protobuf.integer(entry, 255) or place)
    return named
