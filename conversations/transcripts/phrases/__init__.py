"""What tutors say when they praise, put something right or give homework; and how we tell it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

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


def say(what: str, *, native: str, **words: str | int) -> str:
    """A finding in the learner's own language where we have the words, else in English."""
    template: str = _loaded(native if native in TAUGHT else "en")["says"][what]
    # Not str.format: a quote may hold braces.
    return re.sub(r"\{(\w+)\}", lambda found: str(words[found[1]]), template)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


@lru_cache(maxsize=4)
def _loaded(language: str) -> dict[str, Any]:
    path = Path(__file__).parent / f"{language}.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
