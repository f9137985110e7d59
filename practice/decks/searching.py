"""Finding notes by a part of a word, whatever its accents."""

import unicodedata
from collections.abc import Iterable

from practice.decks.cloze import filled


def folded(text: str) -> str:
    """Small letters without accents, single blanks."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())


def search_text(front: str, back: str, tags: Iterable[str]) -> str:
    return folded(" ".join([filled(front), back, *tags]))
