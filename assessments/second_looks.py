"""What is shown of disputes: to the learner beside each answer, to clients as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from assessments.feedback import answer_text
from assessments.models import Assessment, Dispute, Response
from assessments.services.disputes import is_disputable


@dataclass(frozen=True, slots=True)
class SecondLook:
    """How the grade of one answer stands."""

    question_id: UUID
    answer: str
    status: str
    """Of the dispute; empty without one."""
    note: str
    may_dispute: bool
    regraded_at: datetime | None
    by_tutor: bool
    correct: bool | None


def second_looks(assessment: Assessment, *, viewer: User) -> dict[UUID, SecondLook]:
    """By question, in one query."""
    answered = assessment.responses.filter(answered_at__isnull=False)
    rows = answered.select_related("item", "dispute", "review")
    mine = viewer.pk == assessment.learner_id
    return {row.pk: _look(assessment, row, mine=mine) for row in rows}


def dispute_row(dispute: Dispute) -> dict[str, Any]:
    """One dispute for clients; its response comes with item, assessment and learner."""
    response = dispute.response
    return {
        "id": dispute.pk,
        "assessment_id": response.assessment_id,
        "question_id": response.pk,
        "student_id": response.assessment.learner_id,
        "language": response.assessment.language,
        "prompt": response.item.prompt,
        "answer": answer_text(response.item, response.answer),
        "correct": response.correct,
        "reason": dispute.reason,
        "status": dispute.status,
        "note": dispute.note,
        "created_at": dispute.created_at,
        "decided_at": dispute.decided_at,
    }


def _look(assessment: Assessment, response: Response, *, mine: bool) -> SecondLook:
    dispute: Dispute | None = getattr(response, "dispute", None)
    return SecondLook(
        question_id=response.pk,
        answer=answer_text(response.item, response.answer),
        status=dispute.status if dispute else "",
        note=dispute.note if dispute else "",
        may_dispute=mine and dispute is None and is_disputable(assessment, response),
        regraded_at=response.regraded_at,
        by_tutor=response.graded_by_id is not None,
        correct=response.correct,
    )
