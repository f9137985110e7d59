"""How much a memory has to do with what a learner says, from words alone or with vectors."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import yaml

from conversations.memory.extraction.data import read
from conversations.memory.extraction.folding import fold

FLOOR: Final = 0.1
"""Of a memory that has nothing to do with it: the most important ones are told all the same."""
STEM: Final = 5
"""Letters two words share to count as forms of one: *trabajo*, *trabajas*."""
MOST_WORDS: Final = 4
"""As many shared words make a memory fully relevant."""
COSINE_FROM: Final = 0.3
"""Cosine of unrelated texts in the built-in embedder's space."""
_WORD = re.compile(r"[^\W_]+")
# Words of three letters and more that say nothing of what a text is about.
_EMPTY = frozenset(
    fold(
        "que con por para los las una uno del como pero muy mas este esta eso esto son era fue hay"
        " ser sus mis tus nos les qui que des une est les pour dans avec sur pas mais plus tout"
        " mon ton son mes tes ses nous vous elle ils sont ete fait der die das und ist ein eine"
        " einen mit von auf fur den dem des ich wir sie ihr mein dein nicht auch als bei aus nach"
        " the and for you your are was with that this have has not but from they his her its our"
        " who what how when where why can will would there been about tambien porque cuando donde"
        " you're i'm"
    ).split()
)


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning."""
    words = _WORD.findall(fold(text).lower())
    return frozenset(
        word[:STEM] for word in words if (len(word) > 2 or word.isdigit()) and word not in _EMPTY
    )


def cues(subject: str) -> frozenset[str]:
    """Stems that ask for a subject in any of the four languages: *trabajo*, *Beruf* for a job."""
    return _cues().get(subject.split(":")[0], frozenset())


def relevance(
    asked: frozenset[str], *, texts: Iterable[str], subject: str, distance: float | None
) -> float:
    """FLOOR to 1. `texts` say the memory: its content and the quotes that prove it; `distance` is
    the cosine distance to what was said, where both vectors are at hand."""
    known = frozenset().union(*map(stems, texts))
    fewest = max(1, min(len(asked), len(known), MOST_WORDS))
    shared = len(asked & known) / fewest
    cued = 0.7 if asked & cues(subject) else 0.0
    near = 0.0 if distance is None else (1 - distance - COSINE_FROM) / (1 - COSINE_FROM)
    return min(max(FLOOR, shared, cued, near), 1.0)


@cache
def _cues() -> dict[str, frozenset[str]]:
    raw: dict[str, Any] = yaml.safe_load(read("cues.yaml"))
    return {subject: stems(words) for subject, words in raw.items()}
