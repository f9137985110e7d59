"""A tutoring session of the demo learner's. Fictional; read by the worker like any other."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from accounts.models import User
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.services import upload_transcript

LESSON: Final = Path(__file__).parent / "lesson.vtt"
DAYS_AGO: Final = 5


def seed_session(*, learner: User, tutor: User, now: datetime) -> TutoringSession:
    """The same file is the same session, so a second run changes nothing."""
    return upload_transcript(
        uploader=tutor,
        student=learner,
        tutor=tutor,
        held_at=now - timedelta(days=DAYS_AGO),
        text=LESSON.read_text(encoding="utf-8"),
        format=TutoringSession.Format.VTT,
        language="es",
        source="example",
        now=now,
    )
