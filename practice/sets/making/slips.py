"""Exercises from what a learner got wrong more than once: their own words, to put right."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from learning.content.tasks_made import GAP, change, right_forms
from learning.matching import Match, match, normal
from learning.models import RecurringError
from practice.sets.making.aiming import difficulty_of
from practice.sets.making.drafts import Draft
from practice.sets.making.hints import ladder, shape, worked
from practice.sets.models import Question

Type = Question.Type


def from_error(error: RecurringError, *, level: str, native: str) -> list[Draft]:
    """None where the two differ only in what a comparison forgives, or nothing was put in place."""
    wrong, right = error.original.strip(), error.corrected.strip()
    if not normal(wrong) or not normal(right):
        return []
    alike = match(wrong, [right], language=error.language)
    if alike is Match.EXACT:
        return []
    return [_written(error, level, native, strict=alike is Match.ACCENT), *_chosen(error, level)]


def _written(error: RecurringError, level: str, native: str, *, strict: bool) -> Draft:
    key = right_forms(error.corrected.strip(), error.language)
    point = error.concept
    return Draft(
        type=Type.SHORT_ANSWER,
        key=key,
        unit=f"error:{error.pk}",
        difficulty=difficulty_of(type_=Type.SHORT_ANSWER, level=level),
        passage=error.original.strip(),
        explanation=error.reason,
        hints=ladder(
            [_nudge(error, native)],
            [error.reason, shape(error.corrected.strip())],
            [worked(slip["wrong"], slip["right"]) for slip in (point.slips if point else ())],
            answers=key,
        ),
        concept=point,
        languages={"passage": error.language},
        strict=strict,
    )


def _chosen(error: RecurringError, level: str) -> Iterator[Draft]:
    """The gap between what was written and what is right, where one stretch differs."""
    wrong, right = error.original.strip(), error.corrected.strip()
    found = change(wrong, right)
    if not found or normal(found.wrong) == normal(found.right) or found.right == right:
        return
    yield Draft(
        type=Type.MULTIPLE_CHOICE,
        key=[found.right],
        unit=f"error:{error.pk}",
        difficulty=difficulty_of(type_=Type.MULTIPLE_CHOICE, level=level),
        passage=f"{right[: found.start]}{GAP}{right[found.end :]}",
        options=sorted([found.right, found.wrong], key=str.casefold),
        explanation=error.reason,
        hints=ladder([error.reason], answers=[found.right]),
        concept=error.concept,
        languages={"passage": error.language},
    )


def _nudge(error: RecurringError, native: str) -> str:
    if error.concept:
        return _("This is about: %(name)s.") % {"name": error.concept.name_in(native)}
    return _("These are your own words. One part of them is not right yet.")
