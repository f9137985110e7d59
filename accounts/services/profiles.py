from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone as clock

from accounts.errors import InvalidFields
from accounts.models import LearnerLanguage, LearnerProfile, User
from accounts.selectors import learner_profile
from accounts.services.checks import check_object, checked, clean_name
from accounts.services.languages import choose_languages, set_level
from accounts.validators import (
    validate_native_language,
    validate_target_languages,
    validate_timezone,
)

USER_FIELDS = ("name", "native_language", "timezone")
PROFILE_FIELDS = (
    "grade",
    "learning_style",
    "motivation",
    "interests",
    "strengths",
    "daily_minutes",
    "learning_preferences",
)


@transaction.atomic
def update_profile(*, user: User, changes: Mapping[str, Any]) -> User:
    """Change what a learner says of themselves; what `changes` leaves out stays as it is.

    Takes `name`, `native_language`, `timezone`, `target_languages` (in order of preference),
    `proficiency_levels` (code to level, as the learner sees it) and `PROFILE_FIELDS`. A level the
    learner states never replaces a measured one. Raises InvalidFields.
    """
    _update_user(user, changes)
    _update_learner(learner_profile(user), changes)
    _update_languages(user, changes)
    return user


@transaction.atomic
def complete_onboarding(
    *,
    user: User,
    native_language: str,
    language: str,
    self_level: str = "",
    motivation: str = "",
    interests: Sequence[str] = (),
    daily_minutes: int = 15,
    timezone: str = "UTC",
) -> LearnerLanguage:
    """Take a newcomer's answers; `language` becomes the one studied now. Raises InvalidFields."""
    changes: dict[str, Any] = {
        "native_language": native_language,
        "timezone": timezone,
        "target_languages": [language, *other_languages(user, language)],
        "motivation": motivation,
        "interests": list(interests),
        "daily_minutes": daily_minutes,
    }
    if self_level:
        changes["proficiency_levels"] = {language: self_level}
    update_profile(user=user, changes=changes)
    profile = LearnerProfile.objects.filter(user=user, onboarded_at__isnull=True)
    profile.update(onboarded_at=clock.now())
    return LearnerLanguage.objects.get(user=user, language=language)


def other_languages(user: User, language: str) -> list[str]:
    others = LearnerLanguage.objects.filter(user=user).exclude(language=language)
    return list(others.values_list("language", flat=True))


def _update_user(user: User, changes: Mapping[str, Any]) -> None:
    if "name" in changes:
        user.name = clean_name(changes["name"])
    if "native_language" in changes:
        with checked("native_language"):
            validate_native_language(changes["native_language"])
        user.native_language = changes["native_language"]
    if "timezone" in changes:
        with checked("timezone"):
            validate_timezone(changes["timezone"])
        user.timezone = changes["timezone"]
    # No more than was changed: what a task read a while ago may have been changed since.
    if changed := [name for name in USER_FIELDS if name in changes]:
        user.save(update_fields=[*changed, "updated_at"])


def _update_learner(profile: LearnerProfile, changes: Mapping[str, Any]) -> None:
    if "learning_preferences" in changes:
        check_object("learning_preferences", changes["learning_preferences"])
    for name in PROFILE_FIELDS:
        if name in changes:
            setattr(profile, name, changes[name])
    try:
        profile.clean_fields(exclude=["user"])
    except ValidationError as refusal:
        raise InvalidFields(**refusal.message_dict) from refusal
    if changed := [name for name in PROFILE_FIELDS if name in changes]:
        profile.save(update_fields=[*changed, "updated_at"])


def _update_languages(user: User, changes: Mapping[str, Any]) -> None:
    codes = changes.get("target_languages")
    if codes is None:
        codes = list(LearnerLanguage.objects.filter(user=user).values_list("language", flat=True))
    if "target_languages" in changes or "native_language" in changes:
        with checked("target_languages"):
            validate_target_languages(codes, native_language=user.native_language)
        choose_languages(user=user, languages=codes)
    for language, level in changes.get("proficiency_levels", {}).items():
        if language not in codes:
            raise InvalidFields(proficiency_levels=f"You are not learning {language[:8]}.")
        set_level(
            user=user,
            language=language,
            level=level,
            source=LearnerLanguage.Source.SELF,
            now=clock.now(),
        )
