from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level
from learning.models import LearningSession


class ItemQuerySet(models.QuerySet["Item"]):
    def active(self, language: str) -> Self:
        return self.filter(language=language, state=Item.State.ACTIVE)

    def update(self, **fields: Any) -> int:
        """Stamped, since processes keep the items and read them anew when the stamp moves."""
        if fields.keys() - Item.COUNTED:
            fields.setdefault("updated_at", timezone.now())
        return super().update(**fields)

    update.alters_data = True  # type: ignore[attr-defined]


class Item(models.Model):
    """A calibrated assessment question (three-parameter logistic model)."""

    COUNTED = frozenset({"exposures"})
    """Fields that change with every question asked, and change nothing of the item."""

    class Type(models.TextChoices):
        MULTIPLE_CHOICE = "multiple_choice", "Multiple choice"
        FILL_BLANK = "fill_blank", "Fill the blank"
        TRANSLATION = "translation", "Translation"
        CONVERSATION = "conversation", "Free text"

    class Skill(models.TextChoices):
        GRAMMAR = "grammar", "Grammar"
        VOCABULARY = "vocabulary", "Vocabulary"
        READING = "reading", "Reading"
        LISTENING = "listening", "Listening"
        WRITING = "writing", "Writing"

    class Diacritics(models.TextChoices):
        LENIENT = "lenient", "A missing accent is right, with a note"
        STRICT = "strict", "A missing accent is wrong"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField("stable name in the bank's files", max_length=80)
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    level = models.CharField("CEFR level", max_length=2, choices=Level)
    skill = models.CharField(max_length=16, choices=Skill)
    topic = models.CharField("grammar point or theme", max_length=60)
    type = models.CharField(max_length=16, choices=Type, default=Type.MULTIPLE_CHOICE)
    prompt = models.TextField(max_length=1000)
    passage = models.TextField(max_length=4000, blank=True)
    options = models.JSONField("list of {id, text}", default=list, blank=True)
    key = ArrayField(
        models.CharField(max_length=2000),
        verbose_name="right answers (an option's id, or texts; of a free text, a model answer)",
    )
    lemma = models.CharField("dictionary form of the word tested", max_length=80, blank=True)
    diacritics = models.CharField(max_length=8, choices=Diacritics, default=Diacritics.LENIENT)
    prompts = models.JSONField("the prompt by native language", default=dict, blank=True)
    aims = models.JSONField("what a good free text does", default=list, blank=True)
    words = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name="shortest and longest free text, in words",
        default=list,
        blank=True,
    )
    explanation = models.TextField("why the key is right", max_length=600, blank=True)
    explanations = models.JSONField("the same by native language", default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    discrimination = models.FloatField(
        "a", default=1.0, validators=[MinValueValidator(0.05), MaxValueValidator(4)]
    )
    difficulty = models.FloatField(
        "b", default=0.0, validators=[MinValueValidator(-6), MaxValueValidator(6)]
    )
    guessing = models.FloatField(
        "c", default=0.0, validators=[MinValueValidator(0), MaxValueValidator(0.5)]
    )
    calibrated_at = models.DateTimeField(
        "when answers, not the level, set a, b and c", null=True, blank=True
    )
    exposures = models.PositiveIntegerField("times asked", default=0)
    flags = ArrayField(
        models.CharField(max_length=16),
        verbose_name="misfit, over_exposed, too_few as calibration found; disputed",
        default=list,
        blank=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "slug"], name="item_slug_unique"),
            models.CheckConstraint(
                condition=Q(discrimination__gt=0, guessing__gte=0, guessing__lt=1),
                name="item_parameters_sane",
            ),
        ]
        indexes = [
            models.Index(fields=["language", "state", "level"], name="item_bank"),
            # Asked before every question: did an item change since this process read them?
            models.Index(fields=["language", "updated_at"], name="item_changed"),
        ]

    def __str__(self) -> str:
        return self.slug


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))

    def completed(self) -> Self:
        return self.filter(status=Assessment.Status.COMPLETED)


