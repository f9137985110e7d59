"""Going through an exercise: begin, take hints, answer task by task, and see what it changed.

One time through is a learning session. Answers may come in any order and twice; each is judged
once, and its evidence written in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import Conflict, DomainError, NotFound
from learning.concepts.models import Concept
from learning.content.judging import Verdict, judge, weight_of
from learning.content.models import ContentItem, ContentUse, ExerciseAnswer
from learning.mastery.models import Mastery, Skill, Surface
from learning.mastery.services import Shown, memory_of, record_evidence
from learning.sessions.models import LearningSession
from learning.sessions.services import (
    change_session,
    complete_session,
    note_activity,
    record_study,
    start_session,
)

SOURCE: Final = "learning.exerciseanswer"
Task = dict[str, Any]
Status = LearningSession.Status
_SKILLS: Final[dict[str, str]] = {
    Concept.Kind.GRAMMAR: Skill.GRAMMAR,
    Concept.Kind.LEMMA: Skill.VOCABULARY,
}


@dataclass(frozen=True, slots=True)
class Changed:
    """What a time through did to one concept; `before` is None when it had not been practised."""

    concept: Concept
    before: int | None
    after: int
    forgets_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One time through an exercise, as far as it has come."""

    item: ContentItem
    session: LearningSession
    answers: list[ExerciseAnswer]

    @property
    def tasks(self) -> list[Task]:
        return list(self.item.content.get("tasks", ()))

    @property
    def next_task(self) -> Task | None:
        done = {row.task for row in self.answers}
        return next((task for task in self.tasks if task["id"] not in done), None)

    @property
    def over(self) -> bool:
        return self.session.status == Status.COMPLETED

    @property
    def right(self) -> int:
        return sum(row.correct for row in self.answers)

    def hinted(self, task: Task) -> bool:
        return task["id"] in self.session.metadata.get("hints", ())


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer and where the exercise stands after it."""

    run: Run
    task: Task
    answer: ExerciseAnswer


def run_of(learner: User, item: ContentItem) -> Run | None:
    """The latest time through, under way or over."""
    use = (
        ContentUse.objects.filter(learner=learner, item=item, session__isnull=False)
        .select_related("session")
        .first()
    )
    return _run(item, use.session) if use and use.session else None


@transaction.atomic
def begin_exercise(*, learner: User, item: ContentItem, now: datetime) -> Run:
    """The time through that is under way, or a new one. Raises NotFound for no exercise."""
    if item.content_type != ContentItem.Type.EXERCISE or not item.content.get("tasks"):
        raise NotFound(_("There is nothing to do here."), code="no_exercise")
    use = _held_use(learner, item, now)
    if use.session and use.session.status != Status.COMPLETED:
        if use.session.status == Status.PAUSED:
            use.session = change_session(session=use.session, now=now, status=Status.ACTIVE)
        return _run(item, use.session)
    return _run(item, _start(use, learner, item, now))


@transaction.atomic
def show_hint(*, learner: User, item: ContentItem, task_id: str, now: datetime) -> Run:
    """Note that the learner saw the hint: their answer says less then."""
    run = begin_exercise(learner=learner, item=item, now=now)
    task = _task(run, task_id)
    if not run.hinted(task):
        told = run.session.metadata
        run.session.metadata = {**told, "hints": [*told.get("hints", ()), task["id"]]}
        run.session.save(update_fields=["metadata"])
    return run


@transaction.atomic
def answer_task(
    *,
    learner: User,
    item: ContentItem,
    task_id: str,
    answer: str = "",
    dont_know: bool = False,
    hint_used: bool = False,
    now: datetime,
) -> Outcome:
    """Judge an answer, write what it shows, and finish the exercise with its last task.

    The same answer sent again gives the same outcome. Raises DomainError `answer_missing` or
    `unknown_task`, Conflict `already_answered` for another answer to the same task, and Conflict
    `exercise_over` after the end: begin again to go through it once more.
    """
    answer = "" if dont_know else answer.strip()
    if not answer and not dont_know:
        raise DomainError(
            _("Give an answer, or say that you don't know."),
            code="answer_missing",
            details={"answer": [_("Give an answer, or say that you don't know.")]},
        )
    run = _held_run(learner, item, now)
    task = _task(run, task_id)
    given = next((row for row in run.answers if row.task == task_id), None)
    if given:
        if given.answer != answer:
            raise Conflict(_("That task is answered already."), code="already_answered")
        return Outcome(run, task, given)
    if run.over:
        raise Conflict(_("This time through is over. Begin again."), code="exercise_over")
    hint_used = hint_used or run.hinted(task)
    row = _write(run, task, answer, hint_used=hint_used, now=now)
    _count(learner, run, row, task, now)
    return Outcome(
        _finished_if_last(learner, Run(item, run.session, [*run.answers, row]), now), task, row
    )


def changes_of(learner: User, run: Run) -> list[Changed]:
    """What became of the exercise's concepts since the run began."""
    before = run.session.metadata.get("before", {})
    rows = Mastery.objects.filter(learner=learner, concept__in=run.item.concepts.all())
    return [
        Changed(
            concept=row.concept,
            before=before.get(str(row.concept_id)),
            after=memory_of(row).mastery(row.last_practiced),
            forgets_at=row.forgets_at,
        )
        for row in rows.select_related("concept").order_by("concept_id")
    ]


