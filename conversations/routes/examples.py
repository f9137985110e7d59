"""What learners say, by what they want: the measure that messages are routed by."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from ai.language import TAUGHT
from ai.scenarios import load_all

TALK: Final = "talk"
FILE: Final = Path(__file__).parent / "examples.yaml"
ANSWERS: Final = 60
"""Answers out of scenarios, per language, that stand as examples of plain talk."""


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Pairs of what is wanted and a text that wants it."""
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    said = [(wants, text) for wants, texts in written.items() for text in texts]
    for language in TAUGHT:
        answers = [step.model for scene in load_all(language) for step in scene.steps]
        apart = max(len(answers) // ANSWERS, 1)
        said += [(TALK, answer) for answer in answers[::apart][:ANSWERS]]
    return tuple(said)
