from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from accounts.models import User
from accounts.selectors import local_day
from learning.models import LearningSession, StudyDay


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
    done = {"turns": turns, "answers": answers, "corrections": corrections}
    done = {name: count for name, count in done.items() if count > 0}
    if not done:
        return
    key = {"learner": learner, "language": language, "day": local_day(learner, now)}
    days = StudyDay.objects.filter(**key)
    more = {name: F(name) + count for name, count in done.items()}
    if days.update(**more):
        return
    _, created = StudyDay.objects.get_or_create(**key, defaults=done)
    if not created:
        days.update(**more)


def start_session(
    *,
    learner: User,
    session_type: str,
    language: str,
    level: str = "",
    topics: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> LearningSession:
    return LearningSession.objects.create(
        learner=learner,
        session_type=session_type,
        language=language,
        level=level,
        topics=list(topics),
        metadata=dict(metadata or {}),
    )


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
