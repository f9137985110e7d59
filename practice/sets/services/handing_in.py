"""Handing a set in: every answer judged, what it shows written, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import Conflict
from learning.mastery.services import Shown, memory_of, record_evidence
from learning.models import Concept, Mastery, Surface
from learning.sessions.services import complete_session, note_activity, record_study
from practice.sets.judging import Verdict, feedback, judge, skill_of, taken, weight_of
from practice.sets.models import PracticeSet, Question, Submission
from practice.sets.services.answering import write_answer
from practice.sets.services.held import begun, concepts_in, held, question_of

SOURCE: Final = "practice.submission"
Status = PracticeSet.Status


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as a client hands it in with the set."""

    question_id: UUID
    answer: Any


@transaction.atomic
def hand_in(
    *,
    learner: User,
    practice_set: PracticeSet,
    now: datetime,
    answers: Sequence[Given] = (),
) -> PracticeSet:
    """Judge all answers, write the evidence, and complete the set with its learning session.

    A question without an answer counts against the score and is no evidence; one that could not be
    heard counts neither way. Handed in again, nothing changes and the result is the same. Raises
    what `keep_answer` does, but for `set_completed`.
    """
    row = held(practice_set, learner)
    if row.status == Status.COMPLETED:
        return row
    row = begun(row, learner, now)
    for one in answers:
        write_answer(question_of(row, one.question_id), one.answer, now)
    questions = list(row.questions.select_related("concept", "submission"))
    _settle(learner, row, questions, now)
    _complete(learner, row, now)
    return row


@transaction.atomic
def answer_at_once(
    *, learner: User, practice_set: PracticeSet, question_id: UUID, now: datetime, answer: Any = ""
) -> Submission:
    """Take an answer and judge it there and then; the last one completes the set.

    The same answer again gives the same. Raises Conflict `already_answered` for another one.
    """
    row = held(practice_set, learner)
    question = question_of(row, question_id)
    known = Submission.objects.filter(question=question, correct__isnull=False).first()
    if known:
        return _same_again(question, known, answer)
    row = begun(row, learner, now)
    write_answer(question, answer, now)
    question.refresh_from_db()
    _settle(learner, row, [question], now)
    if not row.questions.filter(submission__correct__isnull=True).exists():
        _complete(learner, row, now)
    return question.submission


def _same_again(question: Question, known: Submission, answer: Any) -> Submission:
    if taken(question, answer) != known.answer:
        raise Conflict(_("That question is answered already."), code="already_answered")
    return known


def _settle(learner: User, row: PracticeSet, questions: Sequence[Question], now: datetime) -> None:
    """Judge, keep the judgement, and write what it shows."""
    concepts = Concept.objects.in_bulk(concepts_in(row))
    shown: list[Shown] = []
    kept: list[Submission] = []
    for question in questions:
        submission = getattr(question, "submission", None) or Submission(question=question)
        verdict = judge(question, submission.answer, language=row.language)
        submission.correct = verdict.correct
        submission.feedback = feedback(question, verdict, submission.answer)
        kept.append(submission)
        if submission.answered_at and not submission.unheard:
            shown += _shown(question, submission, verdict, concepts)
    Submission.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["question"],
        update_fields=["correct", "feedback"],
    )
    answered = sum(bool(one.answered_at) for one in kept)
    record_evidence(learner=learner, shown=shown, now=now)
    record_study(learner=learner, language=row.language, now=now, answers=answered)


def _shown(
    question: Question,
    submission: Submission,
    verdict: Verdict,
    concepts: Mapping[UUID, Concept],
) -> list[Shown]:
    return [
        Shown(
            concept=concept,
            surface=Surface.PRACTICE,
            correct=correct,
            source_type=SOURCE,
            source_id=question.pk,
            skill=skill_of(question, concept),
            weight=weight_of(question, submission.answer),
            hint_used=submission.hints_used > 0,
        )
        for concept, correct in _about(question, verdict, concepts)
    ]


def _about(
    question: Question, verdict: Verdict, concepts: Mapping[UUID, Concept]
) -> list[tuple[Concept, bool]]:
    """What a question says something about, and what: of pairs, each word for itself."""
    if question.type != Question.Type.MATCHING:
        return [(question.concept, verdict.correct)] if question.concept else []
    found: dict[Concept, bool] = {}
    for left, _right, *named in question.key:
        concept = concepts.get(UUID(named[0])) if named and named[0] else None
        if concept:
            found[concept] = left not in verdict.wrong_pairs and (
                verdict.correct or bool(verdict.wrong_pairs)
            )
    return list(found.items())


def _complete(learner: User, row: PracticeSet, now: datetime) -> None:
    questions = list(row.questions.select_related("submission"))
    counted = [one.submission for one in questions if not one.submission.unheard]
    right = sum(bool(one.correct) for one in counted)
    row.score = round(100 * right / len(counted)) if counted else 0
    row.status, row.completed_at = Status.COMPLETED, now
    row.context = {**row.context, "changes": _changes(learner, row, now)}
    row.save(update_fields=["score", "status", "completed_at", "context"])
    if row.session:
        note_activity(session=row.session, now=now)
        row.session.refresh_from_db()
        told = {"right": right, "total": len(counted)}
        complete_session(session=row.session, now=now, metadata=told)


def _changes(learner: User, row: PracticeSet, now: datetime) -> list[dict[str, Any]]:
    """What became of each concept, kept with the set: a second look shows the same."""
    before = row.session.metadata.get("before", {}) if row.session else {}
    asked = [str(one.concept_id) for one in row.questions.all()]
    rows = Mastery.objects.filter(
        learner=learner, concept__in=concepts_in(row), last_practiced__gte=row.started_at
    ).select_related("concept")
    ordered = sorted(rows, key=lambda one: (-asked.count(str(one.concept_id)), one.concept.name))
    return [
        {
            "concept_id": str(one.concept_id),
            "name": one.concept.name_in(learner.native_language),
            "before": before.get(str(one.concept_id)),
            "after": memory_of(one).mastery(now),
            "forgets_at": one.forgets_at.isoformat(),
        }
        for one in ordered
    ]
