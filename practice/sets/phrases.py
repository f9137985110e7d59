"""Useful words and phrases of a text: always as they stand in it, with level and kind."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from django.db.models import F, Func

from accounts.models import User
from ai.language.tokens import Token, sentences, tokenise
from config.levels import LEVELS
from learning.models import Concept
from practice.sets.making.words import meaning_of
from practice.vocabulary.models import VocabularyItem

LONGEST_TEXT: Final = 8000
MOST: Final = 30
LONGEST_PHRASE: Final = 5
"""Words of the longest entry looked for."""
TOO_COMMON: Final = 5.8
"""On the Zipf scale: words like *de* and *the* are no vocabulary to learn from a text."""
_PHRASE: Final = VocabularyItem.PartOfSpeech.PHRASE
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`start` and `end` are code points of the text; `known` is in the learner's lists."""

    text: str
    start: int
    end: int
    kind: str
    lemma: str
    level: str
    translation: str
    example: str
    known: bool

    @property
    def is_phrase(self) -> bool:
        return self.kind == _PHRASE

    def dictionary_form(self, language: str) -> str:
        """How it is kept: phrases as they stand, words as a dictionary has them."""
        if self.is_phrase:
            return self.text
        noun = language == "de" and self.kind == VocabularyItem.PartOfSpeech.NOUN
        return self.lemma.capitalize() if noun else self.lemma


def extract(*, learner: User, text: str, language: str, level: str = "") -> list[Phrase]:
    """What is worth keeping, each once: entries of our lists first, then words by level.

    With a `level`, from that level on; what is far below says nothing new. Queries are few however
    long the text is.
    """
    tokens = list(tokenise(text))
    items = _entries(text, tokens, language)
    mine = _mine(learner, language)
    spans = list(chain(_of_lists(text, tokens, items, learner), _of_words(tokens, items, language)))
    found: dict[str, Phrase] = {}
    taken: list[tuple[int, int]] = []
    for start, end, kind, lemma, at, meaning in spans:
        said = text[start:end]
        if said.casefold() in found or any(a < end and start < b for a, b in taken):
            continue
        if level and LEVELS.index(at) < LEVELS.index(level) - 1:
            continue
        taken.append((start, end))
        known = bool({said.casefold(), lemma.casefold()} & mine)
        example = _sentence(text, start)
        found[said.casefold()] = Phrase(said, start, end, kind, lemma, at, meaning, example, known)
    return sorted(_most_useful(found.values()), key=lambda one: one.start)


Span = tuple[int, int, str, str, str, str]


def _of_lists(
    text: str, tokens: list[Token], items: dict[str, VocabularyItem], learner: User
) -> Iterator[Span]:
    """Entries of the starter lists, the longest first."""
    for size in range(LONGEST_PHRASE, 0, -1):
        for place in range(len(tokens) - size + 1):
            start, end = tokens[place].start, tokens[place + size - 1].end
            item = items.get(_plain(text[start:end]))
            if item and not (size == 1 and _too_common(item.concept)):
                meaning = meaning_of(item, learner.native_language).text
                kind = item.part_of_speech or _PHRASE
                lemma = item.concept.slug if item.concept else item.text
                yield start, end, kind, lemma, item.level or LEVELS[0], meaning


def _of_words(
    tokens: list[Token], items: dict[str, VocabularyItem], language: str
) -> Iterator[Span]:
    """Other words that we know as forms of a lemma, with their meaning where a list has it."""
    lemmas = _lemmas(tokens, language)
    by_concept = {item.concept_id: item for item in items.values() if item.concept_id}
    for token in tokens:
        concept = lemmas.get(token.lower)
        if concept is None or _too_common(concept) or len(token.text) < 3:
            continue
        item = by_concept.get(concept.pk)
        kind = item.part_of_speech if item else ""
        level = concept.level or LEVELS[-1]
        yield token.start, token.end, kind, concept.slug, level, ""


def _too_common(concept: Concept | None) -> bool:
    return concept is not None and (concept.frequency or 0) > TOO_COMMON


def _entries(text: str, tokens: list[Token], language: str) -> dict[str, VocabularyItem]:
    """Starter entries that could stand in the text, by their text."""
    pieces = {
        _plain(text[tokens[place].start : tokens[place + size].end])
        for size in range(LONGEST_PHRASE)
        for place in range(len(tokens) - size)
    }
    rows: Any = VocabularyItem.objects.filter(language=language, vocabulary_list__owner=None)
    rows = rows.annotate(plain=Func(F("text"), function="lower")).filter(plain__in=pieces)
    return {_plain(row.text): row for row in rows.select_related("concept").order_by("-pk")}


def _lemmas(tokens: Iterable[Token], language: str) -> dict[str, Concept]:
    """By form, the most frequent word it is a form of."""
    words = list({token.lower for token in tokens})
    if not words:
        return {}
    rows = Concept.objects.filter(
        kind=Concept.Kind.LEMMA, language=language, forms__overlap=words
    ).order_by("frequency")
    wanted = set(words)
    return {form: row for row in rows for form in row.forms if form in wanted}


def _mine(learner: User, language: str) -> set[str]:
    rows = VocabularyItem.objects.filter(vocabulary_list__owner=learner, language=language)
    return {text.casefold() for text in rows.values_list("text", flat=True)[:20_000]}


def _most_useful(found: Iterable[Phrase]) -> list[Phrase]:
    """New ones first, phrases before words, what has a meaning before what has none."""
    return sorted(
        found, key=lambda one: (one.known, one.kind != _PHRASE, not one.translation, one.start)
    )[:MOST]


def _sentence(text: str, place: int) -> str:
    span = next(((a, b) for a, b in sentences(text) if a <= place < b), (place, place))
    return text[span[0] : span[1]][:400]


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).casefold()
