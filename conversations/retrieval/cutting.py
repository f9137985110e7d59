"""A reply cut into sentences as it arrives, each with the citations behind it.

What was looked at and cannot come to mean something else is not looked at again, however small the
pieces a reply comes in.
"""

import re
from typing import Final

from conversations.retrieval.sentences import ABBREVIATIONS

CLOSED: Final = re.compile(r"[\"”»“]\s*\]")
_OPENED: Final = re.compile(r"\[\s*\d{1,2}\s*:\s*[\"“«„]")
_MAY_CLOSE: Final = re.compile(r"\[(?:[\d\s,;]*\Z|\s*\d{1,2}\s*:)")
_BARE: Final = re.compile(r"\[[\d\s,;]*\]")
_ENDING: Final = re.compile(r"[.!?…。！？]+[\"”»“)']*|\n")
_PLAIN: Final = re.compile(r"[^\[\s.!?…。！？]+")
_BLANK: Final = re.compile(r"\s*")
_SPACES: Final = re.compile(r"[^\S\n]+")
_LAST_WORD: Final = re.compile(r"(\w+)\.$")
_LONGEST: Final = max(map(len, ABBREVIATIONS))


class Cutter:
    """A sentence ends with its citations, or where the next begins. A full stop inside a quote, a
    number or an abbreviation ends nothing."""

    def __init__(self) -> None:
        self._text = ""
        # Up to here nothing that comes can change what was seen, and whether a sentence has ended.
        self._at, self._ended = 0, False
        self._unclosed = 0
        """No quote that was opened is closed before this place."""

    def feed(self, delta: str) -> list[str]:
        """The sentences that are whole now."""
        self._text = self._text + delta if self._text else delta.lstrip()
        return self._cut(over=False)

    def close(self) -> list[str]:
        """What was held back."""
        self._at, self._ended, self._unclosed = 0, False, 0
        return self._cut(over=True)

    def _cut(self, *, over: bool) -> list[str]:
        found, start = [], 0
        while (end := self._end(start, over=over)) is not None:
            found.append(self._text[start:end])
            blank = _BLANK.match(self._text, end)
            self._at = start = blank.end() if blank else end
            self._ended = False
        self._text = self._text[start:]
        self._at -= start
        self._unclosed = max(0, self._unclosed - start)
        return found

    def _end(self, start: int, *, over: bool) -> int | None:
        """One past the sentence that begins there; None while more may belong to it."""
        text, at, ended = self._text, self._at, self._ended
        while at < len(text):
            self._at, self._ended = at, ended
            if text[at] == "[":
                closed = self._closed(at)
                if closed is None and over and ended:
                    return at
                if closed is None and not over and _MAY_CLOSE.match(text, at):
                    return None
                at = closed or at + 1
            elif spaces := _SPACES.match(text, at):
                at = spaces.end()
            elif ended and text[at] != "\n":
                return at
            elif ending := _ENDING.match(text, at):
                if not over and ending[0] != "\n" and ending.end() == len(text):
                    return None
                at = ending.end()
                ended = ended or _is_end(text, start, ending)
            elif plain := _PLAIN.match(text, at):
                at = plain.end()
        self._at, self._ended = at, ended
        return at if over and at > start else None

    def _closed(self, at: int) -> int | None:
        """One past the citation, or the bare numbers, in the bracket that opens there."""
        if bare := _BARE.match(self._text, at):
            return bare.end()
        opened = _OPENED.match(self._text, at)
        if opened is None:
            return None
        closed = CLOSED.search(self._text, max(opened.end(), self._unclosed))
        if closed is None:
            # The last letter may be the mark that closes it, before a bracket yet to come.
            self._unclosed = len(self._text.rstrip()) - 1
        return closed.end() if closed else None


def _is_end(text: str, start: int, ending: re.Match[str]) -> bool:
    if ending[0] == "\n":
        return True
    after = text[ending.end() : ending.end() + 1]
    if after and not (after.isspace() or after == "["):
        return False
    word = _LAST_WORD.search(text, max(start, ending.end() - _LONGEST - 2), ending.end())
    return not (word and (word[1].casefold() in ABBREVIATIONS or _is_initial(word[1])))


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
