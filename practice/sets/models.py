from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level
from learning.models import Concept, ContentItem, LearningSession


class PracticeSetQuerySet(models.QuerySet["PracticeSet"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class PracticeSet(models.Model):
    """Questions made for one learner: from their errors, concepts, a lesson or a picture."""

    class Kind(models.TextChoices):
        PRACTICE = "practice", "Practice set"
        QUIZ = "quiz", "Quiz"
        PICTURE = "picture", "Questions about a picture"

    class Status(models.TextChoices):
        GENERATING = "generating", "Being made"
        READY = "ready", "Ready"
        IN_PROGRESS = "in_progress", "Begun"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Could not be made"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PRACTICE)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="practice_sets")
    assigned_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES, blank=True)
    level = models.CharField(max_length=2, choices=Level, blank=True)
    title = models.CharField(max_length=160, blank=True)
    source_type = models.CharField("table of what it was made from", max_length=40, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    lesson = models.ForeignKey(
        ContentItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="quizzes"
    )
    session = models.ForeignKey(
        LearningSession,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="the work on it",
    )
    context = models.JSONField("picture, description, what was asked for", default=dict, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.GENERATING)
    generator = models.CharField("provider and prompt, or built in", max_length=80, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    score = models.PositiveSmallIntegerField("0 to 100", null=True, blank=True)
    assigned_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = PracticeSetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=100), name="practice_set_score"
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "status", "-assigned_at"], name="practice_set_list")
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} ({self.status})"


class Question(models.Model):
    """One exercise of a set. The key and the hints never leave the server before their time."""

    class Type(models.TextChoices):
        MULTIPLE_CHOICE = "multiple_choice", "Multiple choice"
        TRUE_FALSE = "true_false", "True or false"
        CLOZE = "cloze", "Fill the gap"
        ORDERING = "ordering", "Put in order"
        MATCHING = "matching", "Match"
        TRANSLATION = "translation", "Translate"
        DICTATION = "dictation", "Write what you hear"
        SHORT_ANSWER = "short_answer", "Short answer"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice_set = models.ForeignKey(
        PracticeSet, on_delete=models.CASCADE, related_name="questions"
    )
    position = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=16, choices=Type)
    prompt = models.TextField("what is asked, where the type does not say it", blank=True)
    passage = models.TextField("read or spoken", max_length=4000, blank=True)
    cue = models.CharField("what is meant, in the learner's language", max_length=400, blank=True)
    languages = models.JSONField("of prompt, passage, cue", default=dict, blank=True)
    options = models.JSONField("texts, tokens, or {left, right}", default=list, blank=True)
    key = models.JSONField("right answers: texts, an order, or pairs")
    strict = models.BooleanField("an accent is the point", default=False)
    explanation = models.TextField(max_length=600, blank=True)
    hints = models.JSONField("nudge, targeted hint, worked example", default=list, blank=True)
    difficulty = models.PositiveSmallIntegerField("1 to 10", default=5)
    concept = models.ForeignKey(
        Concept, on_delete=models.SET_NULL, null=True, blank=True, related_name="questions"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice_set", "position"], name="question_position_once"
            ),
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=10), name="question_difficulty"
            ),
        ]

    def __str__(self) -> str:
        return (self.prompt or self.passage or self.cue)[:60]


class Submission(models.Model):
    """A learner's answer to one question; kept when given, judged for good when handed in.

    `answer` is null while only hints were taken, and empty for "I don't know".
    """

    question = models.OneToOneField(
        Question, on_delete=models.CASCADE, primary_key=True, related_name="submission"
    )
    answer = models.JSONField("as given: a text or pairs", null=True, blank=True)
    unheard = models.BooleanField("could not be played: counts neither way", default=False)
    correct = models.BooleanField(null=True, blank=True)
    hints_used = models.PositiveSmallIntegerField(default=0)
    feedback = models.CharField(max_length=600, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"answer to {self.question_id}"
