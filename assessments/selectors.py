from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from assessments.comparison import comparison_of, decision_of
from assessments.engine import certainty
from assessments.feedback import Explanations, answer_feedback, prompt_of, words_of
from assessments.models import Assessment, Item, Response
from assessments.services.plans import plan_of
from assessments.services.state import Sitting


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as a learner sees it: never a key, never a parameter."""

    id: UUID
    type: str
    skill: str
    prompt: str
    prompt_language: str
    passage: str
    """Of a listening question, the script to be spoken: shown only when the learner asks."""
    options: list[dict[str, str]]
    aims: list[str]
    words: dict[str, int] | None
    number: int
    maximum: int


def question_view(response: Response, *, native: str = "en") -> QuestionView:
    item = response.item
    prompt = prompt_of(item, native=native)
    options = [{"id": option["id"], "text": option["text"]} for option in item.options]
    return QuestionView(
        id=response.pk,
        type=item.type,
        skill=item.skill,
        prompt=prompt.text,
        prompt_language=prompt.language,
        passage=item.passage,
        options=options,
        aims=item.aims,
        words=words_of(item),
        number=response.number,
        maximum=max(plan_of(response.assessment).maximum, response.number),
    )


def certainty_of(assessment: Assessment) -> int:
    """How far the assessment has come, 0 to 100; 100 once it has a result."""
    if assessment.status == Assessment.Status.COMPLETED:
        return 100
    sitting, rules = Sitting.load(assessment), plan_of(assessment).rules
    return certainty(sitting.belief, answered=len(sitting.answered), rules=rules)


def result_of(assessment: Assessment) -> dict[str, Any] | None:
    """Everything a finished assessment says, or None while it is under way or when it was given up.

    `feedback` has one entry a question, in the order asked.
    """
    if assessment.status != Assessment.Status.COMPLETED:
        return None
    feedback = answers_of(assessment)
    return {
        "assessment_type": assessment.assessment_type,
        "level": assessment.level,
        "level_set": bool(assessment.learning_session.metadata.get("level_set")),
        "probability": assessment.probability,
        "interval": {"low": assessment.level_low, "high": assessment.level_high},
        "ability": assessment.ability,
        "standard_error": assessment.standard_error,
        "items_asked": len(feedback),
        "stopped_because": assessment.stopped_because,
        "skills": assessment.scores,
        "decision": decision_of(assessment),
        "comparison": comparison_of(assessment),
        "strengths": assessment.strengths,
        "weaknesses": assessment.weaknesses,
        "recommendations": assessment.recommendations,
        "feedback": feedback,
    }


def answers_of(assessment: Assessment) -> list[dict[str, Any]]:
    """What is told of each answer, in the language of the learner."""
    native = assessment.learner.native_language
    answered = assessment.responses.filter(answered_at__isnull=False)
    rows = list(answered.select_related("item", "review").order_by("number"))
    explanations = Explanations((row.item for row in rows), native=native)
    return [answer_feedback(row, explanations, native=native) for row in rows]


def feedback_on(response: Response) -> dict[str, Any]:
    native = response.assessment.learner.native_language
    return answer_feedback(response, Explanations([response.item], native=native), native=native)


def tells_at_once(assessment: Assessment) -> bool:
    """A progress test is practice too; the others tell right from wrong only when they are over."""
    return assessment.assessment_type == Assessment.Type.PROGRESS


def history_row(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.pk,
        "session_id": assessment.learning_session_id,
        "language": assessment.language,
        "assessment_type": assessment.assessment_type,
        "status": assessment.status,
        "level": assessment.level or None,
        "probability": assessment.probability,
        "interval": _interval(assessment),
        "decision": assessment.decision or None,
        "created_at": assessment.created_at,
        "completed_at": assessment.completed_at,
    }


def _interval(assessment: Assessment) -> dict[str, str] | None:
    if not assessment.level_low:
        return None
    return {"low": assessment.level_low, "high": assessment.level_high}


def finished_before(assessment: Assessment) -> int:
    """How many of the learner's five latest other assessments in the language were finished."""
    others = Assessment.objects.filter(learner=assessment.learner_id, language=assessment.language)
    latest = others.exclude(pk=assessment.pk).order_by("-created_at")[:5]
    return sum(
        status == Assessment.Status.COMPLETED for status in latest.values_list("status", flat=True)
    )


def fitting_items(assessment: Assessment) -> int:
    """How many items of the bank fit the topics asked for; all of them when none were."""
    items = Item.objects.active(assessment.language)
    topics = [topic.casefold() for topic in assessment.topics]
    if topics:
        items = items.filter(Q(topic__in=topics) | Q(skill__in=topics))
    return items.count()


def has_bank(language: str) -> bool:
    return Item.objects.active(language).exists()
