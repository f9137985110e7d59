import logging
from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from conversations.handover.tasks import (
    mail_answer_task,
    mail_tutors_task,
    queue_request_task,
    queue_waiting_requests_task,
)
from conversations.memory.tasks import (
    archive_memories_task,
    remember_conversation_task,
    remember_finished_task,
)
from conversations.offering import offer_tutor
from conversations.retrieval.tasks import embed_missing_task, index_changed_task
from conversations.transcripts.tasks import process_session_task, process_waiting_sessions_task

logger = logging.getLogger(__name__)

__all__ = [
    "archive_memories_task",
    "close_interrupted_turns_task",
    "embed_missing_task",
    "index_changed_task",
    "mail_answer_task",
    "mail_tutors_task",
    "process_session_task",
    "process_waiting_sessions_task",
    "queue_request_task",
    "queue_waiting_requests_task",
    "read_message_task",
    "read_unread_messages_task",
    "remember_conversation_task",
    "remember_finished_task",
]


@shared_task
def close_interrupted_turns_task() -> int:
    """Each minute: a turn whose process died is closed even when nobody reads it."""
    from conversations.streams.closing import close_dead_turns  # closing a turn enqueues a task

    return close_dead_turns()


@shared_task
def read_message_task(*message_ids: str) -> int:
    new = _read(message_ids)
    for one in message_ids:
        offer_tutor(message_id=one, now=timezone.now())
    return new


@shared_task
def read_unread_messages_task(after: str | None = None) -> int:
    """Each hour: what was said while the queue was down, or a worker died, is read after all. In
    several goes, each `after` the last message of the one before, so that none waits behind what
    cannot be read, and whoever waits on a page is served in between."""
    from conversations.evidence import AT_ONCE, unread_messages  # as in `_read`

    found = unread_messages(now=timezone.now(), after=after)
    new = _read(found)
    if len(found) == AT_ONCE:
        read_unread_messages_task.delay(str(found[-1]))
    return new


def _read(message_ids: Iterable[str | UUID]) -> int:
    """What one message does not let be read holds up no other: the sweep comes back to it."""
    from conversations.evidence import read_message  # the word lists take 100 MB a language

    new = 0
    for one in message_ids:
        try:
            new += read_message(message_id=one)
        except Exception:
            logger.exception("message_not_read", extra={"chat_message": str(one)})
    return new
