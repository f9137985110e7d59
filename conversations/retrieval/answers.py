"""Answering from passages without a model: by quoting the sentences nearest to the question."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from django.utils import translation
from django.utils.formats import date_format

from conversations.retrieval.citations import source_of
from conversations.retrieval.found import (
    CONVERSATION,
    TRANSCRIPT,
    Found,
    Highlight,
    Retrieved,
    Source,
)

SAID: Final = Path(__file__).parent / "said.yaml"
MOST: Final = 3
"""Quotes of an answer."""
_NEAR: Final = 0.2
"""How far a quote may lie behind the nearest."""
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

    All are of the best passage: what lies further off is too often about something else. When
    there is not enough: that their sessions do not say it, and the offer to ask the tutor.
    """
    best = retrieved.found[0] if retrieved.found and retrieved.enough else None
    sources = _sources(best) if best else ()
    if best is None or not sources:
        text = not_found(native_language=native_language)
        return Answer(text, (), retrieved.confidence, suggest_tutor=True)
    words = _words(native_language)
    day = _day(best, native_language)
    lines = [words[best.kind].format(title=best.title, day=day)]
    lines += [_line(source, words) for source in sources]
    return Answer("\n\n".join(lines), sources, retrieved.confidence, suggest_tutor=False)


def not_found(*, native_language: str) -> str:
    """What to say when nothing answers, in the learner's own language."""
    return _words(native_language)["not_found"]


def _sources(found: Found) -> tuple[Source, ...]:
    return tuple(
        source_of(found, at=at, to=to, index=index)
        for index, (at, to) in enumerate(_quotes(found), start=1)
    )


def _quotes(found: Found) -> list[tuple[int, int]]:
    """Beginning and end of the nearest sentences, in the order in which they were said."""
    chosen: list[tuple[int, int]] = []
    for one in found.highlights:
        place = _around(found, one)
        if one.score >= found.highlights[0].score - _NEAR and place not in chosen:
            chosen.append(place)
    return sorted(chosen[:MOST])


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


def _line(source: Source, words: dict[str, str]) -> str:
    quoted = " ".join(source.excerpt.split())
    quote = words["quote"].format(quote=quoted, number=source.index)
    if source.kind not in (TRANSCRIPT, CONVERSATION):
        return quote
    time = _time(source.locator.get("start"))
    line = words["said_at" if time else "said"]
    return line.format(speaker=_speaker(source, words), time=time, quote=quote)


def _speaker(source: Source, words: dict[str, str]) -> str:
    told = str(source.locator.get("speaker") or "")
    if source.kind == CONVERSATION:
        return words[_SPEAKERS.get(told, "nobody")]
    return told or words["nobody"]


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
