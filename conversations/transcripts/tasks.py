from typing import Final

from celery import shared_task
from django.utils import timezone

PAUSES: Final = (10, 60)
"""Seconds before a step that failed is tried again."""


@shared_task
def process_session_task(session_id: str) -> bool:
    """Read a session as far as it comes; run twice, each step is done once.

    A long one comes back for the rest, so that what a learner waits for gets between.
    """
    from conversations.transcripts.processing import process_session  # loads the word lists

    left = process_session(session_id=session_id)
    if left is not None:
        process_session_task.apply_async((session_id,), countdown=left)
    return left is None


@shared_task
def process_waiting_sessions_task() -> int:
    """Every few minutes: sessions whose task was lost, or whose worker died, go on."""
    from conversations.transcripts.processing import take_waiting_sessions  # as above

    waiting = take_waiting_sessions(now=timezone.now())
    for session_id in waiting:
        process_session_task.delay(str(session_id))
    return len(waiting)
