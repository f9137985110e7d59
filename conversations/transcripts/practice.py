"""A practice set about what came up in a tutoring session."""

from typing import Final
from uuid import UUID

from accounts.models import User
from conversations.transcripts.models import SessionConcept, TutoringSession
from learning.models import Concept

SOURCE: Final = "conversations.tutoringsession"
MOST: Final = 8
_ASKED: Final = (Concept.Kind.GRAMMAR, Concept.Kind.LEMMA)


def of_tutoring_session(learner: User, session_id: UUID) -> tuple[str, list[Concept]] | None:
    """What went wrong in a session of the learner's, then what was new. None: it is nobody's."""
    session = TutoringSession.objects.filter(pk=session_id, student=learner).first()
    if session is None:
        return None
    return session.language, practised(session)


def practised(session: TutoringSession) -> list[Concept]:
    """The concepts a set about a session asks for."""
    rows = SessionConcept.objects.filter(session=session, concept__kind__in=_ASKED)
    chosen = rows.select_related("concept").order_by("-wrong", "correct", "pk")[:MOST]
    return [row.concept for row in chosen]
