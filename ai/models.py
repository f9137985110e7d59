from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField

from config.ids import new_id

EMBEDDING_DIMENSIONS = 1536


class UsageRecord(models.Model):
    """One call to a provider: what it was for, what it cost, how it ended. Never what was said."""

    class Outcome(models.TextChoices):
        OK = "ok", "Answered"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=128)
    purpose = models.CharField(max_length=64)
    prompt = models.CharField("prompt and version", max_length=64, blank=True)
    reference = models.UUIDField("row it was for", null=True, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    estimated = models.BooleanField("tokens are our estimate", default=False)
    cost_micros = models.PositiveBigIntegerField("cost, millionths of a US dollar", default=0)
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=Outcome)
    error_code = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="usage_recent"),
            models.Index(fields=["user", "-created_at"], name="usage_user_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.purpose}"


class ModerationFlagQuerySet(models.QuerySet["ModerationFlag"]):
    def visible_to(self, user: Any) -> Self:
        """One's own; every one for an admin. Shown to no tutor: it may be about the tutor."""
        return self if user.is_admin else self.filter(user=user)

    def waiting(self) -> Self:
        return self.filter(status__in=("queued", "appealed"))


class ModerationFlag(models.Model):
    """A text that was found wanting: why, what was done, and what came of an appeal."""

    class Category(models.TextChoices):
        PROFANITY = "profanity", "Profanity"
        HATE_SPEECH = "hate_speech", "Hate speech"
        VIOLENCE = "violence", "Violence"
        SEXUAL_CONTENT = "sexual_content", "Sexual content"
        SPAM = "spam", "Spam"
        PERSONAL_INFORMATION = "personal_information", "Personal information"
        COPYRIGHT = "copyright_infringement", "Copyright infringement"
        ILLEGAL_CONTENT = "illegal_content", "Illegal content"
        SELF_HARM = "self_harm", "Self-harm"

    class Severity(models.TextChoices):
        LOW = "low", "Low"
        MODERATE = "moderate", "Moderate"
        HIGH = "high", "High"

    class Action(models.TextChoices):
        NOTED = "noted", "Let through"
        QUEUED = "queued", "Let through, to be looked at"
        BLOCKED = "blocked", "Blocked"

    class Status(models.TextChoices):
        CLOSED = "closed", "Nothing to decide"
        QUEUED = "queued", "Waiting for a look"
        APPEALED = "appealed", "Appealed"
        UPHELD = "upheld", "Upheld"
        OVERTURNED = "overturned", "Overturned"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="moderation_flags"
    )
    surface = models.CharField("message, reply, transcript, course, ...", max_length=32)
    source_type = models.CharField("table of the row it is of", max_length=64, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    category = models.CharField(max_length=24, choices=Category)
    severity = models.CharField(max_length=8, choices=Severity)
    action = models.CharField(max_length=8, choices=Action)
    status = models.CharField(max_length=12, choices=Status, default=Status.CLOSED)
    reason = models.CharField("for its writer", max_length=300)
    excerpt = models.CharField("what was found, with what stands around it", max_length=300)
    found_by = models.CharField("pattern, list or provider", max_length=80)
    text_hash = models.CharField(
        "SHA-256 of the text, whatever its case", max_length=64, blank=True
    )
    appeal = models.CharField(max_length=1000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField("why, for its writer", max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ModerationFlagQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], name="moderation_flag_user"),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=("queued", "appealed")),
                name="moderation_flag_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.severity}"


class CachedEmbedding(models.Model):
    """A text's vector, by the hash of the text, so that the same text is embedded once."""

    embedder = models.CharField(max_length=64)
    content_hash = models.CharField("SHA-256 of the text", max_length=64)
    embedding = HalfVectorField(dimensions=EMBEDDING_DIMENSIONS)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["embedder", "content_hash"], name="cached_embedding_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.embedder} {self.content_hash[:12]}"
