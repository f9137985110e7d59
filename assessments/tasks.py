from datetime import timedelta
from typing import Any, Final

from celery import Task, shared_task
from django.utils import timezone

from ai.errors import AllProvidersFailed, ProviderError

TRIES_AGAIN: Final = 3
REGRADED_SINCE: Final = timedelta(days=2)
FIRST_WAIT: Final = 30
"""Seconds; each further wait is four times as long, so that ten minutes lie before the last try."""


@shared_task(bind=True, max_retries=TRIES_AGAIN)
def review_writing_task(self: "Task[Any, Any]", response_id: str) -> bool:
    """A text is judged again while providers are down, and at last by the built-in scorer."""
    from assessments.services.reviewing import review_writing  # its module imports the services

    tried = self.request.retries
    try:
        return review_writing(
            response_id=response_id, by_rules=tried >= TRIES_AGAIN, now=timezone.now()
        )
    except (AllProvidersFailed, ProviderError) as error:
        raise self.retry(exc=error, countdown=FIRST_WAIT * 4**tried) from error


@shared_task
def review_waiting_texts_task() -> int:
    """Every ten minutes: texts that were handed in while the queue was down are read after all."""
    from assessments.services.reviewing import unread_texts  # as above

    waiting = unread_texts(now=timezone.now())
    for response_id in waiting:
        review_writing_task.delay(str(response_id))
    return len(waiting)


@shared_task
def calibrate_items_task() -> None:
    """Each night: one task a language, so that none waits for another or exceeds its time."""
    from assessments.calibration.nightly import languages_asked  # numpy and more: not for the web

    for language in languages_asked():
        calibrate_language_task.delay(language)


@shared_task
def calibrate_language_task(language: str) -> None:
    from assessments.calibration.certainty import simulate_certainty  # as above
    from assessments.calibration.nightly import calibrate_language
    from assessments.services.disputes import regrade_recent  # its module imports this one

    now = timezone.now()
    # What the queue lost since: a key that has a new answer, and answers not graded by it yet.
    regrade_recent(language=language, since=now - REGRADED_SINCE)
    calibrate_language(language=language, now=now)
    simulate_certainty(language=language)


@shared_task
def regrade_item_task(item_id: str) -> int:
    from assessments.services.disputes import regrade_item  # as above

    return regrade_item(item_id=item_id)
