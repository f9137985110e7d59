"""Writes a text the one way that rules and lists are written in, and knows where each letter was.

Lower case, no accents, no apostrophes or quotation marks, one space; `sh1t`, `f u c k` and
`fuuuck` are read as what they stand for.
"""

import re
import unicodedata
from bisect import bisect_left
from functools import cached_property
from typing import Final, NamedTuple

_LEET: Final = str.maketrans("013457@$!|", "oieastasil"[:10])
_DISGUISED: Final = re.compile(
    r"[^\W\d_]{1,12}[@$!|0-9]{1,4}[^\W\d_]{1,12}|[0-9@$]{1,2}[^\W\d_]{2,12}"
)
_MAY_BE_DISGUISED: Final = re.compile(r"[@$!|0-9][^\W\d_]")
"""In every text with such a word, and looked for in a tenth of the time."""
_AS_THEY_ARE: Final = frozenset(".?!;:\n*")
_OWN_FORMS: Final = {"ı": "i", "ł": "l", "ø": "o", "đ": "d"}
_WORD: Final = re.compile(r"[^\W_]+(?:\*+[^\W_]*)*")
_SPELLED: Final = re.compile(r"(?<!\w)(?:[a-z][ .*]){2,}[a-z](?!\w)")
_SPACES: Final = re.compile(" {2,}")
_SENTENCE_END: Final = re.compile(r"[.?!;\n]")
_KNOWN_LETTERS: Final = 4096


class Word(NamedTuple):
    text: str
    start: int
    end: int


class Folded:
    """A text in those letters."""

    def __init__(self, original: str) -> None:
        disguised = _MAY_BE_DISGUISED.search(original)
        self._plain = _DISGUISED.sub(_undisguise, original) if disguised else original
        self.text = _SPACES.sub(" ", self._plain.translate(_LETTERS)).lstrip(" ")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of `text` as offsets of the original."""
        return self._places[start], self._places[end - 1] + 1

    def words(self) -> list[Word]:
        found = [Word(m[0], *m.span()) for m in _WORD.finditer(self.text)]
        for m in _SPELLED.finditer(self.text):
            letters = "".join(one for one in m[0] if one.isalpha())
            found.append(Word(letters, *m.span()))
        return found

    def sentence(self, start: int, end: int) -> str:
        """The sentence, or sentences, that a stretch of `text` stands in."""
        first, last = bisect_left(self._ends, start), bisect_left(self._ends, end)
        before = self._ends[first - 1] + 1 if first else 0
        after = self._ends[last] if last < len(self._ends) else len(self.text)
        return self.text[before:after]

    @cached_property
    def _ends(self) -> list[int]:
        return [m.start() for m in _SENTENCE_END.finditer(self.text)]

    @cached_property
    def _places(self) -> list[int]:
        """For each character of `text`, which of the original it comes from. Few texts are asked
        for it: there must be something found in them."""
        places: list[int] = []
        spaced = True
        for place, character in enumerate(self._plain):
            for letter in _LETTERS[ord(character)]:
                if letter == " " and spaced:
                    continue
                spaced = letter == " "
                places.append(place)
        return places


class _Letters(dict[int, str]):
    """What each character is read as, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _KNOWN_LETTERS:
            self.clear()
        self[code] = letters = _folded(chr(code))
        return letters


_LETTERS: Final = _Letters()


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
    return "".join(one if one.isascii() else _LETTERS[ord(one)] for one in pattern)


def _undisguise(found: re.Match[str]) -> str:
    return found[0].translate(_LEET)
