from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import LearnerLanguage, LearnerProfile, TutorProfile, User, UserSettings
from config.rows import Table, fetch

_USERS: Final = Table(User)
_BY_ID: Final = f"SELECT {_USERS.columns('one')} FROM accounts_user AS one WHERE id = %s"  # noqa: S608 - our names


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """A user with what they say of themselves and the languages they study, in their order."""

    user: User
    profile: LearnerProfile
    languages: list[LearnerLanguage]

    @property
    def target_languages(self) -> list[str]:
        return [row.language for row in self.languages]

    @property
    def proficiency_levels(self) -> dict[str, str]:
        """Language code to level; a language not placed yet is left out."""
        return {row.language: row.level for row in self.languages if row.level}

    @property
    def completeness(self) -> int:
        """How much of the profile is filled in, in percent."""
        filled = [
            self.languages,
            self.proficiency_levels,
            self.profile.motivation,
            self.profile.interests,
            self.profile.strengths,
            self.profile.learning_style,
            self.profile.onboarded_at,
            self.user.email_verified_at,
        ]
        return round(100 * sum(map(bool, filled)) / len(filled))


def user_by_id(user_id: UUID | str) -> User | None:
    """Asked with every request that bears a token."""
    found = fetch(_BY_ID, [user_id])
    return _USERS.take(found[0]) if found else None


def learner_record(user: User) -> LearnerRecord:
    return LearnerRecord(user, learner_profile(user), list(user.languages.all()))


def current_language(user: User) -> LearnerLanguage | None:
    """The language the learner studies now: the first of their list."""
    return LearnerLanguage.objects.filter(user=user).first()


def local_day(user: User, now: datetime) -> date:
    """The calendar day it is for the user."""
    return now.astimezone(ZoneInfo(user.timezone)).date()


TARGET_MASTERY: Final = 70
"""Percent of a concept a learner wants to keep, unless they have chosen another share."""


def target_mastery(user: User) -> int:
    """The mastery a learner wants to keep, 50 to 95."""
    chosen = user_settings(user).learning.get("targetMastery", TARGET_MASTERY)
    if isinstance(chosen, bool) or not isinstance(chosen, int | float):
        return TARGET_MASTERY
    return min(max(int(chosen), 50), 95)


DAY_ENDS_AT: Final = 4
"""The hour at which a learner's day of reviews ends, unless they have chosen another."""


def day_ends_at(user: User, settings: UserSettings | None = None) -> int:
    """That hour, 0 to 23, in the user's time zone; from their settings where those are at hand."""
    chosen = (settings or user_settings(user)).learning.get("dayEndsAt", DAY_ENDS_AT)
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not 0 <= chosen <= 23:
        return DAY_ENDS_AT
    return chosen


def user_settings(user: User) -> UserSettings:
    return UserSettings.objects.get_or_create(user=user)[0]


def learner_profile(user: User) -> LearnerProfile:
    return LearnerProfile.objects.get_or_create(user=user)[0]


def is_approved_tutor(user: User) -> bool:
    approved = TutorProfile.objects.filter(user=user, status=TutorProfile.Status.APPROVED)
    return user.is_tutor and approved.exists()


def waits_for_approval(user: User) -> bool:
    """Whether this is a tutor whom no admin has approved."""
    return user.is_tutor and not is_approved_tutor(user)
