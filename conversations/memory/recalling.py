"""Telling memories for a reply: the learner's own, by relevance, importance and age."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract, Greatest, Power
from pgvector.django import CosineDistance

from ai import factory
from ai.embeddings import content_hash
from ai.models import CachedEmbedding
from conversations.memory import aging, relevance
from conversations.memory.models import Memory, MemoryEvidence, MemoryRecall

MEMORY_TOKENS: Final = 300
"""What the memories told for one reply may cost."""
CHARACTERS_PER_TOKEN: Final = 3.5
MOST_READ: Final = 150
"""The strongest memories, of which the relevant ones are told."""
LEAST_SCORE: Final = 0.04
"""Below it a memory is not worth its tokens."""
QUOTES_READ: Final = 3


def recall(
    *,
    learner_id: UUID,
    text: str,
    now: datetime,
    companion_id: UUID | None = None,
    tokens: int = MEMORY_TOKENS,
) -> list[Memory]:
    """The learner's memories worth telling for a reply to `text`, the best first, within `tokens`.

    One query, no network: the vector of `text` counts when it has been made already. Empty without
    consent and during a pause. A memory that is private to a companion is told to that companion
    alone. Say each by its `content`, which is in the learner's own language.

    score = relevance x strength, where strength is importance by age (`aging`).
    """
    rows = _tellable(learner_id, companion_id, now).defer("embedding")
    rows = rows.annotate(quotes=_quotes(), distance=_distance(text))
    asked = relevance.stems(text)
    scored = []
    for memory in rows.order_by(_strength(now).desc())[:MOST_READ]:
        memory.relevance = relevance.relevance(  # type: ignore[attr-defined]  # read by note_recalls
            asked,
            texts=(memory.content, *memory.quotes),
            subject=memory.subject,
            distance=memory.distance,
        )
        scored.append((memory.relevance * aging.strength(memory, now), memory))  # type: ignore[attr-defined]  # as above
    scored.sort(key=lambda one: one[0], reverse=True)
    return _within(tokens, (memory for score, memory in scored if score >= LEAST_SCORE))


def note_recalls(message_id: UUID | str, memories: Sequence[Memory]) -> None:
    """Keep what was told for a reply (`message_id` is the reply's), so that the learner's answer
    to it is not taken for news. Call it in the transaction that writes the turn.

    Being told makes a memory young again only where it had to do with what was said.
    """
    if not memories:
        return
    MemoryRecall.objects.bulk_create(
        [MemoryRecall(memory_id=memory.pk, message_id=message_id) for memory in memories],
        ignore_conflicts=True,
    )
    asked_for = [
        memory.pk for memory in memories if getattr(memory, "relevance", 1.0) > relevance.FLOOR
    ]
    Memory.objects.filter(pk__in=asked_for).update(
        recalls=F("recalls") + 1, recalled_at=_told_at(message_id)
    )


def _told_at(message_id: UUID | str) -> Subquery:
    from conversations.models import Message  # it imports this package's models

    return Subquery(Message.objects.filter(pk=message_id).values("created_at"))


def _tellable(learner_id: UUID, companion_id: UUID | None, now: datetime) -> QuerySet[Memory]:
    private = Q(companion_id__isnull=True)
    if companion_id is not None:
        private |= Q(companion_id=companion_id)
    consent = "learner__memory_consent__"
    running = Q(**{f"{consent}paused_until__isnull": True}) | Q(
        **{f"{consent}paused_until__lte": now}
    )
    standing = Memory.objects.standing().filter(learner=learner_id)
    return standing.filter(private, running, **{f"{consent}given": True})


def _strength(now: datetime) -> Case:
    """As `aging.strength` has it, for the database to order by."""
    touched = Greatest("said_at", Coalesce("recalled_at", "said_at"))
    age = ExpressionWrapper(
        Extract(Value(now) - touched, "epoch") / (86_400.0 * aging.HALF_LIFE_DAYS), FloatField()
    )
    aged = F("importance") * Power(Value(0.5), Greatest(age, Value(0.0)))
    return Case(When(pinned=True, then=F("importance")), default=aged, output_field=FloatField())


def _quotes() -> ArraySubquery:
    said = MemoryEvidence.objects.filter(memory=OuterRef("pk")).order_by("-pk")
    return ArraySubquery(said.values("quote")[:QUOTES_READ])


def _distance(text: str) -> Any:
    """The cosine distance to `text` where its vector is kept; NULL where it is not."""
    embedder = factory.embedder().name
    kept = CachedEmbedding.objects.filter(embedder=embedder, content_hash=content_hash(text))
    near = CosineDistance("embedding", Subquery(kept.values("embedding")[:1]))
    return Case(When(embedder=embedder, then=near), default=None, output_field=FloatField())


def _within(tokens: int, memories: Iterable[Memory]) -> list[Memory]:
    told: list[Memory] = []
    for memory in memories:
        tokens -= round(len(memory.content) / CHARACTERS_PER_TOKEN) + 3
        if tokens < 0:
            break
        told.append(memory)
    return told
