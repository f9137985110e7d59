"""What the language tools say about a learner's message. Runs in the analysis process."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ai.language import TAUGHT

_MOST_SIGNS: Final = 4
"""Of a programming language, in a sentence."""
_SEEN: Final = 2.5
"""How frequent a word is that stands in texts, not only on keyboards."""


@dataclass(frozen=True, slots=True)
class WordFacts:
    word: str
    lemma: str
    frequency: str
    """`common`, `known`, `rare` or `unknown`."""


@dataclass(frozen=True, slots=True)
class Observation:
    language: str
    """The language the message is written in."""
    recast: str = ""
    """The first sentence with a slip, put right; empty when there was none."""
    word: WordFacts | None = None
    readable: bool = True
    """Whether any of its words is one that we know."""
    checked: str = ""
    """What the learner asks about, put right; the same when nothing was found."""


def observe(
    text: str,
    *,
    language: str,
    native_language: str,
    level: str,
    slips: Any,
    word: str,
    sentence: str = "",
) -> Observation:
    """`word` is what the learner asks the meaning of, `sentence` what they ask to be judged."""
    # Imported in the analysis process only: these load the dictionaries.
    from ai.language.analysis import check, correct
    from ai.language.detect import detect

    expected = tuple(dict.fromkeys((language, native_language, "en")))
    found = detect(text, expected=expected)
    if found == language and slips is None:
        slips = check(text, language=language, native_language=native_language, level=level)
    wrong = check(sentence, language=language, native_language=native_language, level=level)
    return Observation(
        language=found,
        recast=_recast(text, slips or ()),
        word=_facts(word, language) if word else None,
        readable=_readable(text, language, native_language),
        checked=correct(sentence, wrong) if sentence else "",
    )


def _readable(text: str, language: str, native_language: str) -> bool:
    """Code and keys pressed at random are not. Names are, and so is what is said in a language
    that we have no list of."""
    from ai.language import lexicon
    from ai.language.tokens import tokenise

    if sum(text.count(sign) for sign in "{}[]();=<>|\\_") > _MOST_SIGNS:
        return False
    tokens = [one.lower for one in tokenise(text) if not one.capitalised]
    words = [part for token in tokens for part in re.split(r"[’'-]", token)]
    if not words or native_language not in TAUGHT:
        return True
    languages = {language, native_language, "en"}
    return any(lexicon.zipf(word, one) >= _SEEN for word in words for one in languages)


def _recast(text: str, slips: Sequence[Any]) -> str:
    from ai.language.tokens import sentences

    spans = [
        (_field(slip, "start"), _field(slip, "end"), _field(slip, "corrected")) for slip in slips
    ]
    for start, end in sentences(text):
        inside = [span for span in spans if start <= span[0] and span[1] <= end]
        if inside:
            return _replace(text[start:end], inside, start)
    return ""


def _replace(sentence: str, spans: list[tuple[int, int, str]], offset: int) -> str:
    for start, end, corrected in sorted(spans, reverse=True):
        sentence = sentence[: start - offset] + corrected + sentence[end - offset :]
    return sentence


def _field(slip: Any, name: str) -> Any:
    return slip[name] if isinstance(slip, dict) else getattr(slip, name)


def _facts(word: str, language: str) -> WordFacts:
    from ai.language import lexicon

    frequency = lexicon.zipf(word, language)
    if not lexicon.is_known(word, language):
        return WordFacts(word, word, "unknown")
    band = "common" if frequency >= 4.5 else "known" if frequency >= 3.5 else "rare"
    return WordFacts(word, lexicon.lemma(word, language), band)
