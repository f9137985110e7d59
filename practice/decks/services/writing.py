"""What every writer of schedules shares: one learner at a time, and the rows written together."""

from collections.abc import Sequence
from typing import Final

from accounts.models import User, UserSettings
from accounts.selectors import user_settings
from config.rows import Table, fetch
from practice.decks.models import CardSchedule, ReviewLog
from practice.decks.scheduling.state import FIELDS

SCHEDULES: Final = Table(CardSchedule)
LOGS: Final = Table(ReviewLog)
_USERS: Final = Table(User)
_SETTINGS: Final = Table(UserSettings)
_WRITTEN: Final = (*FIELDS, "scheduler", "suspended", "buried_until", "version")
_TURN: Final = f"""
    SELECT {_USERS.columns("held")}, {_SETTINGS.columns("settings")} FROM accounts_user AS held
    LEFT JOIN accounts_usersettings AS settings ON settings.user_id = held.id
    WHERE held.id = %s FOR NO KEY UPDATE OF held
"""  # noqa: S608 - made of our own columns


def take_turns(learner: User) -> User:
    """The learner's row, locked, with their settings: two devices are written one after the other.
    It comes before every other lock, as where evidence is written."""
    found = fetch(_TURN, [learner.pk])
    if not found:
        raise User.DoesNotExist
    held = _USERS.take(found[0][: len(_USERS)])
    settings = found[0][len(_USERS) :]
    held.settings = user_settings(held) if settings[0] is None else _SETTINGS.take(settings)
    return held


def write_schedules(schedules: Sequence[CardSchedule]) -> None:
    if schedules:
        SCHEDULES.update(schedules, _WRITTEN)


def write_logs(logs: Sequence[ReviewLog]) -> None:
    if logs:
        LOGS.insert(logs)
