from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import TutorAssignment, User
from conversations.transcripts.models import SessionConcept, TranscriptChunk, TutoringSession
from learning.mastery.models import Mastery
from learning.mastery.services import memory_of
from practice.sets.models import PracticeSet

SOURCE: Final = "conversations.tutoringsession"
CHUNKS_A_PAGE: Final = 6
LATEST: Final = 20
"""Sessions in which people met are looked for."""


def sessions_of(user: User, *, student: User | None = None) -> "QuerySet[TutoringSession]":
    """The sessions a user may see, or one student's of them, the latest meeting first."""
    rows = TutoringSession.objects.visible_to(user).select_related("student", "tutor")
    if student is not None:
        rows = rows.filter(student=student)
    return rows.order_by("-held_at", "-pk")


def met_by(student_id: UUID) -> set[str]:
    """Names of those who teach a student, and of the others who spoke in their latest sessions."""
    current = TutorAssignment.objects.current().filter(student=student_id)
    held = TutoringSession.objects.filter(student=student_id).order_by("-held_at")
    names = set(current.values_list("tutor__name", flat=True))
    for speakers, own in held.values_list("speakers", "student_speaker")[:LATEST]:
        names |= set(speakers) - {own}
    return names - {""}


def transcript_of(session: TutoringSession) -> str:
    """The whole text, a line per utterance; empty until it is parsed."""
    rows = session.chunks.order_by("position").values_list("text", flat=True)
    return "\n".join(rows.iterator(chunk_size=200))


def concepts_of(session: TutoringSession, *, now: datetime) -> list[dict[str, Any]]:
    """What came up, with how well the student knows it by now (0 for what is new to them)."""
    rows = list(session.concepts.select_related("concept").order_by("-wrong", "pk"))
    held = _mastery(session.student_id, rows, now)
    return [
        {
            "concept_id": row.concept_id,
            "name": row.name,
            "kind": row.concept.kind,
            "difficulty": row.difficulty,
            "mastery_level": held.get(row.concept_id, 0),
            "correct": row.correct,
            "wrong": row.wrong,
            "quote": row.quote,
        }
        for row in rows
    ]


def _mastery(student: UUID, rows: Sequence[SessionConcept], now: datetime) -> dict[UUID, int]:
    known = Mastery.objects.filter(learner=student, concept__in=[row.concept_id for row in rows])
    return {one.concept_id: memory_of(one).mastery(now) for one in known}


def practice_of(session: TutoringSession) -> list[PracticeSet]:
    """The sets made of a session, the latest first."""
    rows = PracticeSet.objects.filter(source_type=SOURCE, source_id=session.pk)
    return list(rows.filter(learner=session.student_id).order_by("-assigned_at", "-pk")[:10])


def page_at(session: TutoringSession, *, seconds: float | None, position: int | None) -> int:
    """The page, from 1, on which a second or a chunk of the transcript stands."""
    place = position or 0
    if seconds is not None:
        before = session.chunks.filter(start__lte=seconds).order_by("-position")
        place = before.values_list("position", flat=True).first() or 0
    return place // CHUNKS_A_PAGE + 1


def chunks_on(session: TutoringSession, page: int) -> list[TranscriptChunk]:
    first = (page - 1) * CHUNKS_A_PAGE
    rows = session.chunks.filter(position__gte=first, position__lt=first + CHUNKS_A_PAGE)
    return list(
        rows.order_by("position").only("id", "session_id", "position", "text", "utterances")
    )
