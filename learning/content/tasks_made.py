"""Tasks made from what is authored about a grammar point. No Django; the same in, the same out.

- *correct*: a slip to put right, in the learner's own typing;
- *choice*: the sentence put right with a gap, and the two forms of the slip to choose from;
- *gap*: an example with a gap and its translation;
- *order*: an example whose words are shuffled.

Each sentence is used once, so that no task gives away the answer to another.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from random import Random
from typing import Any, Final

from learning.matching import Match, match

GAP: Final = "___"
FEWEST_TO_ORDER, MOST_TO_ORDER = 4, 9
_LONGEST_CHOICE: Final = 3
"""Words a form to choose from has at most."""
_WORD: Final = re.compile(r"[\w'’-]+")
# What such words join can stand in either order, and then two sentences are right.
_JOINING: Final = frozenset(
    ("y", "e", "o", "u", "ni", "et", "ou", "und", "oder", "sowie", "and", "or", "nor")
)
_SPANISH_SUBJECTS: Final = frozenset(("yo", "tú", "nosotros", "nosotras", "vosotros", "vosotras"))


class TaskType(StrEnum):
    CORRECT = "correct"
    CHOICE = "choice"
    GAP = "gap"
    ORDER = "order"


TASK_TYPES: Final = [kind.value for kind in TaskType]
PLACES: Final = {TaskType.CHOICE: 0, TaskType.GAP: 1, TaskType.ORDER: 2, TaskType.CORRECT: 3}
"""Easy before hard: what is recognised comes before what is written."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `answers` are all that are right; they never leave the server unasked."""

    id: str
    type: str
    prompt: str
    answers: list[str]
    cue: str = ""
    """A translation that says what is meant."""
    options: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """To be put in order."""
    hint: str = ""
    strict: bool = False
    """An accent is the point: the answer without it is wrong."""

    def stored(self) -> dict[str, Any]:
        told = {name: value for name, value in asdict(self).items() if value not in ("", [], False)}
        return {"prompt": "", **told}


@dataclass(frozen=True, slots=True)
class Change:
    """Where a slip and its right form part: the words of each, and where they stand in the text."""

    wrong: str
    right: str
    start: int
    end: int


def tasks_of(
    *, slips: Sequence[Mapping[str, str]], examples: Sequence[Mapping[str, str]], language: str
) -> list[Task]:
    made = [*_from_slips(slips, language), *_from_examples(examples, slips, language)]
    return sorted(made, key=lambda task: (PLACES[TaskType(task.type)], task.id))


def _from_slips(slips: Sequence[Mapping[str, str]], language: str) -> Iterator[Task]:
    for number, slip in enumerate(slips, 1):
        wrong, right = slip["wrong"], slip["right"]
        alike = match(wrong, [right], language=language)
        if alike is Match.EXACT:
            # It differs in what the comparison forgives, such as a capital letter.
            continue
        found = change(wrong, right)
        if number % 2 == 0 and found and _can_be_chosen(found):
            yield _choice(f"slip-{number}", right, found)
        else:
            yield Task(
                id=f"slip-{number}",
                type=TaskType.CORRECT,
                prompt=wrong,
                answers=right_forms(right, language),
                hint=found.wrong if found else "",
                strict=alike is Match.ACCENT,
            )


def _from_examples(
    examples: Sequence[Mapping[str, str]], slips: Sequence[Mapping[str, str]], language: str
) -> Iterator[Task]:
    telling = set(_telling_words(slips))
    for number, example in enumerate(examples, 1):
        name, text, cue = f"example-{number}", example["text"], example.get("translation", "")
        gap = next((word for word in _WORD.finditer(text) if word[0].casefold() in telling), None)
        if gap and cue:
            yield Task(
                id=name,
                type=TaskType.GAP,
                prompt=f"{text[: gap.start()]}{GAP}{text[gap.end() :]}",
                answers=[gap[0]],
                cue=cue,
                hint=gap[0][0],
                strict=any(ord(letter) > 127 for letter in gap[0]),
            )
        elif can_be_ordered(text):
            yield _order(name, text, cue, language)


def _choice(name: str, right: str, found: Change) -> Task:
    options = sorted([found.right, found.wrong], key=str.casefold)
    return Task(
        id=name,
        type=TaskType.CHOICE,
        prompt=f"{right[: found.start]}{GAP}{right[found.end :]}",
        answers=[found.right],
        options=options,
    )


def _order(name: str, text: str, cue: str, language: str) -> Task:
    words = [word[0] for word in _WORD.finditer(text)]
    shuffled = words[1:]
    # Seeded by the sentence: a second load makes the same task.
    Random(text).shuffle(shuffled)  # noqa: S311 - no secret
    if shuffled == words[1:]:
        shuffled.reverse()
    return Task(
        id=name,
        type=TaskType.ORDER,
        prompt="",
        answers=[text],
        cue=cue,
        words=[words[0], *shuffled],
        hint=" ".join(words[:2]),
    )


def can_be_ordered(text: str) -> bool:
    """Whether one order of its words is right: no list, no clause that could go first."""
    words = [word[0].casefold() for word in _WORD.finditer(text)]
    short = FEWEST_TO_ORDER <= len(words) <= MOST_TO_ORDER
    return short and not _JOINING & set(words) and not re.search(r"[,;:«»„“”\"–—]|[.?!].*\w", text)


def change(wrong: str, right: str) -> Change | None:
    """The one stretch in which two sentences differ; None when one only leaves something out."""
    before, after = list(_WORD.finditer(wrong)), list(_WORD.finditer(right))
    lower = [[word[0].casefold() for word in words] for words in (before, after)]
    compared = SequenceMatcher(a=lower[0], b=lower[1], autojunk=False)
    steps = [step for step in compared.get_opcodes() if step[0] != "equal"]
    if len(steps) != 1 or steps[0][0] != "replace":
        return None
    _, first, last, start, end = steps[0]
    at, to = after[start].start(), after[end - 1].end()
    return Change(wrong[before[first].start() : before[last - 1].end()], right[at:to], at, to)


def right_forms(right: str, language: str) -> list[str]:
    """The authored form, and in Spanish also without a subject that the verb's ending says."""
    first, _, rest = right.partition(" ")
    if language == "es" and first.casefold() in _SPANISH_SUBJECTS and rest:
        return [right, rest[0].upper() + rest[1:]]
    return [right]


def _can_be_chosen(found: Change) -> bool:
    sides = (found.wrong, found.right)
    short = all(len(_WORD.findall(side)) <= _LONGEST_CHOICE for side in sides)
    return short and found.wrong.casefold() != found.right.casefold()


def _telling_words(slips: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Words that slips about the point get wrong, as they should be."""
    for slip in slips:
        found = change(slip["wrong"], slip["right"])
        if found and " " not in found.right:
            yield found.right.casefold()
