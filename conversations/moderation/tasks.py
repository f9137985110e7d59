from typing import Any, Final

import structlog
from celery import Task, shared_task

from ai.errors import ProviderError

TRIES_AGAIN: Final = 3
FIRST_WAIT: Final = 60
"""Seconds; each further wait is four times as long."""

log = structlog.get_logger(__name__)


@shared_task(bind=True, max_retries=TRIES_AGAIN)
def check_messages_task(self: "Task[Any, Any]", message_ids: list[str]) -> int:
    """A provider that does not answer is asked a few times more, then given up: the rules have
    spoken already."""
    from conversations.moderation.later import check_messages  # its module imports this one

    try:
        return check_messages(message_ids)
    except ProviderError as error:
        log.warning("moderation.provider_failed", code=error.code, messages=message_ids)
        tried = self.request.retries
        if not error.retryable or tried >= TRIES_AGAIN:
            return 0
        raise self.retry(exc=error, countdown=FIRST_WAIT * 4**tried) from error
