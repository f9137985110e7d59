import unicodedata
from functools import lru_cache

_QUOTES = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " "})


def fold(text: str) -> str:
    """The text without accents, character for character: a place in one is a place in the other."""
    return "".join(map(_plain, text.translate(_QUOTES)))


def folded_lower(text: str) -> str:
    """For looking up: without accents, in lower case, its blanks single."""
    return " ".join(fold(text).lower().split())


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    return letter if letter.isascii() else unicodedata.normalize("NFD", letter)[0]
