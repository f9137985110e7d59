"""What a learner speaks of, and what may be asked of it; one YAML file a language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from ai.scenarios import Step

FOLDER: Final = Path(__file__).parent / "topics"
_LONG: Final = 4
"""Letters from which on the beginning of a word is enough to know it by."""


@dataclass(frozen=True, slots=True)
class Topic:
    about: tuple[str, ...]
    """Beginnings of words, in lower case; short ones, and those that end in a full stop, are whole
    words."""
    asks: dict[str, tuple[Step, ...]]
    """Questions by the first letter of a level."""

    def heard(self, words: Iterable[str]) -> int:
        """How many of the words are of it."""
        return sum(any(_is_of(word, start) for start in self.about) for word in words)


def _is_of(word: str, start: str) -> bool:
    whole = start.rstrip(".")
    if len(whole) < _LONG or whole != start:
        return word in (whole, f"{whole}s")
    return word.startswith(start)


@lru_cache(maxsize=8)
def topics(language: str) -> tuple[Topic, ...]:
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    return tuple(
        Topic(
            about=tuple(told["about"].split()),
            asks={band: tuple(map(_asked, told[band])) for band in "ABC"},
        )
        for told in data["topics"].values()
    )


def spoken_of(language: str, words: Iterable[str]) -> list[Topic]:
    """Those that have a word of these, the one with most of them first."""
    parts = [part for word in words for part in re.split(r"[’']", word) if part]
    heard = [(topic.heard(parts), topic) for topic in topics(language)]
    return [topic for many, topic in sorted(heard, key=lambda one: -one[0]) if many]


def _asked(question: str) -> Step:
    return Step(ask=question, simpler="", model="", reply="", about=())
