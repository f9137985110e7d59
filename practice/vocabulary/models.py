from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level
from learning.models import Concept
from practice.decks.models import Visibility


class VocabularyListQuerySet(models.QuerySet["VocabularyList"]):
    def visible_to(self, user: User) -> Self:
        """One's own, the public ones with the starter lists, and those of one's students."""
        if user.is_admin:
            return self.all()
        return self.filter(
            Q(owner__in=User.objects.visible_to(user)) | Q(visibility=Visibility.PUBLIC)
        )

    def editable_by(self, user: User) -> Self:
        return self.all() if user.is_admin else self.filter(owner=user)


class VocabularyList(models.Model):
    """Words kept together. A list without an owner came with the product."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="vocabulary_lists"
    )
    slug = models.CharField("stable name in the files", max_length=80, blank=True)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=1000, blank=True)
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    category = models.CharField("topic", max_length=60, blank=True)
    level = models.CharField(max_length=2, choices=Level, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    is_default = models.BooleanField("where single words are saved", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VocabularyListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "slug"], condition=~Q(slug=""), name="vocabulary_slug_unique"
            ),
            models.UniqueConstraint(
                fields=["owner", "language"],
                condition=Q(is_default=True),
                name="vocabulary_one_default",
            ),
        ]
        indexes = [models.Index(fields=["language", "level", "category"], name="vocabulary_shelf")]

    def __str__(self) -> str:
        return self.name


class VocabularyItem(models.Model):
    """A word or phrase with what it means and how it is used."""

    class PartOfSpeech(models.TextChoices):
        NOUN = "noun", "Noun"
        VERB = "verb", "Verb"
        ADJECTIVE = "adjective", "Adjective"
        ADVERB = "adverb", "Adverb"
        PRONOUN = "pronoun", "Pronoun"
        PREPOSITION = "preposition", "Preposition"
        CONJUNCTION = "conjunction", "Conjunction"
        DETERMINER = "determiner", "Determiner"
        NUMERAL = "numeral", "Numeral"
        INTERJECTION = "interjection", "Interjection"
        PHRASE = "phrase", "Phrase"

    class Gender(models.TextChoices):
        MASCULINE = "masculine", "Masculine"
        FEMININE = "feminine", "Feminine"
        NEUTER = "neuter", "Neuter"
        COMMON = "common", "Masculine or feminine"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    vocabulary_list = models.ForeignKey(
        VocabularyList, on_delete=models.CASCADE, related_name="items"
    )
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    text = models.CharField(max_length=200)
    translation = models.CharField("in the learner's language", max_length=400, blank=True)
    translations = models.JSONField("by language, of the starter lists", default=dict, blank=True)
    part_of_speech = models.CharField(max_length=16, choices=PartOfSpeech, blank=True)
    gender = models.CharField(max_length=12, choices=Gender, blank=True)
    forms = models.CharField("irregular or plural forms", max_length=200, blank=True)
    example = models.CharField(max_length=400, blank=True)
    example_translations = models.JSONField("by language", default=dict, blank=True)
    usage = models.CharField("a note on its use", max_length=400, blank=True)
    category = models.CharField("topic", max_length=60, blank=True)
    level = models.CharField(max_length=2, choices=Level, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    concept = models.ForeignKey(
        Concept, on_delete=models.SET_NULL, null=True, blank=True, related_name="vocabulary"
    )
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    search = SearchVectorField("in the dictionary of its language, without accents", null=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vocabulary_list", "text", "part_of_speech"], name="vocabulary_item_once"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="vocabulary_search"),
            GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="vocabulary_text"),
            models.Index(fields=["language", "level", "category"], name="vocabulary_item_shelf"),
        ]

    def __str__(self) -> str:
        return self.text
