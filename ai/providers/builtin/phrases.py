"""What the tutor can say outside a scenario, one YAML file a language."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ai.scenarios import Step

FOLDER = Path(__file__).parent / "phrases"

INTENTS = (
    "worry", "rude", "complaint", "who", "sad", "stuck", "lost", "bye", "thanks", "laugh",
    "correct", "topic", "order", "greeting",
)  # fmt: skip
"""What a message may be beside an answer, in the order in which it is looked for."""

_QUOTED = re.compile(r"""(?:^|(?<=\W))[«"“„‘'](\s*\w[^«»"“”„]{2,}?)[»"”“’'](?=\W|$)""")
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
    """Said to a learner who has this language as their own; names another, and shows a model."""
    try_plain: str
    """The same without a model."""

    def intent(self, text: str) -> str:
        """The first of `INTENTS` that the text has, or nothing."""
        found = next((name for name in INTENTS if self.intents[name].search(text)), "")
        return "" if found == "lost" and len(text.split()) > _LONGEST_PLEA else found

    def asks_whether_right(self, text: str) -> str:
        """What stands in quotation marks, if the learner asks whether one may say it."""
        quoted = _QUOTED.search(text)
        around = _QUOTED.sub(" ", text)
        return quoted[1].strip() if quoted and self.intents["check"].search(around) else ""

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
        try_plain=data["try_plain"],
    )


def _free(pair: list[str]) -> Step:
    ask, model = pair
    return Step(ask=ask, simpler="", model=model, reply="", about=())
