from celery import shared_task

from conversations.streams.closing import close_dead_turns


@shared_task
def close_interrupted_turns_task() -> int:
    """Each minute: a turn whose process died is closed even when nobody reads it."""
    return close_dead_turns()
