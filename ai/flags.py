"""Keeps what moderation found. For every app that takes texts from people or shows a model's."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai.errors import ContentBlocked
from ai.models import ModerationFlag
from ai.moderation import Action, Category, Finding, Verdict, check

Status = ModerationFlag.Status

REASONS: Final[dict[Category, Promise]] = {
    Category.PROFANITY: _("It insults somebody, or swears at them."),
    Category.HATE_SPEECH: _("It demeans people for who they are."),
    Category.VIOLENCE: _("It threatens somebody, or calls for violence."),
    Category.SEXUAL_CONTENT: _("It is sexual, which has no place in lessons here."),
    Category.SPAM: _("It looks like advertising or like the same thing over and over."),
    Category.PERSONAL_INFORMATION: _(
        "It has a number or an address in it by which somebody could be found."
    ),
    Category.COPYRIGHT: _("It asks for, or offers, copies that nobody may give away."),
    Category.ILLEGAL_CONTENT: _("It asks for, or offers, something against the law."),
    Category.SELF_HARM: _(
        "It speaks of hurting yourself. You did nothing wrong: it is noted so that a person looks."
    ),
}


def moderate_text(
    *,
    user_id: UUID,
    text: str,
    language: str,
    surface: str,
    source_type: str = "",
    source_id: UUID | None = None,
) -> Verdict:
    """Check a text and keep what was found, as when a deck is shared or a course is published.

    `surface` says what kind of text it is ("deck", "course"), `source_type` and `source_id` which
    row it is of. Raises ContentBlocked, whose flag is written at once: call it outside of a
    transaction, which would take the flag back.
    """
    verdict = judge_text(user_id=user_id, text=text, language=language, surface=surface)
    keep_flags(
        verdict,
        user_id=user_id,
        text=text,
        surface=surface,
        source_type=source_type,
        source_id=source_id,
    )
    return verdict


def judge_text(*, user_id: UUID, text: str, language: str, surface: str) -> Verdict:
    """The first half, for a text whose row is not there yet: raises ContentBlocked, keeps no other
    flag. `keep_flags` is the second half."""
    verdict = check(text, language=language)
    if not verdict.blocked:
        return verdict
    known = _blocked_before(user_id, text)
    if known is None:
        known = _blocked(verdict, user_id, text, surface)
    elif known.status == Status.OVERTURNED:
        return Verdict(action=None)
    raise ContentBlocked(
        reason=known.reason,
        flag_id=known.pk,
        category=known.category,
        in_distress=verdict.self_harm,
    )


def keep_flags(
    verdict: Verdict,
    *,
    user_id: UUID,
    text: str,
    surface: str,
    source_type: str = "",
    source_id: UUID | None = None,
) -> list[ModerationFlag]:
    """One flag for each category that was found. May run in a transaction."""
    flags = [
        _flag(one, user_id, text, surface, source_type=source_type, source_id=source_id)
        for one in verdict.worst_of_each()
    ]
    return ModerationFlag.objects.bulk_create(flags)


def keep_late_flags(
    verdict: Verdict,
    *,
    user_id: UUID,
    text: str,
    surface: str,
    source_type: str,
    source_id: UUID,
    reasons: Mapping[Category, Promise] = REASONS,
) -> list[ModerationFlag]:
    """Keep what was found in a text that stands already: nothing is blocked, what is grave is
    queued. What is known of the same row is not kept twice. May run in a transaction."""
    known = set(
        ModerationFlag.objects.filter(
            source_type=source_type, source_id=source_id, surface=surface
        ).values_list("category", flat=True)
    )
    flags = [
        _flag(one, user_id, text, surface, source_type=source_type, source_id=source_id)
        for one in verdict.worst_of_each()
        if one.category not in known
    ]
    for flag in flags:
        if flag.action == Action.BLOCKED:
            flag.action, flag.status = Action.QUEUED, Status.QUEUED
        flag.reason = str(reasons[Category(flag.category)])
    return ModerationFlag.objects.bulk_create(flags)


def digest_of(text: str) -> str:
    """The same for a text that differs in case or spacing alone."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


def _blocked_before(user_id: UUID, text: str) -> ModerationFlag | None:
    blocked = ModerationFlag.objects.filter(
        user=user_id, action=Action.BLOCKED, text_hash=digest_of(text)
    )
    return blocked.order_by("-created_at").first()


def _blocked(verdict: Verdict, user_id: UUID, text: str, surface: str) -> ModerationFlag:
    worst = verdict.worst
    assert worst is not None  # noqa: S101 - a blocked verdict has what it is blocked for
    flag = _flag(worst, user_id, text, surface)
    # A threat is refused, and the despair beside it is looked at by a person all the same.
    despair = [one for one in verdict.worst_of_each() if one.category is Category.SELF_HARM]
    others = [_flag(one, user_id, text, surface) for one in despair]
    ModerationFlag.objects.bulk_create([flag, *others])
    return flag


def _flag(one: Finding, user_id: UUID, text: str, surface: str, **source: Any) -> ModerationFlag:
    return ModerationFlag(
        user_id=user_id,
        surface=surface,
        category=one.category,
        severity=one.severity,
        action=one.action,
        status=Status.QUEUED if one.action is Action.QUEUED else Status.CLOSED,
        reason=str(REASONS[one.category]),
        excerpt=one.excerpt,
        found_by=one.found_by[:80],
        text_hash=digest_of(text),
        **source,
    )
