"""The background job of a tutoring session: step by step, each once, however often it is run."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from conversations.transcripts.models import TutoringSession

LOST: Final = timedelta(minutes=15)


def process_session(*, session_id: UUID | str) -> int | None:
    """Go on with a session from its next step; None when there is nothing left to do, else the
    seconds to wait before it is called again."""
    return None


def waiting_sessions(*, now: datetime, limit: int = 200) -> list[UUID]:
    """Sessions nobody has worked on for a while, as after a worker died or the queue was lost."""
    rows = TutoringSession.objects.filter(
        status=TutoringSession.Status.PROCESSING, updated_at__lt=now - LOST
    )
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:limit])
