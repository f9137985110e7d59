from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField, HnswIndex

from accounts.models import User
from ai.models import EMBEDDING_DIMENSIONS
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level
from learning.concepts.models import Concept
from learning.sessions.models import LearningSession


class ContentItemQuerySet(models.QuerySet["ContentItem"]):
    def published(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> Self:
        return self if user.is_staff else self.published()


class ContentItem(models.Model):
    """Something to learn from: a lesson, an exercise, or a way into a conversation."""

    class Type(models.TextChoices):
        LESSON = "lesson", "Lesson"
        EXERCISE = "exercise", "Exercise"
        CONVERSATION_STARTER = "conversation_starter", "Conversation starter"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(
        "stable name in the files; none when made here", max_length=120, blank=True
    )
    content_type = models.CharField(max_length=24, choices=Type)
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    level = models.CharField(max_length=2, choices=Level)
    title = models.CharField(max_length=255)
    topics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    concepts = models.ManyToManyField(Concept, related_name="content", blank=True)
    content = models.JSONField("its parts, by type", default=dict)
    metadata = models.JSONField(default=dict, blank=True)
    minutes = models.PositiveSmallIntegerField("about how long it takes", default=5)
    search = SearchVectorField(
        "its words, each in the dictionary of their language", null=True, editable=False
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContentItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "slug"], condition=~Q(slug=""), name="content_slug_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["language", "level", "content_type"], name="content_shelf"),
            GinIndex(fields=["topics"], name="content_topics"),
            GinIndex(fields=["search"], name="content_search"),
        ]

    def __str__(self) -> str:
        return self.title


class ContentEmbedding(models.Model):
    """Where a piece of content lies in meaning, by one embedder."""

    item = models.OneToOneField(
        ContentItem, on_delete=models.CASCADE, primary_key=True, related_name="embedding"
    )
    embedder = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    embedding = HalfVectorField(dimensions=EMBEDDING_DIMENSIONS)
    created_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            HnswIndex(
                name="content_embedding_hnsw",
                fields=["embedding"],
                m=16,
                ef_construction=64,
                opclasses=["halfvec_cosine_ops"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.embedder}"


class ContentUse(models.Model):
    """What a learner opened and finished, so that it is not offered again and its use is known."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="content_uses")
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="uses")
    session = models.ForeignKey(
        LearningSession,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="the latest time through, of an exercise",
    )
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField("share right, 0 to 1", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "item"], name="content_use_unique")
        ]
        indexes = [models.Index(fields=["learner", "-opened_at"], name="content_use_recent")]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.learner_id}"


class ExerciseAnswerQuerySet(models.QuerySet["ExerciseAnswer"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(session__learner__in=User.objects.visible_to(user))


class ExerciseAnswer(models.Model):
    """What a learner answered to one task of an exercise, one time through: evidence rests on it.

    `task` and `prompt` are kept as they were, since the exercise may be authored anew.
    """

    class Note(models.TextChoices):
        ACCENT = "accent", "Right but for accents"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(
        LearningSession, on_delete=models.CASCADE, related_name="exercise_answers"
    )
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="answers")
    task = models.CharField("id of the task in its exercise", max_length=40)
    prompt = models.CharField(max_length=400)
    answer = models.CharField("as written; empty for “I don’t know”", max_length=400, blank=True)
    correct = models.BooleanField()
    note = models.CharField(max_length=8, choices=Note, blank=True)
    hint_used = models.BooleanField(default=False)
    answered_at = models.DateTimeField()

    objects = ExerciseAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "task"], name="exercise_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.task}: {'right' if self.correct else 'wrong'}"
