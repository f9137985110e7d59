"""What is asked about companions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import Forbidden, NotFound
from learning.companions.models import Bookmark, Companion, CompanionSession
from learning.companions.persona import Persona, kept_persona

MOST_RECENT: Final = 100
"""Of the sessions that others begin, the last ones are told."""


def persona(companion_id: UUID | None) -> Persona | None:
    """Who the tutor is in a conversation with this companion. None without one, or when it is gone.

    Kept in the process for a minute, so that a turn costs no query for it.
    """
    return kept_persona(companion_id) if companion_id else None


def companions_of(
    user: User,
    *,
    subject: str = "",
    topic: str = "",
    language: str = "",
    mine: bool = False,
) -> Any:
    """Companions the user may talk with: the bookmarked first, then their own, then ours.

    `subject` and `topic` look within the words, `topic` in the name too. `language` leaves out
    those of other languages, not those of none. Each has `bookmarked`.
    """
    rows = Companion.objects.visible_to(user).filter(
        subject__icontains=subject, **({"author": user} if mine else {})
    )
    if topic:
        rows = rows.filter(Q(topic__icontains=topic) | Q(name__icontains=topic))
    if language:
        rows = rows.filter(language__in=["", language])
    own = F("author").asc(nulls_last=True)
    return _with_bookmarks(rows, user).order_by("-bookmarked", own, "language", "pk")


def bookmarked_by(user: User) -> Any:
    """The last bookmarked first."""
    rows = Companion.objects.visible_to(user).filter(bookmarks__user=user)
    return _with_bookmarks(rows, user).order_by("-bookmarks__created_at")


def companion_for(user: User, companion_id: UUID) -> Companion:
    """Raises NotFound."""
    rows = _with_bookmarks(Companion.objects.visible_to(user), user)
    found: Companion | None = rows.filter(pk=companion_id).first()
    if found is None:
        raise NotFound
    return found


def own_companion(user: User, companion_id: UUID) -> Companion:
    """Raises NotFound, and Forbidden for one that the user sees but did not make."""
    companion = companion_for(user, companion_id)
    if companion.author_id != user.pk:
        raise Forbidden(_("Only who made a companion can change it."), code="only_the_author")
    return companion


def companions_known_to(user: User, *, also: Collection[UUID] = ()) -> list[Companion]:
    """Those that the user made, bookmarked or talked with, and the named ones, by name."""
    known = Q(author=user) | Q(bookmarks__user=user) | Q(sessions__user=user)
    theirs = Companion.objects.visible_to(user).filter(known)
    rows = Companion.objects.filter(Q(pk__in=theirs.values("pk")) | Q(pk__in=also))
    return list(rows.order_by("name", "pk"))


def sessions_of(user: User) -> Any:
    """When the user talked with companions that are still there, the latest first."""
    return _with_companions(CompanionSession.objects.filter(user=user), user)


def recent_sessions(user: User) -> Any:
    """The last talks of anybody with the companions that the user may see."""
    seen = CompanionSession.objects.filter(companion__in=Companion.objects.visible_to(user))
    return _with_companions(seen, user)[:MOST_RECENT]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with a companion, as its page lists it."""

    title: str
    url: str
    language: str
    at: datetime


def talks_with(user: User, companion: Companion) -> list[Talk]:
    """The user's latest conversations with a companion. `COMPANION_TALKS` names who knows them."""
    found: list[Talk] = import_string(settings.COMPANION_TALKS)(user, companion.pk)
    return found


def _with_bookmarks(rows: Any, user: User) -> Any:
    kept = Bookmark.objects.filter(user=user, companion=OuterRef("pk"))
    return rows.annotate(bookmarked=Exists(kept))


def _with_companions(rows: Any, user: User) -> Any:
    kept = Bookmark.objects.filter(user=user, companion=OuterRef("companion"))
    rows = rows.filter(companion__isnull=False).select_related("companion")
    return rows.annotate(bookmarked=Exists(kept)).order_by("-created_at", "-pk")
