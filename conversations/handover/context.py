"""The seed's context of a student, and the page that shows the same brief."""

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.selectors import learner_profile
from conversations.handover import brief
from conversations.handover.packet import level_body, practice_body

MOST_CHALLENGES = 5


def student_context(student: User, *, topic: str = "", now: datetime) -> dict[str, Any]:
    """With a topic: sessions and practice about it, and it comes first in the focus."""
    row = brief.studied(student)
    language = row.language if row else ""
    profile = learner_profile(student)
    errors = brief.open_errors(student, language, limit=MOST_CHALLENGES)
    weak = brief.weak_points(student, language, now=now)
    return {
        "student_id": student.pk,
        "student_profile": {
            "name": student.name,
            "grade": profile.grade,
            "learning_style": profile.learning_style,
        },
        "recent_sessions": brief.session_rows(student, topic=topic),
        "current_challenges": [brief.label_of(one) for one in errors],
        "recommended_focus": brief.focus(errors, weak, topic),
        "student_strengths": brief.strengths(student, language, now=now),
        "practice_history": [
            practice_body(one) for one in brief.latest_practice(student, topic=topic)
        ],
    }


def brief_context(student: User, *, now: datetime) -> dict[str, Any]:
    """For the tutor's page of a student."""
    row = brief.studied(student)
    language = row.language if row else ""
    consent = brief.consent_of(student)
    errors = brief.open_errors(student, language)
    weak = brief.weak_points(student, language, now=now)
    return {
        "student": student,
        "profile": learner_profile(student),
        "studied": row,
        "level": level_body(row),
        "errors": brief.in_words(errors, shared=consent.shared),
        "consent": consent,
        "focus": brief.focus(errors, weak),
        "strengths": brief.strengths(student, language, now=now),
        "sessions": list(brief.tutoring_sessions(student)[: brief.LATEST]),
        "practice": brief.latest_practice(student),
        "work": brief.learning_sessions(student),
    }
