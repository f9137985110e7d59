"""Writing companions: a learner's own, those that come with Parlance, and talk with them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import User
from config.commits import after_commit
from learning.companions.fitness import flag_companion, judge_companion
from learning.companions.limits import refuse_more_companions, refuse_more_sessions
from learning.companions.models import Bookmark, Companion, CompanionSession
from learning.companions.persona import forget_persona
from learning.companions.starters import starters

TOLD: Final = (
    "name",
    "subject",
    "topic",
    "language",
    "voice",
    "style",
    "duration",
    "instructions",
    "keeps_private",
)
"""What its author says of a companion."""


def create_companion(*, author: User, fields: Mapping[str, Any]) -> Companion:
    """`fields` are of `TOLD`, valid. Raises PlanLimitReached, and ContentBlocked for unfit words:
    so never within a transaction."""
    refuse_more_companions(author)
    verdict = judge_companion(author=author, fields=fields)
    with transaction.atomic():
        _hold(author)
        refuse_more_companions(author)
        companion = Companion(author=author, **_told(fields))
        companion.save(force_insert=True)
        flag_companion(verdict, author_id=author.pk, companion=companion, fields=fields)
    return companion


def change_companion(*, companion: Companion, fields: Mapping[str, Any]) -> Companion:
    """What is left out of `fields` stays. Raises ContentBlocked, as `create_companion` does."""
    author = companion.author
    told = {name: getattr(companion, name) for name in TOLD} | _told(fields)
    if author is not None:
        verdict = judge_companion(author=author, fields=told)
        flag_companion(verdict, author_id=author.pk, companion=companion, fields=told)
    for name, value in told.items():
        setattr(companion, name, value)
    companion.save()
    after_commit(forget_persona, companion.pk)
    return companion


def delete_companion(*, companion: Companion) -> None:
    """Its conversations stay, with nobody named. What was private to it is told to nobody."""
    key = companion.pk
    with transaction.atomic():
        import_string(settings.COMPANION_ENDS)(companion)
        companion.delete()
    after_commit(forget_persona, key)


def set_shown(*, companions: Iterable[Companion], shown: bool) -> int:
    """Show companions to learners, or hide them; how many changed."""
    ids = [one.pk for one in companions]
    rows = Companion.objects.filter(pk__in=ids).exclude(is_active=shown)
    return rows.update(is_active=shown)


def bookmark(*, user: User, companion: Companion) -> tuple[Bookmark, bool]:
    """The bookmark, and whether it is new."""
    return Bookmark.objects.get_or_create(user=user, companion=companion)


def remove_bookmark(*, user: User, companion: Companion) -> None:
    Bookmark.objects.filter(user=user, companion=companion).delete()


@transaction.atomic
def record_session(*, user: User, companion: Companion) -> CompanionSession:
    """The user talks with a companion once more. Raises PlanLimitReached."""
    _hold(user)
    refuse_more_sessions(user)
    return CompanionSession.objects.create(user=user, companion=companion)


@transaction.atomic
def load_companions() -> tuple[int, int]:
    """Bring the companions that come with Parlance in line with their file: how many are new, and
    how many changed. One whose entry is gone stays, since learners have talked with it."""
    rows = Companion.objects.filter(author__isnull=True).exclude(slug="")
    stored = {(row.language, row.slug): row for row in rows}
    new, changed = 0, 0
    for told in starters():
        known = stored.get((told["language"], told["slug"]))
        if known is None:
            Companion.objects.create(**told)
            new += 1
        elif any(getattr(known, name) != value for name, value in told.items()):
            change_companion(companion=known, fields=told)
            changed += 1
    return new, changed


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in TOLD if name in fields}


def _hold(user: User) -> None:
    """Two requests at the same moment: the second counts what the first has made."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
