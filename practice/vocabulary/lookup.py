"""A word as it stands in a text: its dictionary form, level, frequency, forms and examples."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import NotFound
from learning.mastery.models import Skill, Surface
from learning.mastery.services import Shown, record_evidence
from learning.models import Concept
from practice.vocabulary.models import VocabularyItem
from practice.vocabulary.services import translation_for

LOOKED_UP = 0.3
"""Weight of a look-up against knowing the word: one may only want to make sure."""
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    text: str
    part_of_speech: str
    gender: str
    translation: str
    forms: str
    usage: str

    @property
    def kind(self) -> str:
        """*noun, feminine*: for the eye."""
        part = dict(VocabularyItem.PartOfSpeech.choices).get(self.part_of_speech, "")
        gender = dict(VocabularyItem.Gender.choices).get(self.gender, "")
        return ", ".join(str(name).lower() for name in (part, gender) if name)


@dataclass(frozen=True, slots=True)
class WordFacts:
    """`concept` is missing for phrases of the lists, and for words whose lemmas are not loaded."""

    word: str
    """As the lists write it, else its dictionary form."""
    level: str
    concept: Concept | None
    meanings: list[Meaning] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)
    """Sentences with their translation."""


def look_up(
    *, learner: User, language: str, word: str, source_id: UUID, now: datetime
) -> WordFacts:
    """What we know of a word. It counts a little against the learner's mastery of it, once a
    `source_id`: where they looked it up; in a language they do not learn it counts nothing.
    Raises NotFound for a word our lists do not have."""
    facts = facts_of(word=word, language=language, native=learner.native_language)
    if facts.concept is None or not learner.languages.filter(language=language).exists():
        return facts
    shown = Shown(
        concept=facts.concept,
        surface=Surface.LOOKUP,
        correct=False,
        source_type="lookup",
        source_id=source_id,
        skill=Skill.VOCABULARY,
        weight=LOOKED_UP,
    )
    record_evidence(learner=learner, shown=[shown], now=now)
    return facts


def facts_of(*, word: str, language: str, native: str) -> WordFacts:
    """Raises NotFound for what is neither a word on record nor an entry of the starter lists."""
    concept = _concept(word.strip().casefold(), language)
    starter = VocabularyItem.objects.filter(language=language, vocabulary_list__owner__isnull=True)
    about = Q(concept=concept) if concept else Q(text__iexact=word.strip())
    chosen = list(starter.filter(about).order_by("position", "pk")[:MOST_EXAMPLES])
    if concept is None and not chosen:
        raise NotFound(_("That word is not in our lists."), code="unknown_word")
    examples = [
        (item.example, _translated(item.example_translations, native))
        for item in chosen
        if item.example
    ]
    return WordFacts(
        word=chosen[0].text if chosen else concept.name if concept else word,
        level=concept.level if concept else chosen[0].level,
        concept=concept,
        meanings=[_meaning(item, native) for item in chosen],
        examples=examples,
    )


def words_meaning(*, meaning: str, language: str, native: str) -> list[str]:
    """Words of the starter lists that translate one of the learner's own language, or English."""
    starter = VocabularyItem.objects.filter(language=language, vocabulary_list__owner__isnull=True)
    same = Q()
    for code in {native, "en"} - {language}:
        same |= Q(**{f"translations__{code}__iexact": meaning})
    same |= Q(translations__en__iexact=f"to {meaning}")
    return list(starter.filter(same).order_by("position", "pk").values_list("text", flat=True)[:2])


def _translated(translations: dict[str, str], native: str) -> str:
    return translations.get(native) or translations.get("en", "")


def _concept(word: str, language: str) -> Concept | None:
    lemmas = Concept.objects.filter(kind=Concept.Kind.LEMMA, language=language)
    return lemmas.filter(slug=word).first() or Concept.objects.of_form(word, language).first()


def _meaning(item: VocabularyItem, native: str) -> Meaning:
    return Meaning(
        text=item.text,
        part_of_speech=item.part_of_speech,
        gender=item.gender,
        translation=translation_for(item, native),
        forms=item.forms,
        usage=item.usage,
    )
