"""Exercises about a grammar point, from its authored examples and typical slips."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from learning.content.tasks_made import Task, TaskType, can_be_ordered, tasks_of
from learning.models import Concept
from practice.sets.making.aiming import difficulty_of
from practice.sets.making.drafts import LONGEST_DICTATION, Draft
from practice.sets.making.hints import gives_away, ladder, says, shape, worked
from practice.sets.models import Question

Type = Question.Type
_TYPES: Final[dict[str, str]] = {
    TaskType.CORRECT: Type.SHORT_ANSWER,
    TaskType.CHOICE: Type.MULTIPLE_CHOICE,
    TaskType.GAP: Type.CLOZE,
    TaskType.ORDER: Type.ORDERING,
}
EXAMPLES_ARE_IN: Final = "en"
"""The language that authored examples are translated into."""


def from_point(point: Concept, *, native: str) -> list[Draft]:
    tasks = tasks_of(slips=point.slips, examples=point.examples, language=point.language)
    return [*(_from_task(task, point, native) for task in tasks), *_dictations(point, native)]


def _from_task(task: Task, point: Concept, native: str) -> Draft:
    kind = _TYPES[task.type]
    return Draft(
        type=kind,
        key=list(task.answers),
        unit=f"{point.slug}:{task.id}",
        difficulty=difficulty_of(type_=kind, level=point.level),
        passage=task.prompt,
        cue=task.cue,
        options=list(task.words or task.options),
        explanation=point.explanation_in(native)[:600],
        hints=_hints(task, point, native),
        concept=point,
        languages=_languages(point),
        strict=task.strict,
    )


def _hints(task: Task, point: Concept, native: str) -> list[str]:
    about = _("This is about: %(name)s.") % {"name": point.name_in(native)}
    return ladder(
        [about, _("Look for what this exercise is about: its form, its place, its agreement.")],
        [*_pointed(task), point.explanation_in(native)],
        [*_similar(task, point), point.explanation_in(native)],
        answers=task.answers,
    )


def _pointed(task: Task) -> Iterator[str]:
    if task.type == TaskType.CORRECT and task.hint:
        yield _("Look at “%(part)s”.") % {"part": task.hint}
    elif task.type in (TaskType.GAP, TaskType.ORDER):
        yield shape(task.answers[0])


def _similar(task: Task, point: Concept) -> Iterator[str]:
    """Other slips put right, then other examples: solved, and none of them this one."""
    for number, slip in enumerate(point.slips, 1):
        if f"slip-{number}" != task.id:
            yield worked(slip["wrong"], slip["right"])
    for number, example in enumerate(point.examples, 1):
        if f"example-{number}" != task.id and example.get("translation"):
            yield says(example["text"], example["translation"])


def _dictations(point: Concept, native: str) -> Iterator[Draft]:
    for number, example in enumerate(point.examples, 1):
        text = example["text"]
        if not _can_be_dictated(text):
            continue
        others = [one for one in point.examples if one["text"] != text and one.get("translation")]
        yield Draft(
            type=Type.DICTATION,
            key=[text],
            unit=f"{point.slug}:example-{number}",
            difficulty=difficulty_of(type_=Type.DICTATION, level=point.level),
            passage=text,
            explanation=str(example.get("translation", ""))[:600],
            hints=ladder(
                [example.get("translation", "")],
                [shape(text)],
                [says(one["text"], one["translation"]) for one in others],
                answers=[text],
            ),
            concept=point,
            languages=_languages(point),
        )


def _can_be_dictated(text: str) -> bool:
    words = text.split()
    return len(words) <= LONGEST_DICTATION and (can_be_ordered(text) or len(words) >= 3)


def choices_of_slips(point: Concept, *, native: str) -> list[Draft]:
    """Which of two sentences is right, and whether one is: for a quiz about a lesson."""
    drafts: list[Draft] = []
    for number, slip in enumerate(point.slips, 1):
        shared: dict[str, Any] = {
            "unit": f"{point.slug}:slip-{number}",
            "explanation": point.explanation_in(native)[:600],
            "concept": point,
            "languages": _languages(point),
        }
        right, wrong = slip["right"], slip["wrong"]
        about = _("This is about: %(name)s.") % {"name": point.name_in(native)}
        hint = point.explanation_in(native)
        drafts.append(
            Draft(
                type=Type.MULTIPLE_CHOICE,
                key=[right],
                difficulty=difficulty_of(type_=Type.MULTIPLE_CHOICE, level=point.level),
                prompt=_("Which sentence is right?"),
                options=sorted([right, wrong], key=str.casefold),
                hints=ladder([about], [hint], answers=[right]),
                **shared,
            )
        )
        said, truth = (right, "true") if number % 2 else (wrong, "false")
        drafts.append(
            Draft(
                type=Type.TRUE_FALSE,
                key=[truth],
                difficulty=difficulty_of(type_=Type.TRUE_FALSE, level=point.level),
                prompt=_("Is this sentence right?"),
                passage=said,
                hints=[one for one in (about, hint[:500]) if not gives_away(one, [right])],
                **shared,
            )
        )
    return drafts


def _languages(point: Concept) -> dict[str, str]:
    return {"passage": point.language, "cue": EXAMPLES_ARE_IN}
