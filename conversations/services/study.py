"""Time spent talking: each message is a sign of work in its conversation's learning session."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from conversations.models import Conversation, Message
from learning.models import LearningSession
from learning.sessions.services import complete_session, note_activity, start_session

PAUSE: Final = timedelta(minutes=30)
"""After as long without a message, the next one begins another session."""
_BEGUN_BY: Final = "conversation"


def count_study(*, message: Message) -> None:
    """Count the time up to a learner's message. Counting a message twice changes nothing."""
    at = message.created_at
    with transaction.atomic():
        rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
        held = rows.select_related("learner", "learning_session").get(pk=message.conversation_id)
        session = held.learning_session
        if session is None or _is_over(session, at):
            session = _begin(held, session, at)
        note_activity(session=session, now=at)


def _is_over(session: LearningSession, at: datetime) -> bool:
    """A session that a client named is theirs to end."""
    if _BEGUN_BY not in session.metadata:
        return False
    over = session.status == LearningSession.Status.COMPLETED
    return at - (session.active_at or session.started_at) > (timedelta(0) if over else PAUSE)


def _begin(held: Conversation, before: LearningSession | None, at: datetime) -> LearningSession:
    if before:
        complete_session(session=before, now=before.active_at or before.started_at)
    held.learning_session = start_session(
        learner=held.learner,
        session_type=LearningSession.Type.CONVERSATION,
        language=held.language,
        level=held.level,
        metadata={_BEGUN_BY: str(held.pk)},
        now=at,
    )
    held.save(update_fields=["learning_session"])
    return held.learning_session
