"""Writing concepts: what the files say, and words as they are met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from config.languages import TAUGHT
from learning.concepts.files import GrammarPoint, SubjectPoint, Topic
from learning.concepts.models import Concept

Kind = Concept.Kind
_AUTHORED = (
    "name",
    "names",
    "level",
    "difficulty",
    "explanation",
    "examples",
    "slips",
    "requires",
    "rules",
)


@dataclass(frozen=True, slots=True)
class ConceptChange:
    """How many concepts a load brought in and brought up to date."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "ConceptChange") -> "ConceptChange":
        return ConceptChange(self.created + other.created, self.updated + other.updated)


def load_grammar(*, language: str, points: Sequence[GrammarPoint]) -> ConceptChange:
    """Bring a language's grammar points in line with its file; a second load changes nothing.

    A point that left the file stays: learners have evidence about it.
    """
    return _bring_in(
        Concept(
            kind=Kind.GRAMMAR,
            language=language,
            slug=point.slug,
            name=point.name,
            level=point.level,
            explanation=point.explanation,
            examples=point.examples,
            slips=point.slips,
            requires=point.requires,
            rules=point.rules,
        )
        for point in points
    )


def load_topics(*, topics: Sequence[Topic]) -> ConceptChange:
    """Topics are the same everywhere, but knowing one's way about food in Spanish says nothing of
    French: each language has its own."""
    return _bring_in(
        Concept(
            kind=Kind.TOPIC,
            language=language,
            slug=topic.slug,
            name=topic.name["en"],
            names=topic.name,
            level=topic.level,
        )
        for topic in topics
        for language in TAUGHT
    )


def load_subjects(*, points: Sequence[SubjectPoint]) -> ConceptChange:
    return _bring_in(
        Concept(
            kind=Kind.SUBJECT,
            subject=point.subject,
            slug=point.slug,
            name=point.name,
            difficulty=point.difficulty,
            explanation={"en": point.explanation},
        )
        for point in points
    )


def stock_lemmas(*, language: str) -> ConceptChange:
    """Give the frequent words of a language their rows with their forms, once."""
    from learning.concepts.lemmas import STOCKED, stocked  # loads up to 100 MB

    have = Concept.objects.filter(kind=Kind.LEMMA, language=language).exclude(forms=[])
    if have.count() >= STOCKED:
        return ConceptChange()
    words = stocked(language)
    before = Concept.objects.filter(kind=Kind.LEMMA, language=language).count()
    Concept.objects.bulk_create(
        [_word(lemma, language, forms) for lemma, forms in words.items()],
        update_conflicts=True,
        unique_fields=["kind", "language", "subject", "slug"],
        update_fields=["level", "frequency", "forms"],
        batch_size=2000,
    )
    created = Concept.objects.filter(kind=Kind.LEMMA, language=language).count() - before
    return ConceptChange(created, len(words) - created)


def lemma_concepts(*, language: str, lemmas: Iterable[str]) -> dict[str, Concept]:
    """The concepts of words in their dictionary form, made where they are met first."""
    wanted = {lemma for lemma in lemmas if 0 < len(lemma) <= 80}
    known = _lemmas(language, wanted)
    missing = sorted(wanted - known.keys())
    if missing:
        made = [_word(lemma, language, []) for lemma in missing]
        Concept.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
        known |= _lemmas(language, set(missing))
    return known


def _word(lemma: str, language: str, forms: list[str]) -> Concept:
    from learning.concepts.lemmas import frequency_of, level_of  # loads up to 100 MB

    return Concept(
        kind=Kind.LEMMA,
        language=language,
        slug=lemma,
        name=lemma,
        level=level_of(lemma, language),
        frequency=frequency_of(lemma, language),
        forms=forms,
    )


def _lemmas(language: str, slugs: set[str]) -> dict[str, Concept]:
    rows = Concept.objects.filter(kind=Kind.LEMMA, language=language, slug__in=slugs)
    return {row.slug: row for row in rows}


@transaction.atomic
def _bring_in(concepts: Iterable[Concept]) -> ConceptChange:
    authored = {_place(concept): concept for concept in concepts}
    kinds = {concept.kind for concept in authored.values()}
    stored = {_place(row): row for row in Concept.objects.filter(kind__in=kinds)}
    new = [concept for place, concept in authored.items() if place not in stored]
    changed = [
        row for place, row in stored.items() if place in authored and _take(row, authored[place])
    ]
    Concept.objects.bulk_create(new)
    Concept.objects.bulk_update(changed, _AUTHORED, batch_size=200)
    return ConceptChange(len(new), len(changed))


def _place(concept: Concept) -> tuple[str, str, str, str]:
    return concept.kind, concept.language, concept.subject, concept.slug


def _take(row: Concept, authored: Concept) -> bool:
    changes = [name for name in _AUTHORED if getattr(row, name) != getattr(authored, name)]
    for name in changes:
        setattr(row, name, getattr(authored, name))
    return bool(changes)
