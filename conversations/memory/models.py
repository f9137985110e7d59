from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField

from accounts.models import User
from ai.models import EMBEDDING_DIMENSIONS
from config.ids import new_id

MAX_CONTENT = 240


class MemoryQuerySet(models.QuerySet["Memory"]):
    def visible_to(self, user: User) -> Self:
        """Only one's own: what the tutor remembers is shown to nobody else."""
        return self.filter(learner=user)

    def standing(self) -> Self:
        """Neither superseded, expired, nor archived."""
        return self.filter(valid_to__isnull=True, archived_at__isnull=True)


class Memory(models.Model):
    """Something about a learner worth knowing again, in their own language, with its proof."""

    class Type(models.TextChoices):
        FACT = "fact", "Fact"
        PREFERENCE = "preference", "Preference"
        EXPERIENCE = "experience", "Experience"

    class Namespace(models.TextChoices):
        PERSONAL = "personal", "About you"
        WORK = "work", "Work and studies"
        LEARNING = "learning", "Learning"
        INTERESTS = "interests", "Interests"
        PLANS = "plans", "Plans"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memories")
    companion_id = models.UUIDField("the companion it is private to", null=True, blank=True)
    type = models.CharField(max_length=12, choices=Type)
    namespace = models.CharField(max_length=12, choices=Namespace)
    subject = models.CharField("what it says something of, such as job", max_length=60, blank=True)
    content = models.CharField(max_length=MAX_CONTENT)
    language = models.CharField("of the content: the learner's own", max_length=8)
    importance = models.FloatField("0 to 1, as found", default=0.5)
    pinned = models.BooleanField(default=False)
    edited = models.BooleanField("by the learner", default=False)
    seen = models.PositiveIntegerField("how often it was said", default=1)
    recalls = models.PositiveIntegerField(default=0)
    recalled_at = models.DateTimeField(null=True, blank=True)
    extracted_by = models.CharField("prompt and version, or builtin", max_length=64, blank=True)
    embedder = models.CharField(max_length=64, blank=True)
    embedding = HalfVectorField(dimensions=EMBEDDING_DIMENSIONS, null=True)
    filled = models.JSONField("[{field, value}] of the learner's profile", default=list, blank=True)
    said_at = models.DateTimeField("when it was last said")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="supersedes"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    companion: object = None
    """The one it is private to, where the page says who that is."""

    objects = MemoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "memories"
        constraints = [
            models.CheckConstraint(
                condition=Q(importance__gte=0, importance__lte=1), name="memory_importance"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="memory_validity",
            ),
        ]
        indexes = [
            models.Index(
                fields=["learner", "-updated_at"],
                condition=Q(valid_to__isnull=True, archived_at__isnull=True),
                name="memory_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class MemoryEvidence(models.Model):
    """Words of the learner that prove a memory: `quote` stands in the message, literally."""

    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, related_name="evidence")
    message = models.ForeignKey(
        "conversations.Message", on_delete=models.CASCADE, related_name="memory_evidence"
    )
    quote = models.CharField(max_length=400)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "memory evidence"
        constraints = [
            models.UniqueConstraint(fields=["memory", "message"], name="memory_evidence_unique")
        ]

    def __str__(self) -> str:
        return f"{self.memory_id} by {self.message_id}"


class MemoryRecall(models.Model):
    """A memory told to the model for a reply, so that what it repeats is not taken for news."""

    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, related_name="recalled_in")
    message = models.ForeignKey(
        "conversations.Message", on_delete=models.CASCADE, related_name="recalls"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["memory", "message"], name="memory_recall_unique")
        ]

    def __str__(self) -> str:
        return f"{self.memory_id} in {self.message_id}"


class MemoryConsent(models.Model):
    """Whether a learner lets the tutor remember. Without a row they were not asked yet: no."""

    learner = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="memory_consent"
    )
    given = models.BooleanField(default=False)
    share_with_tutor = models.BooleanField("quotes may go to a human tutor", default=False)
    paused_until = models.DateTimeField(null=True, blank=True)
    reads_from = models.DateTimeField("what was said before is not read", null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.given}"

    def paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def allows(self, now: datetime) -> bool:
        """Whether anything may be remembered, or recalled, at that moment."""
        return self.given and not self.paused(now)
