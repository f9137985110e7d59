from collections.abc import Iterable

from learning.concepts.models import Concept

Kind = Concept.Kind


def grammar_points(language: str, slugs: Iterable[str] | None = None) -> dict[str, Concept]:
    """A language's grammar points by slug; of `slugs` only, when given."""
    return _by_slug(Kind.GRAMMAR, language, slugs)


def topics(language: str, slugs: Iterable[str] | None = None) -> dict[str, Concept]:
    return _by_slug(Kind.TOPIC, language, slugs)


def known_lemmas(language: str, lemmas: Iterable[str]) -> dict[str, Concept]:
    """The words that have a concept already; light, unlike `services.lemma_concepts`."""
    return _by_slug(Kind.LEMMA, language, lemmas)


def _by_slug(kind: str, language: str, slugs: Iterable[str] | None) -> dict[str, Concept]:
    rows = Concept.objects.filter(kind=kind, language=language)
    if slugs is not None:
        rows = rows.filter(slug__in=set(slugs))
    return {row.slug: row for row in rows}


def points_of_rules(language: str) -> dict[str, Concept]:
    """Correction rule to the grammar point whose slips it finds."""
    rows = Concept.objects.grammar(language).exclude(rules=[])
    return {rule: row for row in rows for rule in row.rules}
