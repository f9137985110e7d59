"""When a typed answer is the same as a right one: case, marks and spelling variants. No Django.

*Exact* forgives case, punctuation, the kind of apostrophe, Unicode form and contraction. *Accent*
forgives missing accents too, and ä, ö, ü written ae, oe, ue, and ß written ss. An accent too many,
or another one, is a wrong spelling.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from itertools import product
from typing import Final

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘ʼ´`′＇", "'"))
_LETTERS: Final = {"es": "ñ"}
"""Letters of their own, not letters with an accent: *ano* is not *año*."""
_SPELLINGS: Final[dict[str, dict[str, str]]] = {
    "de": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
    "fr": {"œ": "oe", "æ": "ae"},
}
"""How a letter is written where the keyboard lacks it."""
_SHARP_S: Final = {"ß": "ss"}
_MOST_READINGS: Final = 16

_ENGLISH: Final[dict[str, tuple[str, ...]]] = {
    "can't": ("can not",),
    "cannot": ("can not",),
    "won't": ("will not",),
    "shan't": ("shall not",),
    "let's": ("let us",),
    "it's": ("it is", "it has"),
    "i'm": ("i am",),
}
_ENGLISH_ENDINGS: Final = (
    ("n't", (" not",)),
    ("'re", (" are",)),
    ("'ve", (" have",)),
    ("'ll", (" will",)),
    ("'d", (" would", " had")),
    ("'s", (" is", " has", "'s")),
)
_GERMAN_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "ins": ("in das",),
    "ans": ("an das",),
    "aufs": ("auf das",),
    "fürs": ("für das",),
    "ums": ("um das",),
    "durchs": ("durch das",),
}


class Match(Enum):
    EXACT = "exact"
    ACCENT = "accent"
    """Right but for accents."""


def match(answer: str, keys: Iterable[str], *, language: str) -> Match | None:
    """How an answer agrees with the right ones, at best; None when it agrees with none."""
    given = readings(answer, language)
    right = set().union(*(readings(key, language) for key in keys))
    if given & right:
        return Match.EXACT
    pairs = product(given, right)
    return Match.ACCENT if any(lacks_accents(a, b, language) for a, b in pairs) else None


def readings(text: str, language: str) -> set[str]:
    """The normal forms of a text: one, or several where a contraction can be read in two ways."""
    found = [""]
    for word in normal(text).split():
        found = [f"{begun} {way}" for begun in found for way in _full_forms(word, language)]
        found = found[:_MOST_READINGS]
    return {" ".join(reading.split()) for reading in found}


def normal(text: str) -> str:
    """Small letters and single blanks, no punctuation. Accents stay: they are part of words."""
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).lower()
    text = re.sub(r"\b([cdjlmnst]|qu) ?' ?(?=\w)", r"\1'", text)
    # An apostrophe is a letter between letters and a quotation mark elsewhere.
    text = re.sub(r"(?<!\w)'|'(?!\w)", " ", text)
    return " ".join(re.sub(r"[^\w\s']|_", " ", text).split())


def lacks_accents(answer: str, key: str, language: str) -> bool:
    """Whether two normal forms differ only in accents that the answer leaves out."""
    return any(
        _bare_alike(_respelled(answer, how), _respelled(key, how), language)
        for how in (_SPELLINGS.get(language, {}), _SHARP_S)
    )


def _bare_alike(answer: str, key: str, language: str) -> bool:
    pairs = zip(answer, key, strict=False)
    return len(answer) == len(key) and all(
        given in (right, _bare(right, language)) for given, right in pairs
    )


def _bare(letter: str, language: str) -> str:
    if letter in _LETTERS.get(language, ""):
        return letter
    return unicodedata.normalize("NFD", letter)[0]


def _respelled(text: str, spellings: dict[str, str]) -> str:
    for letter, spelling in spellings.items():
        text = text.replace(letter, spelling)
    return text


def _full_forms(word: str, language: str) -> tuple[str, ...]:
    if language == "en":
        return _ENGLISH.get(word) or _english_ending(word)
    if language == "de":
        return _GERMAN_WORDS.get(word) or (_german_es(word),)
    return (word,)


def _english_ending(word: str) -> tuple[str, ...]:
    for ending, ways in _ENGLISH_ENDINGS:
        if word.endswith(ending) and word != ending:
            return tuple(word.removesuffix(ending) + way for way in ways)
    return (word,)


def _german_es(word: str) -> str:
    """*gibt's* is *gibt es*."""
    return f"{word.removesuffix(chr(39) + 's')} es" if word.endswith("'s") else word
