from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level


class ConceptQuerySet(models.QuerySet["Concept"]):
    def grammar(self, language: str) -> Self:
        return self.filter(language=language, kind=Concept.Kind.GRAMMAR)

    def of_form(self, word: str, language: str) -> Self:
        """The words that a form in a text may be of, the most frequent first."""
        rows = self.filter(kind=Concept.Kind.LEMMA, language=language)
        return rows.filter(forms__contains=[word.casefold()]).order_by("-frequency")


class Concept(models.Model):
    """One thing that can be known: evidence is about it, and mastery is of it."""

    class Kind(models.TextChoices):
        LEMMA = "lemma", "Word"
        GRAMMAR = "grammar", "Grammar point"
        TOPIC = "topic", "Topic"
        SUBJECT = "subject", "Point of another subject"

    class Subject(models.TextChoices):
        """The subjects beside languages that a companion can teach."""

        MATHS = "maths", "Maths"
        SCIENCE = "science", "Science"
        HISTORY = "history", "History"
        CODING = "coding", "Coding"
        GEOGRAPHY = "geography", "Geography"
        ECONOMICS = "economics", "Economics"
        FINANCE = "finance", "Finance"
        BUSINESS = "business", "Business"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    language = models.CharField(
        "language it belongs to; none for another subject",
        max_length=8,
        choices=TAUGHT_CHOICES,
        blank=True,
    )
    subject = models.CharField(max_length=16, choices=Subject, blank=True)
    slug = models.CharField("stable name; of a word, its lemma", max_length=80)
    name = models.CharField(max_length=120)
    names = models.JSONField("name by language", default=dict, blank=True)
    level = models.CharField("CEFR level it is met at", max_length=2, choices=Level, blank=True)
    difficulty = models.PositiveSmallIntegerField(
        "of another subject's point, 1 to 10",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    frequency = models.FloatField("of a word, on the Zipf scale", null=True, blank=True)
    forms = ArrayField(
        models.CharField(max_length=80),
        verbose_name="of a word, the most frequent first",
        default=list,
        blank=True,
    )
    explanation = models.JSONField("by language", default=dict, blank=True)
    examples = models.JSONField("list of {text, translation}", default=list, blank=True)
    slips = models.JSONField("typical slips: list of {wrong, right}", default=list, blank=True)
    requires = ArrayField(
        models.CharField(max_length=80),
        verbose_name="slugs of what to know before",
        default=list,
        blank=True,
    )
    rules = ArrayField(
        models.CharField(max_length=80),
        verbose_name="correction rules that find its slips",
        default=list,
        blank=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConceptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "subject", "slug"], name="concept_unique"
            ),
            models.CheckConstraint(
                condition=(Q(kind="subject", language="") & ~Q(subject=""))
                | (~Q(kind="subject") & ~Q(language="") & Q(subject="")),
                name="concept_place",
            ),
        ]
        indexes = [
            models.Index(fields=["language", "kind", "level"], name="concept_syllabus"),
            # Looking a word up as it stands in a text.
            GinIndex(fields=["forms"], name="concept_forms"),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return str(self.names.get(language) or self.name)

    def explanation_in(self, language: str) -> str:
        """In the learner's own language where it is written, else in English."""
        return str(self.explanation.get(language) or self.explanation.get("en") or "")
