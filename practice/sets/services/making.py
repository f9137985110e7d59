"""Making a set's questions, whatever it is made from. Without a model, from what is authored."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ai.errors import AllProvidersFailed, ProviderError
from config.levels import LEVELS
from learning.models import Concept
from learning.sessions.services import level_for
from practice.sets.aims import Aim, aims_of, word_pool
from practice.sets.making import grammar, model, slips, texts, words
from practice.sets.making.aiming import choose, target
from practice.sets.making.drafts import Draft, problems
from practice.sets.making.model import Wish
from practice.sets.models import PracticeSet, Question
from practice.vocabulary.models import VocabularyItem

logger = logging.getLogger(__name__)

Kind, Status = PracticeSet.Kind, PracticeSet.Status
COUNT: Final = {Kind.PRACTICE: 10, Kind.QUIZ: 6, Kind.PICTURE: 5}
"""Questions a set has at most."""
BY_MODEL: Final = {Kind.PRACTICE: 4, Kind.QUIZ: 6, Kind.PICTURE: 5}
"""Of them, how many a model is asked for: in practice the authored ones stay the greater part."""
QUIZ_TYPES: Final = frozenset(
    (Question.Type.MULTIPLE_CHOICE, Question.Type.TRUE_FALSE, Question.Type.SHORT_ANSWER)
)
BUILT_IN: Final = "builtin"
BY_HAND: Final = "by hand"
_MOST_WORDS_IN_TEXT: Final = 80


@dataclass(slots=True)
class Made:
    drafts: list[Draft] = field(default_factory=list)
    generator: str = BUILT_IN


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be asked: by aim what is built in, and what a model may write about."""

    aims: list[tuple[float, list[Draft]]]
    lines: list[str]
    concepts: list[Concept | None]


def make_set(*, set_id: UUID | str, now: datetime) -> bool:
    """Write a set's questions. Does nothing for a set that has them: the task may run twice.

    A provider that fails leaves what is built in; a set with nothing to ask becomes `failed`.
    """
    row = PracticeSet.objects.select_related("learner", "lesson").filter(pk=set_id).first()
    if row is None or row.status != Status.GENERATING:
        return False
    level = row.level or level_for(row.learner, row.language) or LEVELS[0]
    offer = _offer(row, level, now)
    made = _written(row, offer, level)
    made.drafts = choose(offer.aims, count=COUNT[Kind(row.kind)], taken=made.drafts)
    return _store(row, made, level)


def make_now(*, practice_set: PracticeSet, now: datetime) -> None:
    """The questions at once where no provider has to be asked; else the task makes them."""
    if not model.available():
        make_set(set_id=practice_set.pk, now=now)


@transaction.atomic
def assign_questions(
    *, learner: User, requested_by: User, language: str, title: str, drafts: Sequence[Draft]
) -> PracticeSet:
    """A set of questions that somebody wrote, ready at once."""
    row = PracticeSet.objects.create(
        learner=learner, assigned_by=requested_by, language=language, title=title
    )
    level = level_for(learner, language) or LEVELS[0]
    _store(row, Made(list(drafts), BY_HAND), level)
    row.refresh_from_db()
    return row


def waiting_sets(*, before: datetime) -> list[UUID]:
    """Sets that were asked for a while ago and are not made."""
    rows = PracticeSet.objects.filter(status=Status.GENERATING, assigned_at__lt=before)
    return list(rows.order_by("assigned_at").values_list("pk", flat=True)[:500])


def _offer(row: PracticeSet, level: str, now: datetime) -> Offer:
    if row.kind == Kind.QUIZ:
        return _from_lesson(row, level)
    if row.kind == Kind.PICTURE:
        return _from_description(row, level)
    return _from_aims(row, level, now)


def _from_aims(row: PracticeSet, level: str, now: datetime) -> Offer:
    wanted = row.context.get("concepts", ())
    asked = list(Concept.objects.filter(pk__in=wanted).order_by("pk"))
    aims = aims_of(learner=row.learner, language=row.language, level=level, concepts=asked, now=now)
    pool = word_pool([aim.word for aim in aims if aim.word])
    native = row.learner.native_language
    single = {aim.word.text for aim in aims if aim.word}

    def drafts_of(aim: Aim) -> list[Draft]:
        return _sound(_of_aim(aim, pool, level, native, single))

    offers = [(target(level=level, mastery=aim.mastery), drafts_of(aim)) for aim in aims]
    offers += _pairs(single, pool, level, native)
    lines = [line for aim in aims if (line := _line(aim, native))]
    return Offer(offers, lines, [aim.concept for aim in aims if _line(aim, native)])


def _of_aim(
    aim: Aim, pool: Sequence[VocabularyItem], level: str, native: str, asked: Collection[str]
) -> list[Draft]:
    drafts: list[Draft] = []
    if aim.error:
        drafts += slips.from_error(aim.error, level=level, native=native)
    if aim.word:
        drafts += words.from_word(aim.word, pool, native=native, asked=asked)
    if aim.concept and aim.concept.kind == Concept.Kind.GRAMMAR:
        drafts += grammar.from_point(aim.concept, native=native)
    return drafts


