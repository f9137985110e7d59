from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.errors import InvalidFields, StaleSettings
from accounts.models import User, UserSettings
from accounts.selectors import user_settings
from accounts.services.checks import check_object
from accounts.services.profiles import update_profile

GROUPS = ("interface", "learning", "privacy", "notifications")


@transaction.atomic
def update_settings(*, user: User, changes: Mapping[str, Any], version: int) -> UserSettings:
    """Save settings over the version the caller has seen; a group sent replaces the whole group.

    Takes `theme` and `GROUPS`. `LEARNING_SETTINGS_READERS` names who derives something from the
    learning settings. Raises StaleSettings when another device saved since, or InvalidFields.
    """
    user_settings(user)
    stored = UserSettings.objects.select_for_update().get(user=user)
    if stored.version != version:
        raise StaleSettings(version=stored.version)
    before = stored.learning
    for name, value in _checked(changes).items():
        setattr(stored, name, value)
    stored.version += 1
    stored.save()
    if stored.learning != before:
        for path in settings.LEARNING_SETTINGS_READERS:
            import_string(path)(learner=user)
    return stored


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: changes[name] for name in ("theme", *GROUPS) if name in changes}
    if "theme" in kept and kept["theme"] not in UserSettings.Theme.values:
        raise InvalidFields(theme=_("Choose system, light or dark."))
    for name in GROUPS:
        if name in kept:
            check_object(name, kept[name])
    return kept


@transaction.atomic
def update_account(
    *, user: User, profile: Mapping[str, Any], preferences: Mapping[str, Any], version: int
) -> UserSettings:
    """What the settings page saves: all of it, or nothing. Raises as its two parts."""
    saved = update_settings(user=user, changes=preferences, version=version)
    update_profile(user=user, changes=profile)
    return saved
