"""What tutors say when they praise, put something right or give homework; and how we tell it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from config.languages import TAUGHT


@dataclass(frozen=True, slots=True)
class Signals:
    """Patterns of some languages together: tutors change between them."""

    praise: re.Pattern[str]
    recast: re.Pattern[str]
    homework: re.Pattern[str]


@lru_cache(maxsize=32)
def signals(languages: tuple[str, ...]) -> Signals:
    known = [_loaded(one) for one in languages if one in TAUGHT]
    return Signals(
        praise=_any(rf"\b(?:{one})(?!\w)" for file in known for one in file["praise"]),
        recast=_any(one for file in known for one in file["recast"]),
        homework=_any(one for file in known for one in file["homework"]),
    )


class Reader(StrEnum):
    """Who reads a finding; the value names the words that are for them."""

    STUDENT = "says"
    TUTOR = "says_to_tutor"
    OTHERS = "says_to_others"


_INSTEAD: Final = {
    Reader.STUDENT: (Reader.STUDENT,),
    Reader.TUTOR: (Reader.TUTOR, Reader.OTHERS, Reader.STUDENT),
    Reader.OTHERS: (Reader.OTHERS, Reader.STUDENT),
}
"""Whose words are right for a reader, the closest first: many speak to nobody."""


def say(what: str, *, native: str, **words: str | int) -> str:
    """A finding in the learner's own language where we have the words, else in English."""
    return say_to(Reader.STUDENT, what, native=native, words=words)


def say_to(reader: Reader, what: str, *, native: str, words: Mapping[str, str | int]) -> str:
    """As `say`; to others than the student with the student's name among the words."""
    loaded = _loaded(native if native in TAUGHT else "en")
    template: str = next(loaded[one][what] for one in _INSTEAD[reader] if what in loaded[one])
    # Not str.format: a quote may hold braces.
    return re.sub(r"\{(\w+)\}", lambda found: str(words[found[1]]), template)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


@lru_cache(maxsize=4)
def _loaded(language: str) -> dict[str, Any]:
    path = Path(__file__).parent / f"{language}.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