class Assessment(models.Model):
    class Type(models.TextChoices):
        PLACEMENT = "placement", "Placement"
        PROGRESS = "progress", "Progress"
        FINAL = "final", "Final"

    class Status(models.TextChoices):
        ACTIVE = "active", "Under way"
        COMPLETED = "completed", "Completed"
        ABANDONED = "abandoned", "Abandoned"

    class Decision(models.TextChoices):
        ADVANCE = "advance", "Go on to the next level"
        EXTEND = "extend", "Stay a while longer"
        REPEAT = "repeat", "Repeat the level"

    class Stop(models.TextChoices):
        CERTAIN = "certain", "Sure enough of the level"
        MAXIMUM = "maximum", "All questions asked"
        EXHAUSTED = "exhausted", "No suitable question left"
        SUBMITTED = "submitted", "Handed in as a whole"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assessments")
    learning_session = models.OneToOneField(
        LearningSession, on_delete=models.CASCADE, related_name="assessment"
    )
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    assessment_type = models.CharField(max_length=16, choices=Type)
    topics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    stopped_because = models.CharField(max_length=16, choices=Stop, blank=True)
    level = models.CharField(max_length=2, choices=Level, blank=True)
    probability = models.FloatField("that the level is right", null=True, blank=True)
    level_low = models.CharField(max_length=2, choices=Level, blank=True)
    level_high = models.CharField(max_length=2, choices=Level, blank=True)
    ability = models.FloatField("theta", null=True, blank=True)
    standard_error = models.FloatField(null=True, blank=True)
    scores = models.JSONField("per skill", default=list, blank=True)
    strengths = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    weaknesses = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    recommendations = models.JSONField(default=list, blank=True)
    decision = models.CharField("of a final assessment", max_length=8, choices=Decision, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two tabs on one placement share it; neither starts a second.
            models.UniqueConstraint(
                fields=["learner", "language", "assessment_type"],
                condition=Q(status="active"),
                name="assessment_one_active",
            ),
            models.CheckConstraint(
                condition=~Q(status="completed")
                | (Q(probability__isnull=False, completed_at__isnull=False) & ~Q(level="")),
                name="assessment_completed_has_result",
            ),
        ]
        indexes = [models.Index(fields=["learner", "-created_at"], name="assessment_recent")]

    def __str__(self) -> str:
        return f"{self.assessment_type} {self.language} ({self.status})"


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(assessment__in=Assessment.objects.visible_to(user))


class Response(models.Model):
    """One question put to a learner and, once given, the answer. Item parameters as they were."""

    class Note(models.TextChoices):
        ACCENT = "accent", "Right but for an accent"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="responses")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="responses")
    number = models.PositiveSmallIntegerField()
    discrimination = models.FloatField()
    difficulty = models.FloatField()
    guessing = models.FloatField()
    answer = models.TextField(max_length=4000, blank=True)
    dont_know = models.BooleanField("I don't know", default=False)
    read = models.BooleanField("a text to be heard was read instead", default=False)
    correct = models.BooleanField(null=True, blank=True)
    note = models.CharField(
        "what an accepted answer left out", max_length=16, choices=Note, blank=True
    )
    score = models.FloatField("of a free text, 0 to 1", null=True, blank=True)
    regraded_at = models.DateTimeField(null=True, blank=True)
    graded_by = models.ForeignKey(
        User,
        verbose_name="who set the grade: it stands above any rule",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    confidence = models.FloatField(null=True, blank=True)
    time_spent = models.FloatField("seconds", null=True, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ResponseQuerySet.as_manager()

    @property
    def skill(self) -> str:
        """The skill that the answer shows: a script that was read says nothing of listening."""
        return str(Item.Skill.READING) if self.read else str(self.item.skill)

    @property
    def awaits_reader(self) -> bool:
        """A free text without a judgement: still to be read, or its readers disagreed."""
        written = self.item.type == Item.Type.CONVERSATION and bool(self.answer)
        return written and self.correct is None

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="response_item_once"),
            models.UniqueConstraint(fields=["assessment", "number"], name="response_number_once"),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(answered_at__isnull=True),
                name="response_one_open",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="response_confidence",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1),
                name="response_score",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.number}"


class WritingReview(models.Model):
    """How a free text was judged: by criteria with quotes, by one or two independent runs."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "Two runs agree"
        ABSTAINED = "abstained", "Two runs disagree: not scored"
        RULES = "rules", "Scored by the built-in scorer"

    response = models.OneToOneField(
        Response, on_delete=models.CASCADE, primary_key=True, related_name="review"
    )
    outcome = models.CharField(max_length=16, choices=Outcome)
    scorer = models.CharField("provider and prompt, or the built-in scorer", max_length=80)
    criteria = models.JSONField("list of {criterion, score 0-5, quote, comment}", default=list)
    corrections = models.JSONField(
        "list of {start, end, original, corrected, kind, reason}", default=list
    )
    runs = models.JSONField("scores of each run, by criterion", default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.outcome


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(response__assessment__in=Assessment.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=Dispute.Status.OPEN)


class Dispute(models.Model):
    """A learner's objection to a grade, for a tutor to decide."""

    class Status(models.TextChoices):
        OPEN = "open", "Waiting for a tutor"
        ACCEPTED = "accepted", "The answer is right"
        DECLINED = "declined", "The grade stands"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="dispute")
    reason = models.CharField("the learner's words", max_length=500, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField("the tutor's words", max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "created_at"], name="dispute_queue")]

    def __str__(self) -> str:
        return f"dispute ({self.status})"


class ItemCalibration(models.Model):
    """One re-estimate of an item from the answers given to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="calibrations")
    responses = models.PositiveIntegerField()
    discrimination_before = models.FloatField()
    difficulty_before = models.FloatField()
    guessing_before = models.FloatField()
    discrimination = models.FloatField()
    difficulty = models.FloatField()
    guessing = models.FloatField()
    misfit = models.FloatField("mean square of standardised residuals (outfit)", null=True)
    flags = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    applied = models.BooleanField("the item took these values")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["item", "-created_at"], name="calibration_recent")]

    def __str__(self) -> str:
        return f"{self.item_id} from {self.responses} answers"