def _pairs(
    asked: Collection[str], pool: Sequence[VocabularyItem], level: str, native: str
) -> list[tuple[float, list[Draft]]]:
    """Words to match: such as are not asked one by one, which the pairs would give away."""
    if not asked:
        return []
    others = [one for one in pool if one.text not in asked and (one.level or "A1") <= level]
    draft = words.matching(others, native=native)
    return [(target(level=level, mastery=None), _sound([draft] if draft else []))]


def _line(aim: Aim, native: str) -> str:
    """What a model is told of an aim."""
    if aim.error:
        return f"The learner wrote “{aim.error.original}” for “{aim.error.corrected}”."
    if aim.word:
        return f"The word “{aim.word.text}” ({words.meaning_of(aim.word, native).text})"
    return f"{aim.concept.name}: {aim.concept.explanation_in('en')}" if aim.concept else ""


def _from_lesson(row: PracticeSet, level: str) -> Offer:
    lesson = row.lesson
    if lesson is None:
        return Offer([], [], [])
    native = row.learner.native_language
    told = lesson.content
    concept = lesson.concepts.order_by("pk").first()
    point = Concept(
        kind=Concept.Kind.GRAMMAR,
        language=lesson.language,
        slug=lesson.slug or str(lesson.pk),
        name=lesson.title,
        level=level,
        explanation=told.get("explanation", {}),
        examples=told.get("examples", []),
        slips=told.get("slips", []),
    )
    aim = concept if concept and concept.kind == Concept.Kind.GRAMMAR else point
    made = [*grammar.choices_of_slips(aim, native=native), *grammar.from_point(aim, native=native)]
    quiz = [draft for draft in map(_for_quiz, made) if draft.type in QUIZ_TYPES]
    fit = _sound(quiz or made)
    stored = [replace(draft, concept=concept) for draft in fit]
    told_of = f"{lesson.title}\n{point.explanation_in('en')}\n{_examples(point)}"
    return Offer([(target(level=level, mastery=None), stored)], [told_of], [concept])


def _for_quiz(draft: Draft) -> Draft:
    """A gap of an example is a short answer."""
    if draft.type != Question.Type.CLOZE:
        return draft
    return replace(draft, type=Question.Type.SHORT_ANSWER, prompt=_("Which word is missing?"))


def _examples(point: Concept) -> str:
    said = [str(one.get("text", "")) for one in point.examples]
    slips_made = [f"not “{one['wrong']}” but “{one['right']}”" for one in point.slips]
    return "\n".join([*said, *slips_made])


def _from_description(row: PracticeSet, level: str) -> Offer:
    text = str(row.context.get("description", ""))
    drafts = texts.from_text(
        text,
        language=row.language,
        level=level,
        pool=vocabulary_in(text, row.language),
        native=row.learner.native_language,
    )
    return Offer([(target(level=level, mastery=None), _sound(drafts))], [text], [None])


def vocabulary_in(text: str, language: str) -> list[VocabularyItem]:
    """The starter lists' words that stand in a text, with the others of their lists."""
    there = {form for word in texts.words_in(text) for form in (word, word.casefold())}
    starter = VocabularyItem.objects.filter(language=language, vocabulary_list__owner__isnull=True)
    found = list(starter.filter(text__in=there)[:_MOST_WORDS_IN_TEXT])
    return word_pool(found)


def _written(row: PracticeSet, offer: Offer, level: str) -> Made:
    """What a model writes; nothing when there is none, or it fails: the built-in ones remain."""
    if not offer.lines or not model.available():
        return Made()
    wish = Wish(
        kind=row.kind,
        language=row.language,
        level=level,
        native=row.learner.native_language,
        count=BY_MODEL[Kind(row.kind)],
        difficulty=round(min(max(sum(aim for aim, _ in offer.aims[:1]), 1), 10)),
        lines=offer.lines,
        concepts=offer.concepts,
        names=[row.learner.name],
    )
    try:
        drafts, prompt = model.write(wish, user_id=row.learner_id, reference=row.pk)
    except (AllProvidersFailed, ProviderError) as error:
        logger.warning("practice_not_written", extra={"code": getattr(error, "code", "")})
        return Made()
    return Made(drafts, prompt if drafts else BUILT_IN)


def _sound(drafts: Iterable[Draft]) -> list[Draft]:
    return [draft for draft in drafts if not problems(draft)]


def _store(row: PracticeSet, made: Made, level: str) -> bool:
    with transaction.atomic():
        held = PracticeSet.objects.select_for_update().get(pk=row.pk)
        if held.status != Status.GENERATING:
            return False
        Question.objects.bulk_create(
            _question(held, draft, place) for place, draft in enumerate(made.drafts, 1)
        )
        held.level = level
        held.generator = made.generator
        held.status = Status.READY if made.drafts else Status.FAILED
        held.error_code = "" if made.drafts else "nothing_to_ask"
        held.save(update_fields=["level", "generator", "status", "error_code"])
    return True


def _question(held: PracticeSet, draft: Draft, place: int) -> Question:
    return Question(
        practice_set=held,
        position=place,
        type=draft.type,
        prompt=draft.prompt,
        passage=draft.passage,
        cue=draft.cue[:400],
        languages=draft.languages,
        options=draft.options,
        key=draft.key,
        strict=draft.strict,
        explanation=draft.explanation[:600],
        hints=draft.hints,
        difficulty=draft.difficulty,
        concept=draft.concept,
    )
