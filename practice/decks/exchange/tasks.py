"""Celery's doors to imports. Their services queue them, so they import them when they run."""

from celery import shared_task
from django.utils import timezone


@shared_task
def import_deck_task(import_id: str) -> bool:
    from practice.decks.exchange.importing import run_import

    return run_import(import_id=import_id, now=timezone.now())


@shared_task
def sweep_imports_task() -> int:
    """Every ten minutes: imports whose task was lost go on, uploads nobody went on with go."""
    from practice.decks.exchange.importing import drop_abandoned, waiting_imports

    drop_abandoned(now=timezone.now())
    waiting = waiting_imports(now=timezone.now())
    for import_id in waiting:
        import_deck_task.delay(str(import_id))
    return len(waiting)
