"""Writes a text the one way that rules and lists are written in, and knows where each letter was.

Lower case, no accents, no apostrophes or quotation marks, one space; `sh1t`, `f u c k` and
`fuuuck` are read as what they stand for.
"""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_LEET: Final = str.maketrans("013457@$!|", "oieastasil"[:10])
_DISGUISED: Final = re.compile(
    r"[^\W\d_]{1,12}[@$!|0-9]{1,4}[^\W\d_]{1,12}|[0-9@$]{1,2}[^\W\d_]{2,12}"
)
_AS_THEY_ARE: Final = frozenset(".?!;:\n*")
_OWN_FORMS: Final = {"ı": "i", "ł": "l", "ø": "o", "đ": "d"}
_WORD: Final = re.compile(r"[^\W_]+(?:\*+[^\W_]*)*")
_SPELLED: Final = re.compile(r"(?<!\w)(?:[a-z][ .*]){2,}[a-z](?!\w)")
_SENTENCE_END: Final = re.compile(r"[.?!;\n]")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    text: str
    places: tuple[int, ...] | range
    """For each character of `text`, which of the original it comes from."""
    ends: tuple[int, ...]
    """Where its sentences end."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of `text` as offsets of the original."""
        return self.places[start], self.places[end - 1] + 1

    def words(self) -> list[Word]:
        found = [Word(m[0], m.start(), m.end()) for m in _WORD.finditer(self.text)]
        for m in _SPELLED.finditer(self.text):
            letters = "".join(one for one in m[0] if one.isalpha())
            found.append(Word(letters, m.start(), m.end()))
        return found

    def sentence(self, start: int, end: int) -> str:
        """The sentence, or sentences, that a stretch of `text` stands in."""
        first, last = bisect_left(self.ends, start), bisect_left(self.ends, end)
        before = self.ends[first - 1] + 1 if first else 0
        after = self.ends[last] if last < len(self.ends) else len(self.text)
        return self.text[before:after]


def fold(text: str) -> Folded:
    letters: list[str] = []
    places: list[int] = []
    spaced = True
    for place, character in enumerate(_DISGUISED.sub(_undisguise, text)):
        for letter in _folded(character):
            if letter == " " and spaced:
                continue
            spaced = letter == " "
            letters.append(letter)
            places.append(place)
    folded = "".join(letters)
    ends = tuple(m.start() for m in _SENTENCE_END.finditer(folded))
    return Folded(folded, tuple(places), ends)


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """The letters a character is read as: none for a mark, a space for what parts words."""
    if character in _AS_THEY_ARE:
        return character
    if character in "\u200b\u200c\u200d\u2060\ufeff\u00ad":
        return ""
    plain = "".join(
        one
        for one in unicodedata.normalize("NFKD", character.casefold())
        if not unicodedata.combining(one)
    )
    plain = "".join(_OWN_FORMS.get(one, one) for one in plain)
    if plain and not plain.isalnum():
        return " "
    return plain


def fold_pattern(pattern: str) -> str:
    """A regular expression in the same letters: only what is not ASCII is changed."""
    return "".join(one if one.isascii() else _folded(one) for one in pattern)


def _undisguise(found: re.Match[str]) -> str:
    return found[0].translate(_LEET)
