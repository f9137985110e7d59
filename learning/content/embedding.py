"""Vectors of content, and of what learners want and get wrong. Runs in workers and commands."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db.models import Q

from accounts.models import LearnerProfile
from ai import embeddings
from ai.redaction import redact
from learning.content.models import ContentEmbedding, ContentItem
from learning.content.texts import vector_text
from learning.mastery.models import RecurringError

BATCH: Final = 100
LATELY: Final = timedelta(days=2)


def embed_items(*, ids: Sequence[UUID | str]) -> int:
    """Give these items the vector of what they say now; how many were written.

    A text whose vector is on record is not sent anywhere again. Raises ProviderError.
    """
    items = list(ContentItem.objects.filter(pk__in=ids).defer("search").order_by("pk"))
    texts = [vector_text(item) for item in items]
    made = async_to_sync(embeddings.embed)(texts)
    rows = [
        ContentEmbedding(
            item=item,
            embedder=made.embedder,
            content_hash=embeddings.content_hash(text),
            embedding=vector,
        )
        for item, text, vector in zip(items, texts, made.vectors, strict=True)
        if vector is not None
    ]
    ContentEmbedding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["embedder", "content_hash", "embedding", "created_at"],
    )
    return len(rows)


def items_without(*, embedder: str) -> list[UUID]:
    """Content that has no vector by this embedder, or one of what it said before."""
    rows = ContentItem.objects.defer("search").select_related("embedding").order_by("pk")
    rows = rows.defer("search", "embedding__embedding")
    return [item.pk for item in rows.iterator(chunk_size=500) if _is_stale(item, embedder)]


def _is_stale(item: ContentItem, embedder: str) -> bool:
    held = getattr(item, "embedding", None)
    if held is None or held.embedder != embedder:
        return True
    return bool(held.content_hash != embeddings.content_hash(vector_text(item)))


def embed_aims(*, learners: Sequence[UUID] | None = None, since: datetime | None = None) -> int:
    """Put the vectors of what learners want and get wrong on record; how many texts that is.

    Of everybody, of `learners`, or of those whose wishes or errors changed after `since`.
    """
    texts = sorted(set(_aims(learners, since)))
    for start in range(0, len(texts), BATCH):
        async_to_sync(embeddings.embed)(texts[start : start + BATCH])
    return len(texts)


def _aims(learners: Sequence[UUID] | None, since: datetime | None) -> Iterator[str]:
    profiles = LearnerProfile.objects.exclude(Q(interests=[]) & Q(motivation=""))
    errors = RecurringError.objects.open().exclude(corrected="")
    if learners is not None:
        profiles, errors = profiles.filter(user__in=learners), errors.filter(learner__in=learners)
    if since is not None:
        profiles = profiles.filter(updated_at__gt=since)
        errors = errors.filter(last_seen_at__gt=since)
    wishes = profiles.values_list("interests", "motivation", "user__name")
    for interests, motivation, name in wishes.iterator():
        yield from (text for text in [*interests, motivation] if _may_leave(text, name))
    for text, name in errors.values_list("corrected", "learner__name").iterator():
        if _may_leave(text, name):
            yield text


def _may_leave(text: str, name: str) -> bool:
    """A text with a name, an address or a number in it is not worth a vector, and stays here."""
    return bool(text.strip()) and redact(text, names=[name]) == text
