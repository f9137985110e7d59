"""What was talked about: topics by the words of the starter lists, and the words that stand out."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from config.levels import LEVELS
from conversations.transcripts.analysis.points import FoundConcept
from conversations.transcripts.models import TutoringSession
from learning.concepts.lemmas import frequency_of, lemma_of
from learning.concepts.selectors import topics as topic_concepts
from learning.concepts.services import lemma_concepts
from learning.models import Concept
from practice.vocabulary.models import VocabularyItem

MOST_TOPICS: Final = 5
MOST_WORDS: Final = 12
FEWEST_OF_TOPIC: Final = 3
"""Different words of a topic before we say it was talked about."""
TOO_COMMON: Final = 5.3
"""On the Zipf scale: words that turn up whatever is talked about."""
UNKNOWN: Final = 1.0
_MOST_FORMS: Final = 20_000
_NOT_THEMES: Final = frozenset(("connectors", "numbers", "time", "calendar", "word-choice"))
"""Topics whose words stand in any talk."""


def topics_of(
    words: Mapping[str, int], names: Mapping[str, int], language: str, native: str
) -> list[str]:
    """In the learner's own language; where no topic is plain, the words that stand out."""
    lemmas = _lemmas(words, language)
    scores = _scores(lemmas, language)
    concepts = topic_concepts(language, scores)
    best = sorted(scores, key=lambda slug: (-scores[slug], slug))
    strong = [one for one in best if scores[one] >= scores[best[0]] / 4 and one in concepts]
    told = [concepts[slug].name_in(native) for slug in strong[:MOST_TOPICS]]
    return told or key_words(words, names, language)[:3]


def key_words(words: Mapping[str, int], names: Mapping[str, int], language: str) -> list[str]:
    """Known words said more than once, the most telling first: often, and rare elsewhere."""
    scores = {}
    for lemma, count in _lemmas(words, language).items():
        zipf = frequency_of(lemma, language)
        if count > 1 and len(lemma) > 2 and UNKNOWN < zipf < TOO_COMMON:
            scores[lemma] = math.log1p(count) * (TOO_COMMON + 1 - zipf)
    if language != "de":
        often = {
            lemma_of(name, language) for name, times in names.items() if times >= words[name] / 2
        }
        scores = {lemma: score for lemma, score in scores.items() if lemma not in often}
    return sorted(scores, key=lambda one: (-scores[one], one))[:MOST_WORDS]


def stored_words(language: str, lemmas: Iterable[str]) -> list[Concept]:
    wanted = list(lemmas)
    known = lemma_concepts(language=language, lemmas=wanted)
    return [known[one] for one in wanted if one in known]


def subject_points(words: Mapping[str, int], session: TutoringSession) -> list[FoundConcept]:
    """Points of other subjects all of whose words were said, as in a lesson about chemistry."""
    rows = Concept.objects.filter(kind=Concept.Kind.SUBJECT).order_by("pk")
    found = []
    for row in rows:
        parts = row.name.casefold().replace("-", " ").split()
        if len(parts) > 1 and all(words.get(part, 0) > 1 for part in parts):
            found.append(FoundConcept(row.pk, row.name, difficulty(row)))
    return found[:MOST_TOPICS]


def difficulty(concept: Concept) -> int:
    """1 to 10: its own, or by the level it is met at."""
    if concept.difficulty:
        return concept.difficulty
    return min(10, 2 + round(1.6 * LEVELS.index(concept.level))) if concept.level in LEVELS else 5


def _lemmas(words: Mapping[str, int], language: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word, times in Counter(words).most_common(_MOST_FORMS):
        counts[lemma_of(word, language)] += times
    return counts


def _scores(lemmas: Mapping[str, int], language: str) -> dict[str, float]:
    """By topic: how many of its words came up, and how often."""
    rows = VocabularyItem.objects.filter(
        language=language,
        vocabulary_list__owner__isnull=True,
        concept__slug__in=list(lemmas),
        concept__kind=Concept.Kind.LEMMA,
    ).exclude(category__in=_NOT_THEMES)
    told: dict[str, set[str]] = defaultdict(set)
    for category, lemma in rows.values_list("category", "concept__slug"):
        if category and frequency_of(lemma or "", language) < TOO_COMMON:
            told[category].add(lemma or "")
    return {
        category: sum(math.log1p(lemmas[one]) for one in found)
        for category, found in told.items()
        if len(found) >= FEWEST_OF_TOPIC
    }
