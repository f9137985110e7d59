from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from assessments.engine import certainty
from assessments.engine.stopping import DEFAULT_RULES
from assessments.models import Assessment, Item, Response
from assessments.services.state import Sitting


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as a learner sees it: never a key, never a parameter."""

    id: UUID
    type: str
    skill: str
    prompt: str
    passage: str
    options: list[dict[str, str]]
    number: int
    maximum: int


def question_view(response: Response) -> QuestionView:
    item = response.item
    options = [{"id": option["id"], "text": option["text"]} for option in item.options]
    return QuestionView(
        id=response.pk,
        type=item.type,
        skill=item.skill,
        prompt=item.prompt,
        passage=item.passage,
        options=options,
        number=response.number,
        maximum=max(DEFAULT_RULES.maximum, response.number),
    )


def certainty_of(assessment: Assessment) -> int:
    """How far the assessment has come, 0 to 100; 100 once it has a result."""
    if assessment.status == Assessment.Status.COMPLETED:
        return 100
    sitting = Sitting.load(assessment)
    return certainty(sitting.belief, answered=len(sitting.answered))


def result_of(assessment: Assessment) -> dict[str, Any] | None:
    """Everything a finished assessment says, or None while it is under way or when it was given up.

    `feedback` has one entry a question, in the order asked.
    """
    if assessment.status != Assessment.Status.COMPLETED:
        return None
    answered = assessment.responses.filter(answered_at__isnull=False).select_related("item")
    feedback = [answer_feedback(response) for response in answered.order_by("number")]
    return {
        "level": assessment.level,
        "probability": assessment.probability,
        "interval": {"low": assessment.level_low, "high": assessment.level_high},
        "ability": assessment.ability,
        "standard_error": assessment.standard_error,
        "items_asked": len(feedback),
        "stopped_because": assessment.stopped_because,
        "skills": assessment.scores,
        "strengths": assessment.strengths,
        "weaknesses": assessment.weaknesses,
        "recommendations": assessment.recommendations,
        "feedback": feedback,
    }


def answer_feedback(response: Response) -> dict[str, Any]:
    item = response.item
    return {
        "question_id": response.pk,
        "number": response.number,
        "skill": item.skill,
        "topic": item.topic,
        "level": item.level,
        "prompt": item.prompt,
        "passage": item.passage,
        "answer": answer_text(item, response.answer),
        "dont_know": response.dont_know,
        "correct": response.correct,
        "correct_answer": answer_text(item, item.key[0]) if item.key else "",
        "explanation": item.explanation,
    }


def answer_text(item: Item, answer: str) -> str:
    """An answer in words: the text of the option it names, or itself."""
    texts = {option["id"]: option["text"] for option in item.options}
    return str(texts.get(answer, answer))


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
