"""Writing content: what the files say, what staff add, and what a learner did with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from ai.scenarios import load_all
from config.commits import after_commit
from learning.concepts.models import Concept
from learning.concepts.selectors import grammar_points
from learning.content.authored import content_of_points, starter_of
from learning.content.models import ContentItem, ContentUse
from learning.content.texts import search_vector
from learning.tasks import embed_content_task

_AUTHORED: Final = ("content_type", "level", "title", "topics", "minutes", "content")
EMBED_AT_ONCE: Final = 100

Authored = Iterable[tuple[ContentItem, Concept | None]]


@dataclass(frozen=True, slots=True)
class ContentChange:
    """How many items a load brought in and brought up to date."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "ContentChange") -> "ContentChange":
        return ContentChange(self.created + other.created, self.updated + other.updated)


def load_content(*, language: str) -> ContentChange:
    """Bring a language's content in line with its grammar points and scenarios.

    A second load changes nothing. What staff made, and whether an item is shown, is left alone;
    an item whose source is gone stays, since learners have used it.
    """
    points = grammar_points(language).values()
    starters = [(starter_of(scenario), None) for scenario in load_all(language)]
    return _bring_in(language, [*content_of_points(points), *starters])


@transaction.atomic
def save_content(*, item: ContentItem, concepts: Iterable[Concept] | None = None) -> ContentItem:
    """Store content that staff wrote, ready to be searched; its vector follows later."""
    item.search = search_vector(item)
    item.save()
    item.refresh_from_db(fields=["search"])
    if concepts is not None:
        item.concepts.set(concepts)
    embed_on_commit([item.pk])
    return item


def set_shown(*, items: Sequence[ContentItem], shown: bool) -> int:
    """Show content to learners, or hide it; how many changed."""
    ids = [item.pk for item in items]
    return ContentItem.objects.filter(pk__in=ids).exclude(is_active=shown).update(is_active=shown)


@transaction.atomic
def finish_content(*, learner: User, item: ContentItem, now: datetime) -> ContentUse:
    """A lesson read, a conversation begun: not offered again for a while."""
    use, _ = ContentUse.objects.get_or_create(
        learner=learner, item=item, defaults={"opened_at": now}
    )
    use.finished_at = now
    use.save(update_fields=["finished_at"])
    return use


def note_scenario(*, learner: User, language: str, scenario: str, now: datetime) -> None:
    """The learner began to talk in a scenario, from wherever they came to it."""
    slug = f"starter:{scenario}"
    item = ContentItem.objects.filter(language=language, slug=slug).first()
    if item:
        finish_content(learner=learner, item=item, now=now)


def embed_on_commit(ids: Sequence[UUID]) -> None:
    """Queue the vectors of these items; with the queue down `reembed` makes them later."""
    for start in range(0, len(ids), EMBED_AT_ONCE):
        batch = [str(one) for one in ids[start : start + EMBED_AT_ONCE]]
        after_commit(embed_content_task.delay, batch)


@transaction.atomic
def _bring_in(language: str, authored: Authored) -> ContentChange:
    made = {item.slug: (item, concept) for item, concept in authored}
    rows = ContentItem.objects.filter(language=language).exclude(slug="")
    stored = {row.slug: row for row in rows.defer("search")}
    new = [item for slug, (item, _) in made.items() if slug not in stored]
    changed = [row for slug, row in stored.items() if slug in made and _take(row, made[slug][0])]
    for item in (*new, *changed):
        item.search = search_vector(item)
    ContentItem.objects.bulk_create(new, batch_size=100)
    ContentItem.objects.bulk_update(changed, [*_AUTHORED, "search"], batch_size=50)
    _link([(item, concept) for item, concept in made.values() if concept and item in new])
    embed_on_commit([item.pk for item in (*new, *changed)])
    return ContentChange(len(new), len(changed))


def _take(row: ContentItem, authored: ContentItem) -> bool:
    changes = [name for name in _AUTHORED if getattr(row, name) != getattr(authored, name)]
    for name in changes:
        setattr(row, name, getattr(authored, name))
    return bool(changes)


def _link(pairs: Iterable[tuple[ContentItem, Concept]]) -> None:
    through = ContentItem.concepts.through
    through.objects.bulk_create(
        [through(contentitem_id=item.pk, concept_id=concept.pk) for item, concept in pairs],
        ignore_conflicts=True,
    )
