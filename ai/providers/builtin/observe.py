"""What the language tools say about a learner's message. Runs in the analysis process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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


def observe(
    text: str, *, language: str, native_language: str, level: str, slips: Any, word: str
) -> Observation:
    # Imported in the analysis process only: these load the dictionaries.
    from ai.language.analysis import check
    from ai.language.detect import detect

    expected = tuple(dict.fromkeys((language, native_language, "en")))
    found = detect(text, expected=expected)
    if found == language and slips is None:
        slips = check(text, language=language, native_language=native_language, level=level)
    return Observation(
        language=found,
        recast=_recast(text, slips or ()),
        word=_facts(word, language) if word else None,
    )


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
