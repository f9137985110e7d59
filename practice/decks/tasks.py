"""Celery's doors to cards. Their services queue them, so they import them when they run."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone


@shared_task
def record_reviews_task(log_ids: list[str]) -> int:
    from practice.decks.evidence import record_reviews

    return record_reviews(log_ids)


@shared_task
def record_unread_reviews_task() -> int:
    """Each hour: what was reviewed while the queue was down, or a worker died, counts after all."""
    from practice.decks.evidence import record_reviews, unread_reviews

    return record_reviews(unread_reviews(now=timezone.now()))


@shared_task
def reschedule_task(deck_id: str, learner_id: str) -> int:
    from practice.decks.services import reschedule_deck

    return reschedule_deck(deck=UUID(deck_id), learner=UUID(learner_id))


@shared_task
def fit_due_parameters_task() -> int:
    """Each night: decks with many new reviews get a task each."""
    from practice.decks.fitting import decks_to_fit

    due = decks_to_fit(now=timezone.now())
    for deck_id, learner_id in due:
        fit_parameters_task.delay(str(deck_id), str(learner_id))
    return len(due)


@shared_task
def fit_parameters_task(deck_id: str, learner_id: str) -> bool:
    from practice.decks.services import fit_deck

    return fit_deck(deck=UUID(deck_id), learner=UUID(learner_id), now=timezone.now())
