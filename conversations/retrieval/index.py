"""Keeping passages searchable: their words, and their vectors by the embedder in use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from ai.embeddings import content_hash
from conversations.history import branch_ids
from conversations.models import Conversation, Message, Passage, TranscriptChunk
from conversations.retrieval import drafts
from conversations.retrieval.drafts import Draft
from conversations.retrieval.found import Utterance
from conversations.retrieval.sentences import sentences_of, spoken
from conversations.retrieval.vectors import embedder_in_use, mean_of, packed, vectors_of
from conversations.retrieval.words import dictionary
from learning.models import ContentItem
from practice.models import Note, VocabularyItem

BATCH: Final = 16
LEFT_ALONE: Final = timedelta(hours=1)
"""How long nobody has spoken in a conversation before it is read."""
LONGEST_CONVERSATION: Final = 5000
"""Messages of a branch that are read: the last ones."""
TOLD: Final = (
    Q(status=Message.Status.COMPLETE)
    & ~Q(content="")
    & ~Q(role=Message.Role.ASSISTANT, provider="builtin")
)
"""Messages that may be quoted: not cut off, and not by the built-in tutor, whose fillers and
refusals tell nothing."""


@dataclass(frozen=True, slots=True)
class Material:
    """What passages are made of, and what they say now: nothing when it is not to be found."""

    kind: str
    source_id: UUID
    learner_id: UUID | None
    drafts: Sequence[Draft] = ()


def index_chunks(*, session_id: UUID) -> int:
    """Fill search vector, vector and hash of a session's chunks; how many were embedded.

    Safe to run again: a chunk that is up to date is left alone. The words are searchable even when
    the embedder fails. Raises ProviderError then, after writing what could be written.
    """
    index_chunk_words(session_id=session_id)
    return embed_chunks(TranscriptChunk.objects.filter(session=session_id))


def index_chunk_words(*, session_id: UUID) -> None:
    """Make the words of a session's chunks searchable: fast, and asks no embedder."""
    chunks = TranscriptChunk.objects.filter(session=session_id)
    for language in set(chunks.values_list("language", flat=True)):
        _index_words(chunks.filter(language=language), language)


def embed_chunks(chunks: "QuerySet[TranscriptChunk]") -> int:
    """Give those that have none a vector of what they say now. Raises ProviderError."""
    rows = chunks.select_related("session__tutor", "student").defer("embedding", "search")
    return _embed(rows.order_by("session", "position"))


def embed_passages(passages: "QuerySet[Passage]") -> int:
    """As `embed_chunks`."""
    rows = passages.select_related("learner").defer("embedding", "search")
    return _embed(rows.order_by("pk"))


def index_lessons(*, ids: Sequence[UUID | str]) -> int:
    """Make the passages of these lessons anew where they changed; hidden ones lose theirs."""
    items = ContentItem.objects.filter(pk__in=ids).defer("search")
    kind = Passage.Kind.LESSON
    return _index([Material(kind, item.pk, None, _of_lesson(item)) for item in items])


def _of_lesson(item: ContentItem) -> list[Draft]:
    shown = item.is_active and item.content_type == ContentItem.Type.LESSON
    return drafts.of_lesson(item) if shown else []


def index_saved(*, words: Sequence[UUID | str] = (), notes: Sequence[UUID | str] = ()) -> int:
    """Make the passages of these vocabulary items and notes anew."""
    kind = Passage.Kind.SAVED
    saved = VocabularyItem.objects.filter(pk__in=words, vocabulary_list__owner__isnull=False)
    kept = Note.objects.filter(pk__in=notes, deck__deleted_at=None).select_related("deck")
    made = [
        Material(kind, item.pk, item.vocabulary_list.owner_id, drafts.of_word(item))
        for item in saved.select_related("vocabulary_list").defer("search")
    ]
    made += [Material(kind, note.pk, note.deck.owner_id, drafts.of_note(note)) for note in kept]
    return _index(made)


def index_conversation(*, conversation_id: UUID | str) -> int:
    """Make the passages of a conversation that has been left alone for an hour."""
    talk = Conversation.objects.filter(pk=conversation_id).first()
    if talk is None or (talk.last_message_at or talk.created_at) > timezone.now() - LEFT_ALONE:
        return 0
    said = [] if talk.deleted_at else _said_in(talk)
    made = drafts.of_conversation(talk.language, str(talk), said)
    return _index([Material(Passage.Kind.CONVERSATION, talk.pk, talk.learner_id, made)])


