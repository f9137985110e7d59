from celery import shared_task
from django.utils import timezone


@shared_task
def embed_content_task(ids: list[str]) -> int:
    from learning.content.embedding import embed_items  # the encoder takes 100 MB

    return embed_items(ids=ids)


@shared_task
def embed_aims_task() -> int:
    """Every few minutes: what learners said they want, and what they get wrong, gets a vector."""
    from learning.content.embedding import LATELY, embed_aims  # as above

    return embed_aims(since=timezone.now() - LATELY)
