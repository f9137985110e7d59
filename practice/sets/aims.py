"""What a set practises: what was asked for, else what went wrong, what is weak, what is next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from accounts.models import User
from config.levels import LEVELS
from learning.mastery.services import memory_of
from learning.models import Concept, Evidence, LearningSession, Mastery, RecurringError
from practice.vocabulary.models import VocabularyItem

Kind = Concept.Kind
MOST_ERRORS: Final = 3
MOST_WEAK: Final = 6
ENOUGH: Final = 8
"""Aims of a set: then nothing new is added."""
NEW_POINTS: Final = 2
WORDS_OF_TOPIC: Final = 6


@dataclass(frozen=True, slots=True)
class Aim:
    """One thing to practise: an error to put right, a concept, or a word of the lists."""

    concept: Concept | None = None
    error: RecurringError | None = None
    word: VocabularyItem | None = None
    mastery: int | None = None


def aims_of(
    *, learner: User, language: str, level: str, concepts: Sequence[Concept], now: datetime
) -> list[Aim]:
    """For the concepts asked for; without any, what presses and, if that is little, what is new."""
    if concepts:
        return _with_mastery(learner, _by_word(concepts, language, level), now)
    aims = [*_errors(learner, language), *_weak(learner, language, now)]
    if len(aims) < ENOUGH:
        aims += _new(learner, language, level, ENOUGH - len(aims), _concepts_of(aims))
    return aims


def language_of(concepts: Iterable[Concept]) -> str:
    return next((one.language for one in concepts if one.language), "")


def concepts_of_session(learner: User, session_id: UUID) -> tuple[str, list[Concept]] | None:
    """The language of a session of the learner's, and what went wrong in it.

    `PRACTICE_SESSIONS` names who knows sessions. None when it is nobody's, or another learner's.
    """
    for path in settings.PRACTICE_SESSIONS:
        found: tuple[str, list[Concept]] | None = import_string(path)(learner, session_id)
        if found is not None:
            return found
    return None


def of_learning_session(learner: User, session_id: UUID) -> tuple[str, list[Concept]] | None:
    """What was wrong while the session ran."""
    session = LearningSession.objects.filter(pk=session_id, learner=learner).first()
    if session is None:
        return None
    shown = Evidence.objects.filter(
        learner=learner,
        correct=False,
        concept__language=session.language,
        occurred_at__gte=session.started_at,
    )
    if session.completed_at:
        shown = shown.filter(occurred_at__lte=session.completed_at)
    rows = Concept.objects.filter(pk__in=shown.values("concept"), kind__in=_ASKED)
    return session.language, list(rows.order_by("pk")[:ENOUGH])


_ASKED: Final = (Kind.GRAMMAR, Kind.LEMMA)


def words_of(concepts: Iterable[Concept], language: str) -> dict[UUID, VocabularyItem]:
    """By concept, the starter lists' word for it."""
    rows = VocabularyItem.objects.filter(
        language=language,
        concept__in=[one.pk for one in concepts if one.kind == Kind.LEMMA],
        vocabulary_list__owner__isnull=True,
    )
    chosen = rows.select_related("concept").order_by("-position", "-pk")
    return {item.concept_id: item for item in chosen if item.concept_id}


def word_pool(items: Iterable[VocabularyItem]) -> list[VocabularyItem]:
    """The words of the lists that these come from, for wrong options."""
    lists = {item.vocabulary_list_id for item in items}
    rows = VocabularyItem.objects.filter(vocabulary_list__in=lists).select_related("concept")
    return list(rows.order_by("position", "pk"))


def _by_word(concepts: Sequence[Concept], language: str, level: str) -> list[Aim]:
    known = words_of(concepts, language)
    aims: list[Aim] = []
    for concept in concepts:
        if concept.kind == Kind.TOPIC:
            words = _starter(language, level).filter(category=concept.slug)
            aims += [Aim(word.concept, word=word) for word in words[:WORDS_OF_TOPIC]]
        else:
            aims.append(Aim(concept, word=known.get(concept.pk)))
    return aims


def _with_mastery(learner: User, aims: Sequence[Aim], now: datetime) -> list[Aim]:
    ids = [aim.concept.pk for aim in aims if aim.concept]
    rows = Mastery.objects.filter(learner=learner, concept__in=ids)
    held = {row.concept_id: memory_of(row).mastery(now) for row in rows}
    return [
        Aim(aim.concept, aim.error, aim.word, held.get(aim.concept.pk) if aim.concept else None)
        for aim in aims
    ]


def _errors(learner: User, language: str) -> list[Aim]:
    rows: Any = RecurringError.objects.filter(learner=learner, language=language).open()
    rows = rows.select_related("concept").order_by("-last_seen_at", "pk")[:MOST_ERRORS]
    return [Aim(row.concept, error=row) for row in rows]


def _weak(learner: User, language: str, now: datetime) -> list[Aim]:
    """Below the learner's target, longest ago first, where there is something to ask about."""
    listed = VocabularyItem.objects.filter(language=language, vocabulary_list__owner__isnull=True)
    known = Q(kind=Kind.LEMMA, concept__in=listed.values("concept"))
    rows = (
        Mastery.objects.fading(now)
        .filter(Q(kind=Kind.GRAMMAR) | known, learner=learner, language=language)
        .select_related("concept")
        .order_by("forgets_at", "pk")[:MOST_WEAK]
    )
    held = list(rows)
    words = words_of([row.concept for row in held], language)
    return [
        Aim(row.concept, word=words.get(row.concept_id), mastery=memory_of(row).mastery(now))
        for row in held
        if row.kind == Kind.GRAMMAR or row.concept_id in words
    ]


def _new(
    learner: User, language: str, level: str, count: int, taken: Iterable[Concept]
) -> list[Aim]:
    """Of the learner's level and not practised yet: grammar points first, then words."""
    seen = Mastery.objects.filter(learner=learner, language=language).values("concept")
    ids = [one.pk for one in taken]
    points = (
        Concept.objects.grammar(language)
        .filter(level=level or LEVELS[0])
        .exclude(pk__in=seen)
        .exclude(pk__in=ids)
        .order_by("pk")[: min(NEW_POINTS, count)]
    )
    aims = [Aim(point) for point in points]
    words = _starter(language, level).exclude(concept__in=seen).order_by("-level", "position", "pk")
    return [*aims, *(Aim(word.concept, word=word) for word in words[: count - len(aims)])]


def _starter(language: str, level: str) -> QuerySet[VocabularyItem]:
    up_to = LEVELS[: LEVELS.index(level) + 1] if level in LEVELS else LEVELS[:1]
    rows = VocabularyItem.objects.filter(
        language=language, vocabulary_list__owner__isnull=True, level__in=up_to
    )
    return rows.select_related("concept").order_by("position", "pk")


def _concepts_of(aims: Iterable[Aim]) -> list[Concept]:
    return [aim.concept for aim in aims if aim.concept]
