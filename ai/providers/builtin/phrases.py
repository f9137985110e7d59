"""What the tutor can say outside a scenario, one YAML file a language."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ai.scenarios import Step

FOLDER = Path(__file__).parent / "phrases"

_LONGEST_PLEA = 6
"""Words: "I do not understand" in a longer message is part of what is told."""


@dataclass(frozen=True, slots=True)
class Phrases:
    said: dict[str, tuple[str, ...]]
    """Lines by occasion; each has several, so that none need be said twice."""
    intents: dict[str, re.Pattern[str]]
    free: dict[str, tuple[Step, ...]]
    """Questions for free talk, by level."""
    languages: dict[str, str]
    introduction: str
    """Of the companion that is played."""
    about: tuple[Step, ...]
    """Questions about whatever topic a companion has."""
    try_it: str
    """Said to a learner who has this language as their own; names another."""

    def intent(self, text: str) -> str:
        """`rude`, `who`, `lost`, `greeting` or nothing."""
        found = (
            name
            for name, pattern in self.intents.items()
            if name != "meaning" and pattern.search(text)
        )
        intent = next(found, "")
        return "" if intent == "lost" and len(text.split()) > _LONGEST_PLEA else intent

    def asked_word(self, text: str) -> str:
        """The word whose meaning the learner asks for, if that is what they ask."""
        match = self.intents["meaning"].search(text)
        return match.group("word").lower() if match else ""


@lru_cache(maxsize=8)
def phrases(language: str) -> Phrases:
    path = FOLDER / f"{language}.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Phrases(
        said={occasion: tuple(lines) for occasion, lines in data["said"].items()},
        intents={
            name: re.compile(pattern, re.IGNORECASE) for name, pattern in data["intents"].items()
        },
        free={level: tuple(_free(pair) for pair in pairs) for level, pairs in data["free"].items()},
        languages=data["languages"],
        introduction=data["companion"]["introduction"],
        about=tuple(_free(pair) for pair in data["companion"]["about"]),
        try_it=data["try_it"],
    )


def _free(pair: list[str]) -> Step:
    ask, model = pair
    return Step(ask=ask, simpler="", model=model, reply="", about=())
