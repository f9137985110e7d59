"""Whether an answer to a task is right. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from learning.content.tasks_made import TaskType
from learning.matching import Match, match, normal

TYPED: Final = 1.0
CHOSEN: Final = 0.6
"""Weight, as evidence, of an answer picked from what is shown, and of "I don't know"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    correct: bool
    accents_missing: bool = False


def judge(task: Mapping[str, Any], answer: str, *, language: str) -> Verdict:
    """Case and punctuation are forgiven; accents too, with a note, unless they are the point."""
    if task["type"] == TaskType.CHOICE:
        return Verdict(normal(answer) in map(normal, task["answers"]))
    found = match(answer, task["answers"], language=language)
    if found is Match.ACCENT and not task.get("strict"):
        return Verdict(correct=True, accents_missing=True)
    return Verdict(found is Match.EXACT)


def weight_of(task: Mapping[str, Any], answer: str) -> float:
    """1 for what was typed freely, 0.6 for what was chosen, put in order or left open."""
    shown = task["type"] in (TaskType.CHOICE, TaskType.ORDER)
    return CHOSEN if shown or not answer else TYPED
