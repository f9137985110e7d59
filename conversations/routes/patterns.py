"""Sentences written as patterns: *{show|give} me {some|} exercises*, so that few lines say much.

A group in braces is one of its alternatives, which may be empty and may hold groups; an alternative
that is the name of a slot stands for any of the slot's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import gcd, prod
from typing import Final

Slots = Mapping[str, str]
GOLDEN: Final = 0.6180339887
"""Steps of this part of the whole spread picks evenly, with no two alike."""


@dataclass(frozen=True, slots=True)
class _Choice:
    of: "tuple[_Row, ...]"

    @property
    def count(self) -> int:
        return sum(row.count for row in self.of)

    def pick(self, at: int) -> str:
        for row in self.of:
            if at < row.count:
                return row.pick(at)
            at -= row.count
        raise IndexError(at)


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple[str | _Choice, ...]

    @property
    def count(self) -> int:
        return prod(part.count for part in self.parts if isinstance(part, _Choice))

    def pick(self, at: int) -> str:
        said = []
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
                continue
            at, here = divmod(at, part.count)
            said.append(part.pick(here))
        return "".join(said)


def sentences(pattern: str, slots: Slots, *, most: int) -> Iterator[str]:
    """Up to `most` of the sentences that a pattern makes, spread over all, always the same."""
    row = _row(pattern, slots)
    count = row.count
    step = max(int(count * GOLDEN), 1)
    while gcd(step, count) > 1:
        step += 1
    for number in range(min(count, most)):
        yield " ".join(row.pick(number * step % count).split())


def _row(text: str, slots: Slots) -> _Row:
    parts: list[str | _Choice] = []
    plain, at = "", 0
    while at < len(text):
        if text[at] != "{":
            plain += text[at]
            at += 1
            continue
        end = _closing(text, at)
        parts += [plain, _Choice(tuple(_alternatives(text[at + 1 : end], slots)))]
        plain, at = "", end + 1
    return _Row((*parts, plain))


def _closing(text: str, at: int) -> int:
    """Where the group that opens at `at` closes. Raises ValueError when it never does."""
    depth = 0
    for place in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ValueError(f"A group is not closed: {text}")


def _alternatives(text: str, slots: Slots) -> Iterator[_Row]:
    for one in _parted(text):
        if one in slots:
            yield from _alternatives(slots[one], {})
        else:
            yield _row(one, slots)


def _parted(text: str) -> Iterator[str]:
    depth, one = 0, ""
    for letter in text:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            yield one
            one = ""
        else:
            one += letter
    yield one
