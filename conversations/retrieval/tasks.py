"""Celery's doors to the index. Both stand in the schedule."""

from celery import shared_task
from django.utils import timezone


@shared_task
def index_changed_task() -> int:
    """Every ten minutes: what was changed, saved or said becomes findable."""
    from conversations.retrieval.upkeep import index_changed  # the encoder takes 100 MB

    return index_changed(now=timezone.now())


@shared_task
def embed_missing_task() -> int:
    """Every ten minutes: what has no vector by the embedder in use gets one."""
    from conversations.retrieval.upkeep import embed_missing  # as above

    return embed_missing()
