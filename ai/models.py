from django.conf import settings
from django.db import models
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
