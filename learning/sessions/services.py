from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import LearnerLanguage, User
from accounts.selectors import local_day
from config.errors import Conflict
from config.ids import new_id
from config.levels import difficulty_of, level_of
from learning.mastery.models import Skill
from learning.mastery.skills import add_practice_time
from learning.sessions.models import LearningSession

LONGEST_GAP: Final = 60
"""Seconds without a sign of work that still count as work."""

_ADD: Final = """
    INSERT INTO learning_studyday AS known
        (id, learner_id, language, day, turns, answers, corrections)
    SELECT %(study_id)s::uuid, %(learner)s::uuid, %(language)s, %(day)s::date,
        %(turns)s, %(answers)s, %(corrections)s {condition}
    ON CONFLICT (learner_id, language, day) DO UPDATE
    SET turns = known.turns + excluded.turns, answers = known.answers + excluded.answers,
        corrections = known.corrections + excluded.corrections
"""

Status = LearningSession.Status
_TO: Final[Mapping[str, frozenset[str]]] = {
    Status.ACTIVE: frozenset({Status.ACTIVE, Status.PAUSED, Status.COMPLETED}),
    Status.PAUSED: frozenset({Status.PAUSED, Status.ACTIVE, Status.COMPLETED}),
    Status.COMPLETED: frozenset({Status.COMPLETED}),
}


def record_study(
    *,
    learner: User,
    language: str,
    now: datetime,
    turns: int = 0,
    answers: int = 0,
    corrections: int = 0,
) -> None:
    """Add to what the learner did on their own day. Safe from any number of tabs at once."""
    statement, arguments = adding_study(
        learner=learner,
        language=language,
        now=now,
        turns=turns,
        answers=answers,
        corrections=corrections,
    )
    if statement:
        with connection.cursor() as cursor:
            cursor.execute(statement, arguments)


def adding_study(
    *,
    learner: User,
    language: str,
    now: datetime,
    turns: int = 0,
    answers: int = 0,
    corrections: int = 0,
    only_with: str = "",
) -> tuple[str, dict[str, Any]]:
    """The statement of `record_study` and its arguments, to stand in the `WITH` of another;
    nothing when there is nothing to add. `only_with` names a query beside it: without a row of that
    nothing is added.

    By hand: it comes with each answer, and the ORM takes longer over such a statement than
    PostgreSQL does.
    """
    done = {"turns": turns, "answers": answers, "corrections": corrections}
    if not any(done.values()):
        return "", {}
    condition = f"WHERE EXISTS (SELECT FROM {only_with})" if only_with else ""
    day = {"study_id": new_id(), "learner": learner.pk, "day": local_day(learner, now)}
    return _ADD.format(condition=condition), {**day, "language": language, **done}


def start_session(
    *,
    learner: User,
    session_type: str,
    language: str,
    level: str = "",
    topics: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> LearningSession:
    """A session that begins; `now` says when, where it is told later than it happened."""
    session = LearningSession.objects.create(
        learner=learner,
        session_type=session_type,
        language=language,
        level=level,
        topics=list(topics),
        metadata=dict(metadata or {}),
    )
    if now:
        LearningSession.objects.filter(pk=session.pk).update(started_at=now)
        session.started_at = now
    return session


def level_for(learner: User, language: str, difficulty: str = "") -> str:
    """A CEFR level for a client's coarse word: the learner's own where it falls within that."""
    known = LearnerLanguage.objects.filter(user=learner, language=language).first()
    own = known.level if known else ""
    if not difficulty or (own and difficulty_of(own) == difficulty):
        return own
    return level_of(difficulty)


def complete_session(
    *, session: LearningSession, now: datetime, metadata: Mapping[str, Any] | None = None
) -> LearningSession:
    """Close a session; closing a closed one changes nothing."""
    if session.status == LearningSession.Status.COMPLETED:
        return session
    session.status = LearningSession.Status.COMPLETED
    session.completed_at = now
    session.metadata = {**session.metadata, **(metadata or {})}
    session.save(update_fields=["status", "completed_at", "metadata"])
    return session


def change_session(*, session: LearningSession, status: str, now: datetime) -> LearningSession:
    """Pause, resume or complete a session; asking for the status it has changes nothing.

    Raises Conflict `session_completed` for a session that is over.
    """
    with transaction.atomic():
        held = _held(session)
        if status not in _TO[held.status]:
            raise Conflict(_("That session is over. Start a new one."), code="session_completed")
        if status != held.status:
            _turn_to(held, status, now)
    return held


def note_activity(*, session: LearningSession, now: datetime, skill: str = "") -> LearningSession:
    """Count the time since the last sign of work, at most a minute of it, as time on task.

    Two tabs count once: they take turns at the row. Nothing counts while the session is paused or
    over. The time goes to `skill` too, or to the one the session is about.
    """
    with transaction.atomic():
        held = _held(session)
        if held.status == Status.ACTIVE:
            _count_time(held, now, skill)
    session.seconds, session.active_at, session.status = held.seconds, held.active_at, held.status
    return held


def skill_of(session: LearningSession) -> str:
    """What a session exercises; nothing when its turns are about this and that."""
    if session.session_type == LearningSession.Type.CONVERSATION:
        return Skill.WRITING
    told = session.metadata.get("skill", "")
    return told if told in Skill.values else ""


def _held(session: LearningSession) -> LearningSession:
    """The session, locked. The learner's row comes first, as where evidence is written: services
    that do both would wait for each other otherwise."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=session.learner_id)
    rows = LearningSession.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("learner").get(pk=session.pk)


def _turn_to(held: LearningSession, status: str, now: datetime) -> None:
    if held.status == Status.ACTIVE:
        _count_time(held, now)
    if status == Status.COMPLETED:
        complete_session(session=held, now=now)
        return
    held.status = status
    # Work begins now: what lies between pausing and resuming is no gap between two signs of it.
    held.active_at = now
    held.save(update_fields=["status", "active_at"])


def _count_time(held: LearningSession, now: datetime, skill: str = "") -> None:
    since = held.active_at or held.started_at
    gap = (now - since).total_seconds()
    if gap < 1:
        return
    whole = int(min(gap, LONGEST_GAP))
    held.seconds += whole
    # What is left of a second counts with the next sign.
    held.active_at = since + timedelta(seconds=whole) if gap <= LONGEST_GAP else now
    held.save(update_fields=["seconds", "active_at"])
    skill = skill or skill_of(held)
    if skill:
        add_practice_time(learner=held.learner, language=held.language, skill=skill, seconds=whole)
