from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import LearnerLanguage, LearnerProfile, TutorProfile, User, UserSettings


def current_language(user: User) -> LearnerLanguage | None:
    """The language the learner studies now: the first of their list."""
    return LearnerLanguage.objects.filter(user=user).first()


def local_day(user: User, now: datetime) -> date:
    """The calendar day it is for the user."""
    return now.astimezone(ZoneInfo(user.timezone)).date()


def user_settings(user: User) -> UserSettings:
    return UserSettings.objects.get_or_create(user=user)[0]


def learner_profile(user: User) -> LearnerProfile:
    return LearnerProfile.objects.get_or_create(user=user)[0]


def is_approved_tutor(user: User) -> bool:
    return TutorProfile.objects.filter(user=user, status=TutorProfile.Status.APPROVED).exists()


def waits_for_approval(user: User) -> bool:
    """Whether this is a tutor whom no admin has approved."""
    return user.is_tutor and not is_approved_tutor(user)
