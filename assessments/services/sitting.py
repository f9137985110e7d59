from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LearnerLanguage, User
from assessments.engine import Stop
from assessments.models import Assessment, Item, Response
from assessments.services.asking import ask, next_item
from assessments.services.candidates import Candidate
from assessments.services.completion import complete_assessment
from assessments.services.evidence import record_answers
from assessments.services.grading import grade
from assessments.services.plans import closing_item
from assessments.services.state import Sitting, choose_prior, require_language
from assessments.tasks import review_writing_task
from config.commits import after_commit
from config.errors import Conflict, DomainError
from learning.models import LearningSession
from learning.sessions.services import (
    complete_session,
    note_activity,
    record_study,
    start_session,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer led to: the next question, or none when the assessment is over."""

    response: Response
    question: Response | None
    assessment: Assessment


def start_assessment(
    *,
    learner: User,
    language: str,
    assessment_type: str = Assessment.Type.PLACEMENT,
    topics: Sequence[str] = (),
    difficulty: str = "",
    now: datetime | None = None,
) -> Assessment:
    """The learner's active assessment of this type, or a new one.

    Raises DomainError `unknown_language` or `empty_bank`.
    """
    require_language(language)
    mine = Assessment.objects.filter(
        learner=learner,
        language=language,
        assessment_type=assessment_type,
        status=Assessment.Status.ACTIVE,
    ).select_related("learning_session")
    active = mine.first()
    if active:
        return active
    try:
        with transaction.atomic():
            return _create(
                learner=learner,
                language=language,
                assessment_type=assessment_type,
                topics=topics,
                difficulty=difficulty,
                now=now,
            )
    except IntegrityError:
        # A second tab was a moment faster; both go on with its assessment.
        return mine.get()


def _create(
    *,
    learner: User,
    language: str,
    assessment_type: str,
    topics: Sequence[str],
    difficulty: str,
    now: datetime | None,
) -> Assessment:
    known = LearnerLanguage.objects.filter(user=learner, language=language).first()
    session = start_session(
        learner=learner,
        session_type=LearningSession.Type.ASSESSMENT,
        language=language,
        level=known.level if known else "",
        topics=topics,
        metadata={"prior": asdict(choose_prior(known, difficulty=difficulty))},
    )
    assessment = Assessment.objects.create(
        learner=learner,
        learning_session=session,
        language=language,
        assessment_type=assessment_type,
        topics=list(topics),
    )
    if now:
        Assessment.objects.filter(pk=assessment.pk).update(created_at=now)
        LearningSession.objects.filter(pk=session.pk).update(started_at=now)
        assessment.created_at = session.started_at = now
    return assessment


def current_question(assessment: Assessment, *, now: datetime | None = None) -> Response | None:
    """The open question, asked now when none is open; None once the assessment is over."""
    if assessment.status != Assessment.Status.ACTIVE:
        return None
    question = _open_question(assessment)
    if question:
        return question
    with transaction.atomic():
        held = hold(assessment)
        if held.status != Assessment.Status.ACTIVE:
            return None
        return _open_question(held) or _go_on(held, now=now or timezone.now())


def answer_question(
    *,
    assessment: Assessment,
    question_id: UUID,
    answer: str = "",
    dont_know: bool = False,
    read: bool = False,
    time_spent: float | None = None,
    confidence: float | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Judge the answer to the open question and ask the next, or finish.

    A free text is stored, and read once the transaction is over. `read` says that a script to be
    heard was read instead. Sending the same answer again (a double click, a retry) gives the same
    outcome. Raises Conflict `stale_question` when the question is not the open one,
    `assessment_over` after the end, and DomainError `answer_missing` or `unknown_option` for an
    answer that cannot be judged.
    """
    now, answer = now or timezone.now(), answer.strip()
    if bool(answer) == dont_know:
        raise DomainError(
            _("Give an answer, or say that you don't know."),
            code="answer_missing",
            details={"answer": [_("Give an answer, or say that you don't know.")]},
        )
    with transaction.atomic():
        held = hold(assessment)
        response = held.responses.select_related("item").filter(pk=question_id).first()
        if response and response.answered_at and _same_answer(response, answer, dont_know):
            return Outcome(response, _open_question(held), held)
        if held.status != Assessment.Status.ACTIVE:
            raise Conflict(_("This assessment is over."), code="assessment_over")
        if response is None or response.answered_at:
            raise Conflict(_("That question is no longer the open one."), code="stale_question")
        _write_answer(response, answer, dont_know=dont_know, now=now)
        response.time_spent, response.confidence = time_spent, confidence
        response.read = read and response.item.skill == Item.Skill.LISTENING
        response.save()
        take_in(held, [response], now=now)
        return Outcome(response, _go_on(held, now=now), held)


def abandon_assessment(*, assessment: Assessment, now: datetime | None = None) -> Assessment:
    """Give an active assessment up. The answers stay; a level is not drawn from them."""
    with transaction.atomic():
        held = hold(assessment)
        if held.status != Assessment.Status.ACTIVE:
            raise Conflict(_("This assessment is over."), code="assessment_over")
        held.responses.filter(answered_at__isnull=True).delete()
        held.status = Assessment.Status.ABANDONED
        held.save(update_fields=["status"])
        complete_session(
            session=held.learning_session,
            now=now or timezone.now(),
            metadata={"abandoned": True},
        )
        return held


def take_in(assessment: Assessment, fresh: Sequence[Response], *, now: datetime) -> None:
    """What follows from new answers: evidence, a day of study, and a reader for free texts."""
    learner, language = assessment.learner, assessment.language
    record_answers(learner=learner, language=language, responses=fresh, now=now)
    if fresh:
        note_activity(session=assessment.learning_session, now=now, skill=fresh[-1].skill)
    # After the learner's row is taken, as wherever both are written: else two tabs wait for each
    # other.
    record_study(learner=learner, language=language, now=now, answers=len(fresh))
    for response in fresh:
        if response.awaits_reader:
            # With the queue down the text is kept: a sweep has it read later.
            after_commit(review_writing_task.delay, str(response.pk))


def hold(assessment: Assessment) -> Assessment:
    """The assessment, locked until the transaction ends: two tabs take turns."""
    return (
        Assessment.objects.select_for_update(of=("self",))
        .select_related("learning_session", "learner")
        .get(pk=assessment.pk)
    )


def _open_question(assessment: Assessment) -> Response | None:
    return assessment.responses.filter(answered_at__isnull=True).select_related("item").first()


def _same_answer(response: Response, answer: str, dont_know: bool) -> bool:
    if dont_know or response.dont_know:
        return dont_know == response.dont_know
    try:
        return grade(response.item, answer).stored == response.answer
    except DomainError:
        return False


def _write_answer(response: Response, answer: str, *, dont_know: bool, now: datetime) -> None:
    if not dont_know:
        response.answer, response.correct, response.note = grade(response.item, answer)
    elif response.item.type == Item.Type.CONVERSATION:
        # A text left out says nothing of what its writer can do.
        response.dont_know = True
    else:
        response.dont_know, response.correct = True, False
    response.answered_at = now


def _go_on(assessment: Assessment, *, now: datetime) -> Response | None:
    sitting = Sitting.load(assessment)
    following = next_item(sitting, now=now)
    if sitting.written or isinstance(following, Stop):
        return _close(sitting, following, now=now)
    return ask(assessment, following, number=len(sitting.rows) + 1)


def _close(sitting: Sitting, following: Candidate | Stop, *, now: datetime) -> Response | None:
    """Ask for the text the assessment ends with, or complete it."""
    text = closing_item(sitting, now=now)
    if text:
        return ask(sitting.assessment, text, number=len(sitting.rows) + 1)
    # Items that joined the bank after the text was asked for do not open the test again.
    stopped = following if isinstance(following, Stop) else Stop.MAXIMUM
    complete_assessment(sitting, stopped_because=stopped, now=now)
    return None
