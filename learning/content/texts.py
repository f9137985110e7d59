"""What a piece of content says, gathered by language: for searching it and for its vector."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Value

from config.languages import NATIVE
from learning.concepts.files import read_topics
from learning.content.models import ContentItem

_STARTER_TEXTS: Final = ("summary", "setting", "goal")
"""Written in English, whatever language the conversation is in."""
_LONGEST_FOR_VECTOR: Final = 2000


def texts_of(item: ContentItem) -> dict[str, list[str]]:
    """Its texts by the language they are in, without the keys of tasks."""
    texts: dict[str, list[str]] = defaultdict(list)
    for language, text in _parts(item):
        if text:
            texts[language].append(text)
    return texts


def _parts(item: ContentItem) -> Iterator[tuple[str, str]]:
    told = item.content
    yield "en", item.title
    for language, name in topic_names(item):
        yield language, name
    yield from told.get("explanation", {}).items()
    for example in told.get("examples", ()):
        yield item.language, example.get("text", "")
        yield "en", example.get("translation", "")
    for slip in told.get("slips", ()):
        yield item.language, slip.get("right", "")
    for task in told.get("tasks", ()):
        yield item.language, task.get("prompt", "")
        yield "en", task.get("cue", "")
    for name in _STARTER_TEXTS:
        yield "en", told.get(name, "")
    yield item.language, told.get("opening", "")


def topic_names(item: ContentItem) -> Iterator[tuple[str, str]]:
    for slug in item.topics:
        yield from topic_words().get(slug, {}).items()


@lru_cache(maxsize=1)
def topic_words() -> dict[str, dict[str, str]]:
    """The authored topics' names: by slug, by language."""
    return {topic.slug: topic.name for topic in read_topics()}


def vector_text(item: ContentItem) -> str:
    """What stands for the item in meaning: what it is about, in English and in its language."""
    texts = texts_of(item)
    languages = list(dict.fromkeys(("en", item.language)))
    said = dict.fromkeys(text for language in languages for text in texts.get(language, ()))
    return " ".join(said)[:_LONGEST_FOR_VECTOR]


def search_vector(item: ContentItem) -> Any:
    """Each text in the dictionary of its own language; the title weighs most."""
    title = Value(item.title)
    vector: Any = SearchVector(title, config=_dictionary(item.language), weight="A")
    # Names of grammar points are English with words of the language.
    vector = vector + SearchVector(title, config=_dictionary("en"), weight="A")
    for language, texts in sorted(texts_of(item).items()):
        told = Value(" \n".join(texts))
        vector = vector + SearchVector(told, config=_dictionary(language), weight="B")
    return vector


def search_query(words: str, *, languages: Iterable[str]) -> Any:
    """What a person typed, read in each of the languages it may be in."""
    dictionaries = sorted({_dictionary(language) for language in languages})
    queries = [SearchQuery(words, config=name, search_type="websearch") for name in dictionaries]
    found: Any = queries[0]
    for query in queries[1:]:
        found = found | query
    return found


def _dictionary(language: str) -> str:
    return NATIVE[language].text_search if language in NATIVE else "simple"
