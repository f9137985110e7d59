from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level
from learning.concepts.models import Concept


class Skill(models.TextChoices):
    SPEAKING = "speaking", "Speaking"
    LISTENING = "listening", "Listening"
    READING = "reading", "Reading"
    WRITING = "writing", "Writing"
    GRAMMAR = "grammar", "Grammar"
    VOCABULARY = "vocabulary", "Vocabulary"


class Surface(models.TextChoices):
    """Where a learner showed that they know something, or that they don't."""

    ASSESSMENT = "assessment", "Assessment"
    CONVERSATION = "conversation", "Conversation"
    REVIEW = "review", "Card review"
    PRACTICE = "practice", "Practice set"
    LESSON = "lesson", "Lesson"
    LOOKUP = "lookup", "Word look-up"
    TUTORING = "tutoring", "Tutoring session"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))

    def in_order(self) -> Self:
        """The order in which it is replayed: ids break ties, since they sort by creation."""
        return self.order_by("occurred_at", "id")


class Evidence(models.Model):
    """One sign that a learner knows a concept, or does not. Append-only: a trigger refuses updates.

    A source that is judged anew (a grade that was disputed) appends a row with the next revision;
    only the highest revision of a source counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="evidence")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="evidence")
    surface = models.CharField(max_length=16, choices=Surface)
    skill = models.CharField(max_length=16, choices=Skill, blank=True)
    correct = models.BooleanField()
    weight = models.FloatField("how much it says, above 0 and at most 1", default=1.0)
    hint_used = models.BooleanField(default=False)
    spontaneous = models.BooleanField("the learner's own words, not an answer", default=False)
    source_type = models.CharField("table of the row it rests on", max_length=40)
    source_id = models.UUIDField("that row")
    revision = models.PositiveSmallIntegerField(default=0)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            # A task that runs twice writes its evidence once.
            models.UniqueConstraint(
                fields=["learner", "concept", "source_type", "source_id", "revision"],
                name="evidence_once",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=1), name="evidence_weight"
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "concept", "occurred_at"], name="evidence_replay"),
            models.Index(fields=["learner", "-occurred_at"], name="evidence_recent"),
            # A grade judged anew, and the sweep for messages not read yet.
            models.Index(fields=["source_id"], name="evidence_source"),
        ]

    def __str__(self) -> str:
        return f"{'right' if self.correct else 'wrong'} in {self.surface}"


class MasteryQuerySet(models.QuerySet["Mastery"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))

    def fading(self, now: datetime) -> Self:
        """What has fallen below the learner's target, or never reached it."""
        return self.filter(forgets_at__lte=now)


class Mastery(models.Model):
    """A learner's memory of one concept, derived from the evidence: replaying it gives this row.

    `learning.mastery.memory` has the definitions.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mastery")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="mastery")
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES, blank=True)
    kind = models.CharField(max_length=8, choices=Concept.Kind)
    stability = models.FloatField("days in which recall falls to 90 %")
    difficulty = models.FloatField("1 easy to 10 hard")
    right = models.FloatField("weight of right evidence, old counting less")
    wrong = models.FloatField("weight of wrong evidence, old counting less")
    evidence_count = models.PositiveIntegerField(default=0)
    last_practiced = models.DateTimeField()
    forgets_at = models.DateTimeField("when mastery falls below the learner's target")
    updated_at = models.DateTimeField(auto_now=True)

    objects = MasteryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mastery"
        constraints = [
            models.UniqueConstraint(fields=["learner", "concept"], name="mastery_unique"),
            models.CheckConstraint(
                condition=Q(stability__gt=0, difficulty__gte=1, difficulty__lte=10),
                name="mastery_memory_sane",
            ),
        ]
        indexes = [
            # What Today and recommendations ask: a learner's concepts of a language, weakest first.
            models.Index(fields=["learner", "language", "forgets_at"], name="mastery_fading"),
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} ({self.evidence_count})"


class SkillProgressQuerySet(models.QuerySet["SkillProgress"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class SkillProgress(models.Model):
    """How a learner does in one skill of one language; written beside the evidence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="skill_progress")
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    skill = models.CharField(max_length=16, choices=Skill)
    level = models.CharField("from the last assessment", max_length=2, choices=Level, blank=True)
    score = models.DecimalField(
        "moving share of right answers, 0 to 100", max_digits=5, decimal_places=2, default=0
    )
    answers = models.PositiveIntegerField("pieces of evidence behind the score", default=0)
    seconds = models.PositiveIntegerField("time on task", default=0)
    streak_days = models.PositiveIntegerField(default=0)
    last_practice_date = models.DateField(null=True, blank=True)
    milestones = models.JSONField("list of {name, reached_at}", default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SkillProgressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "skill progress"
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "language", "skill"], name="skill_progress_unique"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100), name="skill_progress_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} in {self.language}: {self.score}"


class RecurringErrorQuerySet(models.QuerySet["RecurringError"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=RecurringError.Status.OPEN)


class RecurringError(models.Model):
    """A slip a learner makes more than once, open until they have it right on three days."""

    class Status(models.TextChoices):
        SEEN = "seen", "Seen once"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recurring_errors")
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    concept = models.ForeignKey(
        Concept, on_delete=models.SET_NULL, null=True, blank=True, related_name="recurring_errors"
    )
    key = models.CharField("what makes two slips the same", max_length=200)
    kind = models.CharField("kind of correction", max_length=16)
    original = models.CharField("the last one, as written", max_length=400)
    corrected = models.CharField("what it should have been", max_length=400, blank=True)
    reason = models.CharField(max_length=280, blank=True)
    pattern = models.CharField("lemmas whose right use counts", max_length=400, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.SEEN)
    times = models.PositiveIntegerField("how often it was made", default=0)
    right_days = ArrayField(
        models.DateField(),
        verbose_name="days of right use since the last slip",
        default=list,
        blank=True,
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = RecurringErrorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "language", "key"], name="recurring_error_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "status", "-last_seen_at"], name="recurring_error_list")
        ]

    def __str__(self) -> str:
        return f"{self.original} -> {self.corrected}"


class ErrorEvent(models.Model):
    """One line of an error's history: the receipt for why it is open or closed."""

    class Type(models.TextChoices):
        SLIP = "slip", "Made"
        RIGHT_USE = "right_use", "Right on one's own"
        OPENED = "opened", "Opened"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Opened again"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    error = models.ForeignKey(RecurringError, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=16, choices=Type)
    quote = models.CharField("the learner's words", max_length=400, blank=True)
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        ordering = ["occurred_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["error", "type", "source_id"],
                condition=Q(source_id__isnull=False),
                name="error_event_once",
            ),
        ]

    def __str__(self) -> str:
        return self.type