def _said_in(talk: Conversation) -> list[Message]:
    """What may be quoted of the branch that is shown."""
    said = talk.messages.filter(TOLD)
    if talk.tip_id:
        said = said.filter(pk__in=branch_ids(talk.tip_id, limit=LONGEST_CONVERSATION))
    return list(said.order_by("position")[:LONGEST_CONVERSATION])


def _index(materials: Sequence[Material]) -> int:
    """Bring the passages in line with what their sources say; how many were embedded."""
    if not materials:
        return 0
    sources = [one.source_id for one in materials]
    with transaction.atomic():
        _write(materials)
        passages = Passage.objects.filter(source_id__in=sources)
        for language in set(passages.values_list("language", flat=True)):
            _index_words(passages.filter(language=language), language)
    return embed_passages(Passage.objects.filter(source_id__in=sources))


def _write(materials: Sequence[Material]) -> None:
    now = timezone.now()
    rows = [row for one in materials for row in _rows(one)]
    Passage.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["learner", "kind", "source_id", "position"],
        update_fields=["language", "title", "text", "locator", "created_at"],
    )
    # Whatever was not written now is said no longer.
    sources = [one.source_id for one in materials]
    Passage.objects.filter(source_id__in=sources, created_at__lt=now).delete()


def _rows(material: Material) -> Iterable[Passage]:
    for position, draft in enumerate(material.drafts):
        yield Passage(
            learner_id=material.learner_id,
            kind=material.kind,
            source_id=material.source_id,
            position=position,
            language=draft.language,
            title=draft.title,
            text=draft.text,
            locator=draft.locator,
        )


def _index_words(rows: "QuerySet[Any]", language: str) -> None:
    config = Value(dictionary(language))
    title = rows.model is Passage
    words: Any = SearchVector("text", config=config, weight="B")
    if title:
        words = SearchVector("title", config=config, weight="A") + words
    rows.update(search=words)


def _embed(rows: "QuerySet[Any]") -> int:
    embedder = embedder_in_use()
    done = 0
    batch: list[Any] = []
    for row in rows.iterator(chunk_size=500):
        if not _is_current(row, embedder):
            batch.append(row)
        if len(batch) == BATCH:
            done += _embed_batch(batch)
            batch = []
    return done + (_embed_batch(batch) if batch else 0)


def _is_current(row: Any, embedder: str) -> bool:
    return bool(row.embedder == embedder and row.content_hash == content_hash(vector_text(row)))


def _embed_batch(rows: Sequence[Any]) -> int:
    """A row's vector is the mean of those of its sentences: of a long text that finds better."""
    texts = [_sentences(row) for row in rows]
    names = sorted({name for row in rows for name in _names(row)})
    flat = [text for one in texts for text in one]
    made = async_to_sync(vectors_of)(flat, names=names)
    vectors = iter([vector or [] for vector in made.vectors])
    for row, one in zip(rows, texts, strict=True):
        told = [next(vectors) for _ in one]
        row.embedding, row.sentences = mean_of(told), packed(told)
        row.embedder, row.content_hash = made.embedder, content_hash(vector_text(row))
    fields = ["embedding", "sentences", "embedder", "content_hash"]
    type(rows[0]).objects.bulk_update(rows, fields, batch_size=BATCH)
    return len(rows)


def _sentences(row: Passage | TranscriptChunk) -> list[str]:
    return [one.text for one in sentences_of(row.text, _spoken(row))]


def _spoken(row: Passage | TranscriptChunk) -> tuple[Utterance, ...]:
    if isinstance(row, TranscriptChunk):
        return spoken(row.utterances)
    return spoken(row.locator.get("messages", ()))


def vector_text(row: Passage | TranscriptChunk) -> str:
    """What stands for a row in meaning: its sentences, without the names of who says them."""
    return "\n".join(_sentences(row))


def _names(row: Passage | TranscriptChunk) -> set[str]:
    """People whose names stay here when the embedder is somewhere else."""
    if isinstance(row, Passage):
        return {row.learner.name} if row.learner else set()
    tutor = row.session.tutor
    return {row.student.name, *row.speakers} | ({tutor.name} if tutor else set())
