"""What is asked about content: the shelf, and what to do next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Func, Q

from accounts.models import User
from config.languages import TAUGHT
from config.levels import Level
from learning.concepts.models import Concept
from learning.content.candidates import candidates_for
from learning.content.models import ContentItem
from learning.content.ranking import Recommendation, rank
from learning.content.texts import search_query, topic_words
from learning.mastery.models import Mastery
from learning.mastery.services import memory_of


def recommended(*, learner: User, language: str, level: str, now: datetime) -> list[Recommendation]:
    """What the learner could do next in a language, the most pressing first. One query."""
    level = level or Level.A1
    choice = candidates_for(learner=learner, language=language, level=level, now=now)
    return rank(choice, level=level, now=now, topic_words=topic_words())


def shelf(
    user: User,
    *,
    search: str = "",
    topic: str = "",
    native: str = "en",
    paired: bool = False,
    **fields: Any,
) -> Any:
    """Content the user may see, by level and title, or the best match first when `search` is given.

    `fields` are of the item: `language`, `level`, `content_type`. `paired` leaves out exercises
    that a lesson leads to.
    """
    rows: Any = ContentItem.objects.visible_to(user).filter(
        **{name: value for name, value in fields.items() if value}
    )
    rows = rows.defer("search", "content")
    if paired:
        lessons = ContentItem.objects.published().filter(content_type=ContentItem.Type.LESSON)
        with_lesson = Q(concepts__in=lessons.values("concepts"))
        rows = rows.exclude(with_lesson, content_type=ContentItem.Type.EXERCISE)
    if topic:
        rows = rows.filter(topics__contains=[topic])
    if not search:
        # Lessons come first, in the order of their course: ids sort by creation.
        return rows.order_by("language", "level", "-content_type", "pk")
    languages = [fields["language"]] if fields.get("language") else list(TAUGHT)
    query = search_query(search, languages=["en", native, *languages])
    rows = rows.filter(search=query).annotate(rank=SearchRank(F("search"), query))
    return rows.order_by("-rank", "level", "title", "pk")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands with what a piece of content is about."""

    mastery: int
    fading: bool
    """Below their target, now."""
    forgets_at: datetime
    concept_id: UUID


def standings(
    learner: User, items: Sequence[ContentItem], *, now: datetime
) -> dict[UUID, Standing]:
    """By item, where its concept was practised; of several concepts the weakest."""
    concepts = {concept.pk for item in items for concept in item.concepts.all()}
    rows = Mastery.objects.filter(learner=learner, concept__in=concepts) if concepts else ()
    held = {row.concept_id: _standing(row, now) for row in rows}
    found = {}
    for item in items:
        known = [held[one.pk] for one in item.concepts.all() if one.pk in held]
        if known:
            found[item.pk] = min(known, key=lambda one: one.mastery)
    return found


def _standing(row: Mastery, now: datetime) -> Standing:
    mastery = memory_of(row).mastery(now)
    return Standing(mastery, row.forgets_at <= now, row.forgets_at, row.concept_id)


def exercise_beside(lesson: ContentItem) -> ContentItem | None:
    """The exercise about what a lesson explains."""
    about = [concept.pk for concept in lesson.concepts.all()]
    rows = ContentItem.objects.published().filter(
        content_type=ContentItem.Type.EXERCISE, language=lesson.language, concepts__in=about
    )
    return rows.defer("search").order_by("pk").first()


def topics_on_shelf(user: User, language: str) -> list[tuple[str, str]]:
    """Topics that content of a language is about, with their names in the user's own language."""
    rows: Any = ContentItem.objects.visible_to(user).filter(language=language)
    rows = rows.annotate(topic=Func("topics", function="unnest")).order_by()
    names = topic_words()
    found = {slug for slug in rows.values_list("topic", flat=True).distinct() if slug in names}
    native = user.native_language
    named = ((slug, names[slug].get(native) or names[slug]["en"]) for slug in found)
    return sorted(named, key=lambda one: one[1])


def lessons_on(user: User, language: str, points: Collection[str]) -> dict[str, UUID]:
    """The lessons that explain grammar points, by the points' slugs."""
    about = {"concepts__kind": Concept.Kind.GRAMMAR, "concepts__slug__in": points}
    rows: Any = ContentItem.objects.visible_to(user).filter(
        language=language, content_type=ContentItem.Type.LESSON, **about
    )
    return dict(rows.order_by("-pk").values_list("concepts__slug", "pk")) if points else {}


def content_about(user: User, concept: UUID) -> ContentItem | None:
    """What there is to do about a concept: its exercise, else its lesson."""
    rows = ContentItem.objects.visible_to(user).filter(concepts=concept)
    return rows.defer("search").order_by("content_type", "pk").first()