def _held_run(learner: User, item: ContentItem, now: datetime) -> Run:
    use = _held_use(learner, item, now)
    if use.session and use.session.status == Status.COMPLETED:
        return _run(item, use.session)
    return begin_exercise(learner=learner, item=item, now=now)


def _held_use(learner: User, item: ContentItem, now: datetime) -> ContentUse:
    """The learner's use of it, locked: two tabs take turns."""
    ContentUse.objects.get_or_create(learner=learner, item=item, defaults={"opened_at": now})
    rows = ContentUse.objects.select_for_update(of=("self",)).select_related("session__learner")
    return rows.get(learner=learner, item=item)


def _start(use: ContentUse, learner: User, item: ContentItem, now: datetime) -> LearningSession:
    concepts = list(item.concepts.all())
    held = Mastery.objects.filter(learner=learner, concept__in=concepts)
    skills = {_SKILLS.get(concept.kind, "") for concept in concepts}
    use.session = start_session(
        learner=learner,
        session_type=LearningSession.Type.PRACTICE,
        language=item.language,
        level=item.level,
        topics=item.topics,
        metadata={
            "content": str(item.pk),
            "title": item.title,
            "skill": skills.pop() if len(skills) == 1 else "",
            "before": {str(row.concept_id): memory_of(row).mastery(now) for row in held},
        },
    )
    use.opened_at = now
    use.save(update_fields=["session", "opened_at"])
    return use.session


def _run(item: ContentItem, session: LearningSession) -> Run:
    return Run(item, session, list(session.exercise_answers.order_by("answered_at", "id")))


def _task(run: Run, task_id: str) -> Task:
    for task in run.tasks:
        if task["id"] == task_id:
            return task
    raise DomainError(
        _("There is no such task in this exercise."),
        code="unknown_task",
        details={"taskId": [_("There is no such task in this exercise.")]},
    )


def _write(run: Run, task: Task, answer: str, *, hint_used: bool, now: datetime) -> ExerciseAnswer:
    verdict = judge(task, answer, language=run.item.language) if answer else Verdict(correct=False)
    return ExerciseAnswer.objects.create(
        session=run.session,
        item=run.item,
        task=task["id"],
        prompt=(task.get("prompt") or " / ".join(task.get("words", ())))[:400],
        answer=answer[:400],
        correct=verdict.correct,
        note=ExerciseAnswer.Note.ACCENT if verdict.accents_missing else "",
        hint_used=hint_used,
        answered_at=now,
    )


def _count(learner: User, run: Run, row: ExerciseAnswer, task: Task, now: datetime) -> None:
    shown: Sequence[Shown] = [
        Shown(
            concept=concept,
            surface=Surface.LESSON,
            correct=row.correct,
            source_type=SOURCE,
            source_id=row.pk,
            skill=_SKILLS.get(concept.kind, ""),
            weight=weight_of(task, row.answer),
            hint_used=row.hint_used,
        )
        for concept in run.item.concepts.all()
    ]
    record_evidence(learner=learner, shown=shown, now=now)
    note_activity(session=run.session, now=now)
    record_study(learner=learner, language=run.item.language, now=now, answers=1)


def _finished_if_last(learner: User, run: Run, now: datetime) -> Run:
    if run.next_task is None:
        total = len(run.answers)
        complete_session(
            session=run.session, now=now, metadata={"right": run.right, "total": total}
        )
        ContentUse.objects.filter(learner=learner, item=run.item).update(
            finished_at=now, score=run.right / total
        )
    return run
