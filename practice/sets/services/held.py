"""A set taken in hand: locked, and only as far as its state lets it be worked on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import Conflict, DomainError, Forbidden
from learning.mastery.services import memory_of
from learning.models import LearningSession, Mastery
from learning.sessions.services import start_session
from practice.sets.models import PracticeSet, Question, Submission

Status = PracticeSet.Status


def held(practice_set: PracticeSet, learner: User) -> PracticeSet:
    """The set, locked: two tabs take turns. Raises Forbidden for who only looks on, Conflict
    `not_ready` while there is nothing to answer."""
    rows = PracticeSet.objects.select_for_update(of=("self",)).select_related("session__learner")
    row = rows.get(pk=practice_set.pk)
    if row.learner_id != learner.pk:
        raise Forbidden(_("Only the learner it was made for answers it."))
    if row.status in (Status.GENERATING, Status.FAILED):
        raise Conflict(_("There is nothing to answer yet."), code="not_ready")
    return row


def begun(row: PracticeSet, learner: User, now: datetime) -> PracticeSet:
    """Under way from the first answer or hint on; a learning session goes with it."""
    if row.status != Status.READY:
        return row
    row.session = start_session(
        learner=learner,
        session_type=LearningSession.Type.PRACTICE,
        language=row.language,
        level=row.level,
        metadata={"practice_set": str(row.pk), "title": row.title, "before": _before(row, now)},
    )
    row.status, row.started_at = Status.IN_PROGRESS, now
    row.save(update_fields=["session", "status", "started_at"])
    return row


def question_of(row: PracticeSet, question_id: Any) -> Question:
    """Raises DomainError `unknown_question`."""
    question = row.questions.filter(pk=question_id).select_related("concept").first()
    if question is None:
        raise DomainError(
            _("There is no such question in this set."),
            code="unknown_question",
            details={"questionId": [_("There is no such question in this set.")]},
        )
    return question


def submission_of(question: Question) -> Submission:
    found = Submission.objects.filter(question=question).first()
    return found or Submission(question=question)


def concepts_in(row: PracticeSet) -> set[UUID]:
    """Ids of all that the questions are about, those of pairs among them."""
    found: set[UUID] = set()
    for question in row.questions.all():
        found |= {question.concept_id} if question.concept_id else set()
        if question.type == Question.Type.MATCHING:
            found |= {UUID(pair[2]) for pair in question.key if len(pair) > 2 and pair[2]}
    return found


def _before(row: PracticeSet, now: datetime) -> dict[str, int]:
    rows = Mastery.objects.filter(learner=row.learner_id, concept__in=concepts_in(row))
    return {str(one.concept_id): memory_of(one).mastery(now) for one in rows}
