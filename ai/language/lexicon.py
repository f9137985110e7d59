"""Frequencies, known words and dictionary forms, each loaded at its first use."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

KNOWN_FREQUENCY = 3.2
"""On the Zipf scale: a word this frequent is a word, whatever the dictionary says."""


def zipf(word: str, language: str) -> float:
    """Log10 of the word's occurrences per thousand million words; 0 for an unknown word."""
    known, lower = frequencies(language), word.lower()
    # The German list writes ss for ß.
    return known.get(lower) or known.get(lower.replace("ß", "ss"), 0.0)


@lru_cache(maxsize=8)
def frequencies(language: str) -> Mapping[str, float]:
    from wordfreq import cB_to_freq, freq_to_zipf, get_frequency_list

    return {
        word: round(freq_to_zipf(cB_to_freq(-place)), 2)
        for place, words in enumerate(get_frequency_list(language, "best"))
        for word in words
        if place < _RARE
    }


_RARE = 720
"""Minus centibels: what is rarer (Zipf 1.8) is left out, which halves the memory."""


@lru_cache(maxsize=20_000)
def lemma(word: str, language: str) -> str:
    import simplemma

    return str(simplemma.lemmatize(word, lang=language)).lower()


@lru_cache(maxsize=20_000)
def in_dictionary(word: str, language: str) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang=language))


def is_known(word: str, language: str) -> bool:
    lower = word.lower()
    if zipf(lower, language) >= KNOWN_FREQUENCY:
        return True
    return any(in_dictionary(form, language) for form in {word, lower, lower.capitalize()})


def without_marks(word: str) -> str:
    """`año` -> `ano`, `straße` -> `strasse`."""
    plain = unicodedata.normalize("NFD", word.lower().replace("ß", "ss").replace("œ", "oe"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=8)
def frequent_words(language: str) -> tuple[str, ...]:
    """What suggestions are taken from: real words, the most frequent first."""
    return tuple(
        word
        for word, frequency in frequencies(language).items()
        if frequency >= 3.0 and word.isalpha() and (len(word) > 1) and is_known(word, language)
    )


@lru_cache(maxsize=8)
def marked_twins(language: str) -> Mapping[str, tuple[str, ...]]:
    """Words without their accents, and the words with accents that are written that way."""
    twins: dict[str, list[str]] = {}
    for word, frequency in frequencies(language).items():
        if frequency >= 2.8 and not word.isascii() and word.isalpha():
            for plain in _plain_forms(word, language):
                twins.setdefault(plain, []).append(word)
    return {plain: tuple(words) for plain, words in twins.items()}


def _plain_forms(word: str, language: str) -> set[str]:
    if language != "de":
        return {without_marks(word)} - {word}
    spelt = word.replace("ß", "ss")
    for umlaut, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spelt = spelt.replace(umlaut, pair)
    return {without_marks(word), spelt} - {word}
