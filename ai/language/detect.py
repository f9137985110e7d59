import math
from functools import lru_cache
from typing import Any

from ai.language import lexicon
from ai.language.tokens import tokenise

KNOWN_LANGUAGES = (
    "es", "fr", "de", "en", "pt", "it", "nl", "sv", "tr", "ru", "ar", "pl", "zh", "ja", "ko",
)  # fmt: skip
_SCRIPTS = (
    ("ja", 0x3040, 0x30FF),
    ("ko", 0xAC00, 0xD7AF),
    ("zh", 0x4E00, 0x9FFF),
    ("ar", 0x0600, 0x06FF),
    ("ru", 0x0400, 0x04FF),
)
_PRIOR = 0.6
_SURE_WORDS = 2
_FOREIGN_LEAD = 1.2


def detect(text: str, *, expected: tuple[str, ...]) -> str:
    """The language of a text, as ISO 639-1; `expected` are likelier, the first most of all.

    Short texts are judged by which language knows their words; with no evidence the answer is
    `expected[0]`.
    """
    if script := _by_script(text):
        return script
    words = [token.lower for token in tokenise(text)]
    if len(words) < _SURE_WORDS:
        return _by_words(words, expected)
    ranked = dict(_identifier().rank(text))
    for place, language in enumerate(expected):
        ranked[language] = ranked.get(language, 0.0) + _PRIOR * 0.5**place
    best = max(ranked, key=lambda language: ranked[language])
    return best if best in expected else _unless_words_say(best, words, expected)


def _by_script(text: str) -> str:
    letters = [ord(letter) for letter in text if letter.isalpha()]
    for language, first, last in _SCRIPTS:
        if sum(first <= letter <= last for letter in letters) * 2 > len(letters) > 0:
            return language
    return ""


def _by_words(words: list[str], expected: tuple[str, ...]) -> str:
    scores = {language: _familiarity(words, language) for language in expected}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores[expected[0]] + _FOREIGN_LEAD else expected[0]


def _familiarity(words: list[str], language: str) -> float:
    if not words:
        return 0.0
    return math.fsum(lexicon.zipf(word, language) for word in words) / len(words)


def _unless_words_say(best: str, words: list[str], expected: tuple[str, ...]) -> str:
    likeliest = max(expected, key=lambda language: _familiarity(words, language))
    known = sum(lexicon.zipf(word, likeliest) >= 3 for word in words)
    return likeliest if known * 5 >= len(words) * 4 else best


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(KNOWN_LANGUAGES))
    return identifier
