"""A session as the API gives it."""

from datetime import datetime
from typing import Any

from accounts.models import User
from config.languages import TAUGHT
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.selectors import concepts_of, transcript_of
from conversations.transcripts.telling import LISTS, told


def session_body(session: TutoringSession, *, reader: User, now: datetime) -> dict[str, Any]:
    """In words that are right for the reader."""
    found = [told(session, name, reader=reader) for name in LISTS]
    strengths, areas, actions = ([text for text, _ in one] for one in found)
    proved = [[proof for _, proof in one if proof] for one in found]
    return {
        "session_id": session.pk,
        "transcript": transcript_of(session),
        "analysis": {
            "topics": session.analysis.get("topics", []),
            "concepts": concepts_of(session, now=now),
            "student_strengths": strengths,
            "areas_for_improvement": areas,
            "action_items": actions,
        },
        "status": session.status,
        "student_id": session.student_id,
        "tutor_id": session.tutor_id,
        "title": str(session),
        "date": session.held_at,
        "duration": session.duration,
        "language": session.language,
        "speakers": session.speakers,
        "student_speaker": session.student_speaker,
        "proofs": {
            "student_strengths": proved[0],
            "areas_for_improvement": proved[1],
            "action_items": proved[2],
        },
        "step": session.step,
        "progress": session.progress,
        "error": session.error,
        "error_code": session.error_code,
    }


def row_body(session: TutoringSession) -> dict[str, Any]:
    return {
        "pk": session.pk,
        "held_at": session.held_at,
        "subject": session.subject or TAUGHT[session.language].name,
        "topics": session.analysis.get("topics", []),
        "status": session.status,
        "title": str(session),
        "progress": session.progress,
    }
