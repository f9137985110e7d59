"""As much of the protobuf wire format as Anki's lists of media and its definitions need."""

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Each field's number and value, in order. Raises ValueError for what is no message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError("no protobuf message")
        if at + size > len(message):
            raise ValueError("cut short")
        yield number, message[at : at + size]
        at += size


def text(message: bytes, number: int) -> str:
    """The last field of that number as text, else nothing. Raises ValueError."""
    return part(message, number).decode()


def part(message: bytes, number: int) -> bytes:
    """The last field of that number as it stands, else nothing. Raises ValueError."""
    found = b""
    for one, value in fields(message):
        if one == number and isinstance(value, bytes):
            found = value
    return found


def integer(message: bytes, number: int) -> int:
    found = 0
    for one, value in fields(message):
        if one == number and isinstance(value, int):
            found = value
    return found


def message(*told: tuple[int, int | float | str | bytes]) -> bytes:
    """Fields by number, in the order given; whole numbers must not be negative."""
    return b"".join(_field(number, value) for number, value in told)


def _field(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, float):
        return _number(number << 3 | _FIXED32) + struct.pack("<f", value)
    if isinstance(value, int):
        return _number(number << 3 | _VARINT) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | _BYTES) + _number(len(data)) + data


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("no number")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
