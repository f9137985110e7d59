"""Answering from passages without a model: by quoting the sentences nearest to the question."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.utils import translation
from django.utils.formats import date_format

from conversations.retrieval.citations import source_of
from conversations.retrieval.found import TRANSCRIPT, Found, Highlight, Retrieved, Source

SAID: Final = Path(__file__).parent / "said.yaml"
MOST: Final = 3
"""Quotes of an answer."""
_NEAR: Final = 0.06
"""How far a second quote may lie behind the first."""
_LONGEST: Final = 300
"""Letters of a quote."""
_SPEAKERS: Final = {"Learner": "learner", "AI tutor": "assistant", "Tutor": "tutor"}
"""Keys of said.yaml for those who speak in conversations."""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    sources: tuple[Source, ...]
    confidence: float
    suggest_tutor: bool


def builtin_answer(*, retrieved: Retrieved, native_language: str) -> Answer:
    """The best sentences, quoted with who said them and when, in the learner's own language.

    When there is not enough: that their sessions do not say it, and the offer to ask the tutor.
    """
    sources = _sources(retrieved) if retrieved.enough else ()
    if not sources:
        text = not_found(native_language=native_language)
        return Answer(text, (), retrieved.confidence, suggest_tutor=True)
    by_id = {one.passage_id: one for one in retrieved.found}
    lines = [_line(source, by_id[source.passage_id], native_language) for source in sources]
    return Answer("\n\n".join(lines), sources, retrieved.confidence, suggest_tutor=False)


def not_found(*, native_language: str) -> str:
    """What to say when nothing answers, in the learner's own language."""
    return _words(native_language)["not_found"]


def _sources(retrieved: Retrieved) -> tuple[Source, ...]:
    quotes = _quotes(retrieved)
    return tuple(
        source_of(found, at=at, to=to, index=index)
        for index, (found, at, to) in enumerate(quotes, start=1)
    )


def _quotes(retrieved: Retrieved) -> list[tuple[Found, int, int]]:
    """Passage, beginning and end of the nearest sentences, each utterance once."""
    near = [(one, found) for found in retrieved.found for one in found.highlights]
    near.sort(key=lambda pair: -pair[0].score)
    chosen: list[tuple[Found, int, int]] = []
    for one, found in near:
        place = (found, *_around(found, one))
        if one.score >= near[0][0].score - _NEAR and place not in chosen:
            chosen.append(place)
    return chosen[:MOST]


def _around(found: Found, highlight: Highlight) -> tuple[int, int]:
    """All that was said in one breath with a sentence, when it is short; else the sentence."""
    at, to = highlight.at, highlight.at + len(highlight.text)
    for one in found.utterances:
        if one.at <= at < one.to and one.to - one.at <= _LONGEST:
            return one.at, one.to
    return at, min(to, _word_end(found.text, at))


def _word_end(text: str, at: int) -> int:
    """The last end of a word within the longest quote."""
    if len(text) <= at + _LONGEST:
        return len(text)
    space = text.rfind(" ", at, at + _LONGEST + 1)
    return space if space > at else at + _LONGEST


def _line(source: Source, found: Found, language: str) -> str:
    words = _words(language)
    slots: dict[str, Any] = {
        "speaker": _speaker(source, words),
        "title": source.title,
        "day": _day(found, language),
        "time": _time(source.locator.get("start")),
    }
    timed = source.kind == TRANSCRIPT and slots["time"]
    name = "untimed" if source.kind == TRANSCRIPT and not timed else source.kind
    quote = words["quote"].format(quote=" ".join(source.excerpt.split()), number=source.index)
    return f"{words[name].format(**slots)} {quote}"


def _speaker(source: Source, words: dict[str, str]) -> str:
    told = str(source.locator.get("speaker") or "")
    if source.kind == TRANSCRIPT:
        return told or words["nobody"]
    return words[_SPEAKERS.get(told, "nobody")]


def _day(found: Found, language: str) -> str:
    with translation.override(language if language in _all() else "en"):
        return date_format(found.day) if found.day else ""


def _time(seconds: float | None) -> str:
    """As h:mm:ss, without hours when there are none; empty when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@cache
def _all() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.safe_load(SAID.read_text(encoding="utf-8"))
    return words


def _words(language: str) -> dict[str, str]:
    return _all().get(language, _all()["en"])
