"""Gaps in a text, written `{{c1::answer}}` or `{{c1::answer::hint}}`. No Django.

Gaps of one number are one card: they are hidden together, while the others are shown.
"""

import re
from typing import Final

_GAP: Final = re.compile(r"\{\{c(\d{1,3})::(.*?)(?:::(.*?))?\}\}", re.DOTALL)
BLANK: Final = "[…]"


def gap_numbers(text: str) -> list[int]:
    """The numbers that occur, each once, in order; gaps are counted from 1."""
    return sorted({int(found[1]) for found in _GAP.finditer(text) if int(found[1]) > 0})


def with_gap(text: str, number: int) -> str:
    """The text with the gaps of this number blank, or with their hint, and the rest filled."""

    def shown(found: re.Match[str]) -> str:
        if int(found[1]) != number:
            return found[2]
        return f"[{found[3]}]" if found[3] else BLANK

    return _GAP.sub(shown, text)


def filled(text: str) -> str:
    return _GAP.sub(lambda found: found[2], text)


def parts(text: str, number: int) -> list[tuple[str, bool]]:
    """The filled text, cut at the gaps of this number: pieces, and whether each was a gap."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for found in _GAP.finditer(text):
        if int(found[1]) == number:
            pieces += [(filled(text[end : found.start()]), False), (found[2], True)]
            end = found.end()
    pieces.append((filled(text[end:]), False))
    return [(piece, gap) for piece, gap in pieces if piece]
