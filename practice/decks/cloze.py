"""Gaps in a text, written `{{c1::answer}}` or `{{c1::answer::hint}}`. No Django.

Gaps of one number are one card: they are hidden together, while the others are shown.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

_OPENS: Final = re.compile(r"\{\{c(\d{1,3})::")
_CLOSES: Final = "}}"
BLANK: Final = "[…]"


class _Gap(NamedTuple):
    start: int
    end: int
    number: int
    answer: str
    hint: str


def gap_numbers(text: str) -> list[int]:
    """The numbers that occur, each once, in order; gaps are counted from 1."""
    return sorted({gap.number for gap in _gaps(text) if gap.number > 0})


def with_gap(text: str, number: int) -> str:
    """The text with the gaps of this number blank, or with their hint, and the rest filled."""

    def shown(gap: _Gap) -> str:
        if gap.number != number:
            return gap.answer
        return f"[{gap.hint}]" if gap.hint else BLANK

    return _replaced(text, shown)


def filled(text: str) -> str:
    return _replaced(text, lambda gap: gap.answer)


def parts(text: str, number: int) -> list[tuple[str, bool]]:
    """The filled text, cut at the gaps of this number: pieces, and whether each was a gap."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for gap in _gaps(text):
        if gap.number == number:
            pieces += [(filled(text[end : gap.start]), False), (gap.answer, True)]
            end = gap.end
    pieces.append((filled(text[end:]), False))
    return [(piece, gap) for piece, gap in pieces if piece]


def _gaps(text: str) -> Iterator[_Gap]:
    """Not one pattern for the whole of a gap: where many open and none closes, it would look
    through the text anew from each, for minutes."""
    at = 0
    while opened := _OPENS.search(text, at):
        closed = text.find(_CLOSES, opened.end())
        if closed < 0:
            return
        answer, _, hint = text[opened.end() : closed].partition("::")
        at = closed + len(_CLOSES)
        yield _Gap(opened.start(), at, int(opened[1]), answer, hint)


def _replaced(text: str, shown: Callable[[_Gap], str]) -> str:
    pieces, at = [], 0
    for gap in _gaps(text):
        pieces += [text[at : gap.start], shown(gap)]
        at = gap.end
    return "".join([*pieces, text[at:]])
