import re
from datetime import datetime
from typing import Any, Final

CLOCK: Final = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_CLOCK = re.compile(rf"^\s*({CLOCK})\s*$")
_EPOCH: Final = 1e8
"""Numbers from here on count from 1970, in seconds or thousandths."""


def seconds_of(value: Any) -> float | None:
    """Seconds of what tools write as a time: a number, `1:02:03.5`, or ISO 8601; else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _number(float(value))
    if not isinstance(value, str):
        return None
    if found := _CLOCK.match(value):
        return of_clock(found[1])
    try:
        return _number(float(value))
    except ValueError:
        return _of_iso(value)


def of_clock(text: str) -> float:
    total = 0.0
    for part in text.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def _number(value: float) -> float | None:
    if value != value or value in (float("inf"), float("-inf")) or value < 0:
        return None
    return value / 1000 if value > _EPOCH * 1000 else value


def _of_iso(text: str) -> float | None:
    if text.endswith("s") and text[:-1].replace(".", "", 1).isdigit():
        return float(text[:-1])
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
