"""Celery's doors to memory. Both stand in the schedule, at hours when few people learn."""

from celery import shared_task
from django.utils import timezone


@shared_task
def remember_finished_task() -> int:
    """Each day: conversations that have been at rest for a day are read, each in a task."""
    from conversations.memory.remembering import finished_conversations  # the encoder takes 100 MB

    found = finished_conversations(now=timezone.now())
    for conversation_id in found:
        remember_conversation_task.delay(str(conversation_id))
    return len(found)


@shared_task
def remember_conversation_task(conversation_id: str) -> int:
    from conversations.memory.remembering import remember_conversation  # as above

    return remember_conversation(conversation_id=conversation_id, now=timezone.now())


@shared_task
def archive_memories_task() -> int:
    """Each day: what is unimportant and was not spoken of for long is put away."""
    from conversations.memory.aging import archive_forgotten  # as above

    return archive_forgotten(now=timezone.now())
