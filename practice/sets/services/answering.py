"""Answers kept one by one, and help."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import Conflict
from learning.sessions.services import note_activity
from practice.sets.judging import judge, taken
from practice.sets.models import PracticeSet, Question, Submission
from practice.sets.services.held import begun, held, question_of, submission_of

Status = PracticeSet.Status


@dataclass(frozen=True, slots=True)
class Help:
    """What is said to who asks for help. `step` counts the hints seen, from 1."""

    question: Question
    text: str
    confirmed: bool
    step: int
    left: int


@transaction.atomic
def keep_answer(
    *,
    learner: User,
    practice_set: PracticeSet,
    question_id: UUID | str,
    now: datetime,
    answer: Any = "",
    unheard: bool = False,
    duration_ms: int | None = None,
) -> Submission:
    """Keep an answer, in place of an earlier one; it is judged when the set is handed in.

    Raises Conflict `set_completed` or `not_ready`, Forbidden for who is not the set's learner, and
    DomainError `unknown_question` or `answer_invalid`.
    """
    row = _open(practice_set, learner, now)
    question = question_of(row, question_id)
    kept = write_answer(question, answer, now, unheard=unheard, duration_ms=duration_ms)
    _at_work(row, now)
    return kept


@transaction.atomic
def help_with(
    *,
    learner: User,
    practice_set: PracticeSet,
    question_id: UUID | str,
    now: datetime,
    answer: Any = None,
) -> Help:
    """The next hint, or that the answer given is right. Either makes the answer say less.

    Without `answer` the one that is kept is looked at. Raises what `keep_answer` does.
    """
    row = _open(practice_set, learner, now)
    question = question_of(row, question_id)
    kept = submission_of(question)
    tried = kept.answer if answer is None else taken(question, answer)
    right = bool(tried) and judge(question, tried, language=row.language).correct
    total = len(question.hints)
    if not right or not kept.hints_used:
        kept.hints_used = min(kept.hints_used + 1, max(total, 1))
        kept.save()
    _at_work(row, now)
    step = kept.hints_used
    if right:
        return Help(question, _("That is right."), True, step, max(total - step, 0))
    none = _("There is no hint to this one. Try, or skip it.")
    text = question.hints[step - 1] if total else none
    return Help(question, text, False, step, max(total - step, 0))


def write_answer(
    question: Question,
    answer: Any,
    now: datetime,
    *,
    unheard: bool = False,
    duration_ms: int | None = None,
) -> Submission:
    kept = submission_of(question)
    kept.unheard = unheard and question.type == Question.Type.DICTATION
    kept.answer = "" if kept.unheard else taken(question, answer)
    kept.answered_at = now
    if duration_ms is not None:
        kept.duration_ms = duration_ms
    kept.save()
    return kept


def _open(practice_set: PracticeSet, learner: User, now: datetime) -> PracticeSet:
    row = held(practice_set, learner)
    if row.status == Status.COMPLETED:
        raise Conflict(_("That set is handed in already."), code="set_completed")
    return begun(row, learner, now)


def _at_work(row: PracticeSet, now: datetime) -> None:
    if row.session:
        note_activity(session=row.session, now=now)
