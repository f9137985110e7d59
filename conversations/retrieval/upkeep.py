"""Finding what changed since it was last read, and reading it again. Run by the clock: what others
write stays free of the index, and what was lost with a queue is found all the same."""

import logging
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from ai.errors import ProviderError
from conversations.models import Conversation, Message, Passage, TranscriptChunk
from conversations.retrieval.index import (
    LEFT_ALONE,
    TOLD,
    embed_chunks,
    embed_passages,
    index_conversation,
    index_lessons,
    index_saved,
)
from conversations.retrieval.vectors import embedder_in_use
from learning.models import ContentItem
from practice.models import Note, VocabularyItem

logger = logging.getLogger(__name__)

MOST: Final = 500
"""Sources of a kind, and rows without a vector, that one run takes up."""
BATCH: Final = 50


def index_changed(*, now: datetime, limit: int = MOST) -> int:
    """Lessons, saved material and conversations that say something else than their passages; how
    many there were. Passages whose source is gone go too."""
    _forget_lost()
    lessons, words, notes = changed_lessons(limit), changed_words(limit), changed_notes(limit)
    talks = changed_conversations(limit, now=now)
    for start in range(0, limit, BATCH):
        batch = slice(start, start + BATCH)
        _reading(index_lessons, ids=lessons[batch])
        _reading(index_saved, words=words[batch], notes=notes[batch])
    for talk in talks:
        _reading(index_conversation, conversation_id=talk)
    return len(lessons) + len(words) + len(notes) + len(talks)


def embed_missing(*, limit: int = MOST) -> int:
    """Rows that have no vector by the embedder in use, or one by another. Raises ProviderError."""
    embedder = embedder_in_use()
    chunks = _without(TranscriptChunk.objects.all(), embedder, limit)
    passages = _without(Passage.objects.all(), embedder, limit)
    return embed_chunks(TranscriptChunk.objects.filter(pk__in=chunks)) + embed_passages(
        Passage.objects.filter(pk__in=passages)
    )


def changed_lessons(limit: int = MOST) -> list[UUID]:
    lessons = ContentItem.objects.filter(content_type=ContentItem.Type.LESSON)
    shown = Q(is_active=True) & ~Exists(_read_since("updated_at"))
    hidden = Q(is_active=False) & Exists(_passages())
    return _first(lessons.filter(shown | hidden), limit)


def changed_words(limit: int = MOST) -> list[UUID]:
    saved = VocabularyItem.objects.filter(vocabulary_list__owner__isnull=False)
    return _first(saved.filter(~Exists(_read_since("updated_at"))), limit)


def changed_notes(limit: int = MOST) -> list[UUID]:
    kept = Note.objects.filter(deck__deleted_at=None, deck__owner__isnull=False)
    return _first(kept.filter(~Exists(_read_since("updated_at"))), limit)


def changed_conversations(limit: int = MOST, *, now: datetime) -> list[UUID]:
    """Those left alone since an hour ago, and those deleted that still have passages."""
    over = Q(deleted_at=None, last_message_at__lt=now - LEFT_ALONE)
    told = Exists(Message.objects.filter(TOLD, conversation=OuterRef("pk")))
    unread = over & told & ~Exists(_read_since("changed"))
    deleted = Q(deleted_at__isnull=False) & Exists(_passages())
    talks = Conversation.objects.annotate(changed=Greatest("last_message_at", "updated_at"))
    found = talks.filter(unread | deleted).order_by("changed")
    return list(found.values_list("pk", flat=True)[:limit])


def _first(rows: "QuerySet[Any]", limit: int) -> list[UUID]:
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:limit])


def _passages() -> "QuerySet[Passage]":
    return Passage.objects.filter(source_id=OuterRef("pk"))


def _read_since(moment: str) -> "QuerySet[Passage]":
    return _passages().filter(created_at__gte=OuterRef(moment))


def _without(rows: "QuerySet[Any]", embedder: str, limit: int) -> list[UUID]:
    lacking = rows.exclude(embedder=embedder).order_by("pk")
    return list(lacking.values_list("pk", flat=True)[:limit])


def _forget_lost() -> None:
    """What was thrown away is not kept in the index."""
    kinds: dict[str, tuple[type[Model], ...]] = {
        Passage.Kind.LESSON: (ContentItem,),
        Passage.Kind.SAVED: (VocabularyItem, Note),
        Passage.Kind.CONVERSATION: (Conversation,),
    }
    for kind, models in kinds.items():
        lost = Passage.objects.filter(kind=kind)
        for model in models:
            kept = model._default_manager.filter(pk=OuterRef("source_id"))
            lost = lost.filter(~Exists(kept))
        lost.delete()
    binned = Note.objects.filter(pk=OuterRef("source_id"), deck__deleted_at__isnull=False)
    Passage.objects.filter(Exists(binned), kind=Passage.Kind.SAVED).delete()


def _reading(index: Any, **sources: Any) -> None:
    """Words are kept before vectors are made, and `embed_missing` makes those that failed."""
    try:
        index(**sources)
    except ProviderError as error:
        logger.warning("passages_without_vectors", extra={"code": error.code})
