"""A result beside the one before it, and the reasons of a decision."""

from math import hypot
from typing import Any, Final

from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.services.verdicts import ADVANCES_AT, REPEATS_AT

HIGHER, SAME, LOWER = "higher", "same", "lower"
_CHANGES: Final = {1: HIGHER, 0: SAME, -1: LOWER}


def comparison_of(assessment: Assessment) -> dict[str, Any] | None:
    """How a finished assessment stands against the last one before it; None for the first.

    `change` is `same` as long as the difference in ability lies within the error of both.
    """
    before = (
        Assessment.objects.completed()
        .filter(
            learner=assessment.learner_id,
            language=assessment.language,
            completed_at__lt=assessment.completed_at,
        )
        .order_by("-completed_at")
        .first()
    )
    if before is None:
        return None
    levels = {row["skill"]: row["level"] for row in before.scores}
    return {
        "assessment_id": before.pk,
        "assessment_type": before.assessment_type,
        "completed_at": before.completed_at,
        "level": before.level,
        "change": change_between(before, assessment),
        "skills": [
            {"skill": row["skill"], "before": levels[row["skill"]], "after": row["level"]}
            for row in assessment.scores
            if row["skill"] in levels
        ],
    }


def change_between(before: Assessment, after: Assessment) -> str:
    difference = (after.ability or 0) - (before.ability or 0)
    error = hypot(before.standard_error or 0, after.standard_error or 0)
    return _CHANGES[(difference > error) - (difference < -error)]


def decision_of(assessment: Assessment) -> dict[str, Any] | None:
    """A final's decision with the chances it rests on; None where there was none to take."""
    verdict = assessment.learning_session.metadata.get("verdict", {})
    if not assessment.decision:
        return None
    chances = {"level": verdict["target"], "above": verdict["above"], "below": verdict["below"]}
    return {"outcome": assessment.decision, **chances, "reason": _reason(assessment, chances)}


def _reason(assessment: Assessment, chances: dict[str, Any]) -> str:
    shown = {
        "level": chances["level"],
        "above": round(100 * chances["above"]),
        "below": round(100 * chances["below"]),
        "advances": round(100 * ADVANCES_AT),
        "repeats": round(100 * REPEATS_AT),
    }
    if assessment.decision == Assessment.Decision.ADVANCE:
        text = _(
            "The chance that you are past %(level)s is %(above)d %%. From %(advances)d %% on,"
            " you go on."
        )
    elif assessment.decision == Assessment.Decision.REPEAT:
        text = _(
            "The chance that you have not reached %(level)s yet is %(below)d %%. From"
            " %(repeats)d %% on, the level is worth repeating."
        )
    else:
        text = _(
            "The chance that you are past %(level)s is %(above)d %%, and %(advances)d %% are needed"
            " to go on. The chance that you have not reached it is %(below)d %%, and from"
            " %(repeats)d %% on you would repeat it."
        )
    return text % shown
