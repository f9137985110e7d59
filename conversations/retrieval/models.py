from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField, HnswIndex

from accounts.models import User
from ai.models import EMBEDDING_DIMENSIONS
from config.ids import new_id


class Retrievable(models.Model):
    """A stretch of text that can be found by meaning and by words, and quoted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    language = models.CharField("of the text, ISO 639-1", max_length=8)
    text = models.TextField()
    embedder = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    embedding = HalfVectorField(dimensions=EMBEDDING_DIMENSIONS, null=True)
    sentences = models.BinaryField(
        "a short vector of each sentence, by the same embedder", null=True, editable=False
    )
    search = SearchVectorField("in the dictionary of its language, without accents", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class PassageQuerySet(models.QuerySet["Passage"]):
    def visible_to(self, user: User) -> Self:
        """What everybody may read, and what belongs to learners the user sees."""
        return self.filter(Q(learner__isnull=True) | Q(learner__in=User.objects.visible_to(user)))


class Passage(Retrievable):
    """A stretch of a lesson, of something a learner saved, or of a conversation of theirs."""

    class Kind(models.TextChoices):
        LESSON = "lesson", "Lesson"
        SAVED = "saved", "Saved material"
        CONVERSATION = "conversation", "Conversation"

    learner = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="passages",
        help_text="nobody's: for everybody",
    )
    kind = models.CharField(max_length=16, choices=Kind)
    source_id = models.UUIDField("lesson, note, word or conversation it is of")
    position = models.PositiveIntegerField("place in the source, from 0", default=0)
    title = models.CharField(max_length=255)
    locator = models.JSONField("where in the source", default=dict, blank=True)

    objects = PassageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "kind", "source_id", "position"],
                nulls_distinct=False,
                name="passage_place_unique",
            )
        ]
        indexes = [
            models.Index(fields=["learner", "kind"], name="passage_learner"),
            models.Index(fields=["source_id"], name="passage_source"),
            GinIndex(fields=["search"], name="passage_search"),
            HnswIndex(
                name="passage_embedding_hnsw",
                fields=["embedding"],
                m=16,
                ef_construction=64,
                opclasses=["halfvec_cosine_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.kind}, {self.position})"


class MessageSource(models.Model):
    """What a reply rests on: `quote` stands word for word in the passage."""

    class Kind(models.TextChoices):
        TRANSCRIPT = "transcript", "Tutoring session"
        LESSON = "lesson", "Lesson"
        SAVED = "saved", "Saved material"
        CONVERSATION = "conversation", "Conversation"

    message = models.ForeignKey(
        "conversations.Message", on_delete=models.CASCADE, related_name="sources"
    )
    index = models.PositiveSmallIntegerField("number in the reply, from 1")
    kind = models.CharField(max_length=16, choices=Kind)
    source_id = models.UUIDField("tutoring session, lesson, note, word or conversation")
    passage_id = models.UUIDField("chunk or passage")
    title = models.CharField(max_length=255)
    excerpt = models.TextField(max_length=1000)
    locator = models.JSONField(default=dict, blank=True)
    relevance = models.FloatField(default=0.0)

    class Meta:
        ordering = ["message", "index"]
        constraints = [
            models.UniqueConstraint(fields=["message", "index"], name="message_source_unique")
        ]

    def __str__(self) -> str:
        return f"[{self.index}] {self.title}"
