"""Celery looks for tasks here: those of every noun."""

from practice.decks.exchange.tasks import import_deck_task, sweep_imports_task
from practice.decks.tasks import (
    fit_due_parameters_task,
    fit_parameters_task,
    record_reviews_task,
    record_unread_reviews_task,
    reschedule_task,
)
from practice.sets.tasks import make_set_task, make_waiting_sets_task

__all__ = [
    "fit_due_parameters_task",
    "fit_parameters_task",
    "import_deck_task",
    "make_set_task",
    "make_waiting_sets_task",
    "record_reviews_task",
    "record_unread_reviews_task",
    "reschedule_task",
    "sweep_imports_task",
]
