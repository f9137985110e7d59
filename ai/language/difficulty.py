"""How hard a text is to read, from how rare its rare words are and how long its sentences run.

Orders texts from A1 to C1 but cannot tell neighbouring levels apart: so three bands and a guard.
"""

import re
from dataclasses import dataclass
from math import log2
from statistics import fmean
from typing import Literal

from ai.language import LEVELS, lexicon
from ai.language.tokens import Token, sentences, tokenise

Band = Literal["beginner", "intermediate", "advanced"]

GUARD = {"A1": 3.6, "A2": 4.0, "B1": 4.8, "B2": 6.0, "C1": 9.0, "C2": 9.0}
"""The score over which a text is more than one level too hard, by the learner's level."""

_BANDS: tuple[tuple[float, Band], ...] = ((3.2, "beginner"), (4.75, "intermediate"))
_SHIFT = {"es": 0.0, "fr": 0.0, "de": 0.0, "en": 0.25}
"""What puts the four languages on one scale."""

_HARD_FREQUENCY = {"A1": 4.2, "A2": 3.9, "B1": 3.5, "B2": 3.1, "C1": 2.7, "C2": 2.4}
_MOST_HARD_WORDS = 5
_RAREST = 1.8
_JOINS = re.compile(r"['-]")


@dataclass(frozen=True, slots=True)
class Estimate:
    score: float
    """About 2 (very easy) to 8 (very hard)."""
    band: Band
    hard_words: tuple[str, ...]
    """The rarest words of the text, the rarest first."""


def estimate(text: str, *, language: str, level: str = "A2") -> Estimate:
    """`hard_words` are those a learner at `level` may not know."""
    words = [token for token in tokenise(text) if not _is_name(token, language)]
    if not words:
        return Estimate(0.0, "beginner", ())
    score = round(_rarity(words, language) + _length(text) + _SHIFT[language], 2)
    band: Band = next((name for top, name in _BANDS if score < top), "advanced")
    return Estimate(score, band, _hard_words(words, language, level))


def too_hard(text: str, *, language: str, level: str) -> bool:
    """Whether the text reads as more than one level above `level`."""
    return estimate(text, language=language).score > GUARD[level]


def _is_name(token: Token, language: str) -> bool:
    return token.capitalised and not token.opens_sentence and language != "de"


def _rarity(words: list[Token], language: str) -> float:
    """7 minus the mean Zipf frequency of the rarest quarter of the different words."""
    counted = sorted(_frequency(word, language) for word in {token.lower for token in words})
    return 7 - fmean(counted[: max(2, len(counted) // 4)])


def _frequency(word: str, language: str) -> float:
    """Of the word or its dictionary form, whichever is commoner: inflection is not difficulty."""
    whole = word.replace("’", "'")
    parts = [part for part in _JOINS.split(whole) if len(part) > 1] or [whole]
    rarest = min(_either(part, language) for part in parts)
    return max(rarest, lexicon.zipf(whole, language), _RAREST)


def _either(word: str, language: str) -> float:
    return max(lexicon.zipf(word, language), lexicon.zipf(lexicon.lemma(word, language), language))


def _length(text: str) -> float:
    spans = sentences(text)
    words = [len(tokenise(text[start:end])) for start, end in spans]
    return 0.7 * log2(max(4.0, fmean(words)) / 4)


def _hard_words(words: list[Token], language: str, level: str) -> tuple[str, ...]:
    limit = _HARD_FREQUENCY[level if level in LEVELS else "A2"]
    rare = {word: _frequency(word, language) for word in {token.lower for token in words}}
    found = sorted((frequency, word) for word, frequency in rare.items() if frequency < limit)
    return tuple(word for _, word in found[:_MOST_HARD_WORDS])
