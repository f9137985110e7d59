from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

WAITED_LONG: Final = timedelta(minutes=10)


@shared_task
def make_set_task(set_id: str) -> bool:
    """Make a set's questions; run twice, they are written once."""
    from practice.sets.services.making import make_set  # its package imports this module

    return make_set(set_id=set_id, now=timezone.now())


@shared_task
def make_waiting_sets_task() -> int:
    """Every ten minutes: sets that were asked for while the queue was down are made after all."""
    from practice.sets.services.making import waiting_sets  # as above

    waiting = waiting_sets(before=timezone.now() - WAITED_LONG)
    for set_id in waiting:
        make_set_task.delay(str(set_id))
    return len(waiting)
