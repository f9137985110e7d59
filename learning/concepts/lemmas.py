"""Words as concepts: their dictionary form, how frequent they are, and the level they are met at.

Heavy: a language's lists take up to 100 MB once loaded, so this runs in commands and workers.
"""

from functools import lru_cache
from itertools import islice
from typing import Final

import simplemma
from wordfreq import top_n_list, zipf_frequency
from wordfreq.tokens import tokenize

LEVEL_OF_RANK: Final = (
    (1000, "A1"),
    (2000, "A2"),
    (3250, "B1"),
    (5000, "B2"),
    (9000, "C1"),
)
"""A word's level by its place among the lemmas of its language, most frequent first. The steps
follow the vocabulary sizes Milton and Alexiou (2009) found at each level, in lemmas of the first
five thousand (A1 under 1,500, A2 to 2,500, B1 to 3,250, B2 to 3,750, C1 beyond), pulled apart at
the ends because their test stops at five thousand. Rarer words are C2."""
STOCKED: Final = 5000
"""Lemmas per language that have a row from the start; others get one when first met."""
_READ: Final = 30_000
"""Word forms read to find the lemmas, most frequent first: nearly all of everyday text."""
_LETTERS: Final = frozenset("aeouyài")
"""Letters that are words by themselves in some language taught."""


def lemma_of(word: str, language: str) -> str:
    if language == "de" and _is_noun(word):
        return word.casefold()
    return str(simplemma.lemmatize(word, lang=language)).casefold()


def _is_noun(word: str) -> bool:
    """Frequency lists are in small letters, where *Haus* would be read as a form of *hausen*."""
    noun = word.capitalize()
    known = simplemma.is_known(noun, lang="de")
    return bool(known and simplemma.lemmatize(noun, lang="de").casefold() == word.casefold())


def lemmas_in(text: str, language: str) -> list[str]:
    """The lemmas of a text's words, in order. What is not a word is left out."""
    return [lemma_of(word, language) for word in tokenize(text, language) if word.isalpha()]


def frequency_of(lemma: str, language: str) -> float:
    """On the Zipf scale (van Heuven et al. 2014): 3 is once in a million words, 6 once in 1,000."""
    return float(zipf_frequency(lemma, language))


@lru_cache(maxsize=4)
def ranks(language: str) -> dict[str, int]:
    """Lemmas by frequency: lemma to place, from 1."""
    return {lemma: place for place, lemma in enumerate(_forms(language), start=1)}


@lru_cache(maxsize=4)
def _forms(language: str) -> dict[str, list[str]]:
    """Lemma to the forms it was met in; both the most frequent first."""
    found: dict[str, list[str]] = {}
    for word in top_n_list(language, _READ):
        if word.isalpha() and (len(word) > 1 or word in _LETTERS):
            found.setdefault(lemma_of(word, language), []).append(word)
    return found


def level_of(lemma: str, language: str) -> str:
    place = ranks(language).get(lemma)
    return next((level for last, level in LEVEL_OF_RANK if place and place <= last), "C2")


def stocked(language: str) -> dict[str, list[str]]:
    """The lemmas that have a row from the start, each with its forms."""
    return dict(islice(_forms(language).items(), STOCKED))
