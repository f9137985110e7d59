from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from pgvector.django import HnswIndex

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from conversations.retrieval.models import Retrievable
from learning.models import Concept


class TutoringSessionQuerySet(models.QuerySet["TutoringSession"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=User.objects.visible_to(user))


class TutoringSession(models.Model):
    """A meeting with a human tutor: its transcript, and what was found in it."""

    class Format(models.TextChoices):
        PLAIN_TEXT = "plain_text", "Plain text"
        VTT = "vtt", "WebVTT"
        SRT = "srt", "SubRip"
        JSON = "json", "JSON of a meeting tool"

    class Status(models.TextChoices):
        PROCESSING = "processing", "Being read"
        COMPLETED = "completed", "Ready"
        FAILED = "failed", "Failed"

    class Step(models.TextChoices):
        """The next to do. Each writes its result and the following step in one transaction."""

        PARSE = "parse", "Reading the file"
        EMBED = "embed", "Making it searchable"
        ANALYSE = "analyse", "Finding topics and words"
        CREDIT = "credit", "Counting what was shown"
        PRACTISE = "practise", "Making practice"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tutoring_sessions")
    tutor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions_given"
    )
    uploaded_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    title = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=100, blank=True)
    held_at = models.DateTimeField("when the meeting began")
    duration = models.PositiveIntegerField("seconds", null=True, blank=True)
    source = models.CharField("tool it came from, such as read_ai", max_length=40, blank=True)
    format = models.CharField(max_length=12, choices=Format)
    file = models.FileField(upload_to="transcripts/", max_length=200)
    size = models.PositiveIntegerField("bytes")
    content_hash = models.CharField("SHA-256 of the file", max_length=64)
    encoding = models.CharField(max_length=40, blank=True)
    student_speaker = models.CharField("the student's name in the file", max_length=100, blank=True)
    speakers = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.PROCESSING)
    step = models.CharField(max_length=12, choices=Step, default=Step.PARSE)
    progress = models.PositiveSmallIntegerField("percent", default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=64, blank=True)
    error = models.CharField("for a person", max_length=300, blank=True)
    analysis = models.JSONField(
        "{topics, studentStrengths, areasForImprovement, actionItems}", default=dict, blank=True
    )
    analysed_by = models.CharField("prompt and version, or builtin", max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = TutoringSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            # The same file twice is the same session.
            models.UniqueConstraint(
                fields=["student", "content_hash"], name="tutoring_session_file_unique"
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=100), name="tutoring_session_progress"
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-held_at"], name="tutoring_session_recent"),
            models.Index(
                fields=["updated_at"],
                condition=Q(status="processing"),
                name="tutoring_session_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Session of {self.held_at:%Y-%m-%d}"


class TranscriptChunk(Retrievable):
    """About 500 tokens of an exchange. `text` has a line per utterance: "Speaker: words"."""

    session = models.ForeignKey(TutoringSession, on_delete=models.CASCADE, related_name="chunks")
    student = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", help_text="as the session's"
    )
    position = models.PositiveIntegerField("from 0")
    speakers = ArrayField(models.CharField(max_length=100), default=list)
    start = models.FloatField("seconds into the meeting", null=True)
    end = models.FloatField("seconds into the meeting", null=True)
    utterances = models.JSONField("[{speaker, start, end, at, to}], offsets in text", default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"], name="transcript_chunk_place_unique"
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(end__gte=F("start")),
                name="transcript_chunk_times",
            ),
        ]
        indexes = [
            models.Index(fields=["student"], name="transcript_chunk_student"),
            GinIndex(fields=["search"], name="transcript_chunk_search"),
            HnswIndex(
                name="transcript_chunk_hnsw",
                fields=["embedding"],
                m=16,
                ef_construction=64,
                opclasses=["halfvec_cosine_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.position}"


class SessionConcept(models.Model):
    """A concept that came up in a tutoring session, and how it went."""

    session = models.ForeignKey(TutoringSession, on_delete=models.CASCADE, related_name="concepts")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    difficulty = models.PositiveSmallIntegerField("1 to 10")
    correct = models.PositiveSmallIntegerField("right uses by the student", default=0)
    wrong = models.PositiveSmallIntegerField("slips by the student", default=0)
    quote = models.CharField("words of the transcript that show it", max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "concept"], name="session_concept_unique"),
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=10),
                name="session_concept_difficulty",
            ),
        ]

    def __str__(self) -> str:
        return self.name
