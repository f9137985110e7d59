"""What learners say, by what they want: the measure that messages are routed by."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from ai.language import TAUGHT
from ai.scenarios import load_all
from conversations.routes.patterns import sentences

TALK: Final = "talk"
FOLDER: Final = Path(__file__).parent / "examples"
ANSWERS: Final = 120
"""Answers out of scenarios, per language, that stand as examples of plain talk."""
MOST: Final = 12
"""Sentences of one pattern that stand as examples."""


class Example(NamedTuple):
    wants: str
    text: str
    way: int
    """Numbers the way of saying it: sentences of one pattern share theirs."""


@cache
def examples() -> tuple[Example, ...]:
    """All of them, some ten thousand: to fit the weights by, and for tests."""
    ways = [*_written(), *_answers(), *_patterns()]
    return tuple(
        Example(wants, text, way) for way, (wants, texts) in enumerate(ways) for text in texts
    )


@cache
def plain_talk() -> tuple[str, ...]:
    """Talk that is written out, and answers in scenarios."""
    return (*_read("plain")[TALK], *(text for _, texts in _answers() for text in texts))


def wants() -> tuple[str, ...]:
    """Talk and each kind of wish."""
    return tuple(_read("plain"))


def fingerprint() -> str:
    """Changes with what is written in the examples."""
    digest = sha256(str((ANSWERS, MOST)).encode())
    for name in ("plain", *TAUGHT):
        digest.update((FOLDER / f"{name}.yaml").read_bytes())
    return digest.hexdigest()


Ways = Iterator[tuple[str, list[str]]]


def _written() -> Ways:
    for wish, texts in _read("plain").items():
        yield from ((wish, [text]) for text in texts)


def _answers() -> Ways:
    for language in TAUGHT:
        answers = [step.model for scene in load_all(language) for step in scene.steps]
        apart = max(len(answers) // ANSWERS, 1)
        yield from ((TALK, [answer]) for answer in answers[::apart][:ANSWERS])


def _patterns() -> Ways:
    for language in TAUGHT:
        told = _read(language)
        slots = told.pop("slots")
        for wish, lines in told.items():
            for line in lines.splitlines():
                yield wish, list(sentences(line, slots, most=MOST))


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return told
