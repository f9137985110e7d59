"""A reply, read while it is written: each sentence as it ends, with what stands before it."""

import re
from typing import Final

from ai.moderation import Verdict, check

_END: Final = re.compile(r"[.?!…;\n]+")
"""Where `check` ends a sentence: what it says of one here, it says of it in the whole text."""
_BEFORE: Final = 30
"""Fewest characters before a sentence that are read again with it, from where theirs begins."""


class Unfit(Exception):
    """What is being written is not to be shown; `Watch.verdict` says why."""


class Watch:
    """Reads a reply as it comes. A piece that ends no sentence is only kept."""

    __slots__ = ("_before", "_language", "_open", "_read", "_verdict")

    def __init__(self, language: str) -> None:
        self._language = language
        self._before = ""
        self._open: list[str] = []
        self._read = ""
        """The stretch that was read last."""
        self._verdict = Verdict()

    def hear(self, piece: str) -> None:
        """Raises Unfit at the end of the sentence, before the piece that ends it is shown."""
        ends = _ends(piece)
        if not ends:
            self._open.append(piece)
            return
        self._read = "".join([self._before, *self._open, piece[: ends[-1]]])
        self._open = [piece[ends[-1] :]]
        self._verdict = check(self._read, language=self._language)
        if self._verdict.blocked:
            raise Unfit
        self._before = _end_of(self._read)

    def verdict(self, text: str) -> Verdict:
        """On the whole reply: read once more, unless the last stretch was all of it."""
        if self._read == text:
            return self._verdict
        whole = check(text, language=self._language)
        return self._verdict if self._verdict.blocked and not whole.blocked else whole


def _end_of(read: str) -> str:
    """Its last sentence, with those before while it is short."""
    for end in reversed(_ends(read)):
        if len(read) - end >= _BEFORE:
            return read[end:]
    return read


def _ends(text: str) -> list[int]:
    return [found.end() for found in _END.finditer(text)]
