from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import User
from practice.vocabulary import search
from practice.vocabulary.models import VocabularyItem, VocabularyList
from practice.vocabulary.services import translation_for


def lists_for(user: User, *, language: str = "", mine: bool = False) -> QuerySet[Any]:
    """The lists a user may see, with their number of words; one's own first."""
    rows = VocabularyList.objects.visible_to(user)
    rows = rows.filter(language=language) if language else rows
    rows = rows.filter(owner=user) if mine else rows
    return rows.annotate(words=Count("items")).order_by("owner", "level", "name", "pk")


def words_for(
    user: User, *, asked: str = "", everywhere: bool = False, **filters: str
) -> QuerySet[Any]:
    """A user's own words, or those of every list they may see; best match first when asked."""
    rows = VocabularyItem.objects.filter(
        vocabulary_list__in=VocabularyList.objects.visible_to(user)
        if everywhere
        else VocabularyList.objects.filter(owner=user)
    )
    rows = rows.filter(**{name: value for name, value in filters.items() if value})
    if not asked:
        return rows.order_by("-created_at", "pk")
    language = filters.get("language", "")
    return search.found(rows, asked=asked, language=language, native=user.native_language)


def shown(items: list[VocabularyItem], user: User) -> list[VocabularyItem]:
    """The items with `shown_translation`, in the user's own language as far as there is one."""
    for item in items:
        item.shown_translation = translation_for(item, user.native_language)  # type: ignore[attr-defined]
    return items


def described(rows: list[Any], user: User) -> list[Any]:
    for row in rows:
        row.owned = row.owner_id == user.pk
        row.starter = row.owner_id is None
    return rows
