"""Celery looks for tasks here: those of every noun."""

from practice.decks.tasks import (
    fit_due_parameters_task,
    fit_parameters_task,
    record_reviews_task,
    record_unread_reviews_task,
    reschedule_task,
)

__all__ = [
    "fit_due_parameters_task",
    "fit_parameters_task",
    "record_reviews_task",
    "record_unread_reviews_task",
    "reschedule_task",
]
