"""How hard exercises are and how hard they should be, 1 to 10, and which to take. No database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from config.levels import LEVELS
from practice.sets.making.drafts import Draft
from practice.sets.making.hints import gives_away
from practice.sets.models import Question

Type = Question.Type
EASIEST, HARDEST = 1, 10
_OF_LEVEL: Final = {"A1": 2.0, "A2": 3.5, "B1": 5.0, "B2": 6.5, "C1": 8.0, "C2": 9.0}
_OF_TYPE: Final[dict[str, float]] = {
    Type.TRUE_FALSE: -1.0,
    Type.MULTIPLE_CHOICE: -1.0,
    Type.MATCHING: -0.5,
    Type.CLOZE: 0.0,
    Type.ORDERING: 0.0,
    Type.DICTATION: 0.5,
    Type.SHORT_ANSWER: 1.0,
    Type.TRANSLATION: 1.0,
}
"""What is recognised is easier than what is written."""
_STEPS_OF_MASTERY: Final = 40.0
"""Points of mastery that are worth one step of difficulty."""
_REPEATED: Final = 0.7
"""What each exercise of a type makes the next of the same type less wanted."""


def difficulty_of(*, type_: str, level: str) -> int:
    return _step(_OF_LEVEL.get(level, _OF_LEVEL["A2"]) + _OF_TYPE.get(type_, 0.0))


def target(*, level: str, mastery: int | None) -> float:
    """Where a learner at a level should be met: lower what is weak, higher what is nearly sure."""
    base = _OF_LEVEL.get(level if level in LEVELS else "A1", 2.0)
    return base + ((mastery if mastery is not None else 30) - 50) / _STEPS_OF_MASTERY


def choose(
    offers: Sequence[tuple[float, Sequence[Draft]]], *, count: int, taken: Iterable[Draft] = ()
) -> list[Draft]:
    """Exercises from each aim in turn, the fittest first: `offers` are (target, drafts) of an aim.

    No two of one unit, and types vary. The easy ones come first.
    """
    chosen = list(taken)
    left = [(aim, list(drafts)) for aim, drafts in offers]
    while len(chosen) < count and any(drafts for _, drafts in left):
        for aim, drafts in left:
            best = _best(aim, drafts, chosen)
            if best and len(chosen) < count:
                chosen.append(best)
    return sorted(_apart(chosen), key=lambda draft: draft.difficulty)


def _apart(drafts: Sequence[Draft]) -> list[Draft]:
    """Without the hints that hold a sentence another exercise asks for."""
    sentences = [(one, [key for key in one.answers if " " in key]) for one in drafts]
    return [
        replace(
            draft,
            hints=[
                hint
                for hint in draft.hints
                if not any(gives_away(hint, keys) for one, keys in sentences if one is not draft)
            ],
        )
        for draft in drafts
    ]


def _best(aim: float, drafts: list[Draft], chosen: Sequence[Draft]) -> Draft | None:
    """The one that fits best, taken out of `drafts` with all that could not be asked beside it."""
    units = {draft.unit for draft in chosen}
    drafts[:] = [draft for draft in drafts if draft.unit not in units]
    if not drafts:
        return None
    often = Counter(draft.type for draft in chosen)
    best = min(drafts, key=lambda one: abs(one.difficulty - aim) + _REPEATED * often[one.type])
    drafts.remove(best)
    return best


def _step(value: float) -> int:
    return min(max(round(value), EASIEST), HARDEST)
