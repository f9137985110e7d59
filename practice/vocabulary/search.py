"""Words by what is typed: by the dictionary of their language, without accents, by beginnings."""

from functools import reduce
from operator import add
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower

from config.languages import NATIVE, TAUGHT
from practice.vocabulary.models import VocabularyItem


def dictionary(language: str) -> str:
    """The text-search configuration: our own without accents where we teach the language."""
    if language in TAUGHT:
        return f"parlance_{TAUGHT[language].text_search}"
    return NATIVE[language].text_search if language in NATIVE else "simple"


def index(items: QuerySet[VocabularyItem], *, language: str, native: str) -> None:
    """Write what search reads, for items of one language and one learner's own language."""
    own, theirs = dictionary(language), dictionary(native)
    items.update(
        search=SearchVector("text", weight="A", config=own)
        + SearchVector("forms", weight="B", config=own)
        + SearchVector("example", weight="C", config=own)
        + SearchVector("translation", weight="B", config=theirs)
        + _translations()
    )


def _translations() -> Any:
    """What the starter lists say in each language, in its own dictionary."""
    parts = [
        SearchVector(KeyTextTransform(code, "translations"), weight="B", config=dictionary(code))
        for code in TAUGHT
    ]
    return reduce(add, parts)


def found(
    items: QuerySet[VocabularyItem], *, asked: str, language: str, native: str
) -> QuerySet[Any]:
    """The items that match, best first: whole words in either language, or the beginning of one."""
    query = SearchQuery(asked, config=dictionary(language), search_type="websearch")
    query |= SearchQuery(asked, config=dictionary(native), search_type="websearch")
    rank = Coalesce(SearchRank(F("search"), query), Value(0.0))
    starts = Q(text__unaccent__istartswith=asked) | Q(translation__unaccent__istartswith=asked)
    return items.filter(Q(search=query) | starts).order_by(rank.desc(), Lower("text"), "pk")
