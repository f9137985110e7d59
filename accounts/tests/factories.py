"""Accounts for any app's tests. The cast: learner Ana (or Ben), tutor Tessa, admin Cleo."""

from datetime import UTC, datetime
from functools import cache

import factory
from django.contrib.auth.hashers import make_password

from accounts.models import (
    LearnerLanguage,
    LearnerProfile,
    TutorAssignment,
    TutorProfile,
    User,
    UserSettings,
)
from accounts.services.tutors import ensure_tutor_group

PASSWORD = "Correct-horse-7"


@cache
def hashed(password: str) -> str:
    """argon2 is slow on purpose; a hundred users of one test share a hash."""
    return make_password(password)


class UserFactory(factory.django.DjangoModelFactory):
    """A verified learner. `password` may be given in clear."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"ana{number}@example.org")
    name = "Ana Torres"
    native_language = "en"
    timezone = "UTC"
    email_verified_at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    password = PASSWORD

    @classmethod
    def _create(cls, model_class, *args, **fields):
        fields["password"] = hashed(fields["password"])
        return super()._create(model_class, *args, **fields)


class TutorFactory(UserFactory):
    """An approved tutor; `tutor_profile__status` makes one that waits."""

    email = factory.Sequence(lambda number: f"tessa{number}@example.org")
    name = "Tessa Brandt"
    role = User.Role.TUTOR
    is_staff = True

    @factory.post_generation
    def tutor_profile(self, create, extracted, **fields):
        status = fields.pop("status", TutorProfile.Status.APPROVED)
        TutorProfile.objects.create(user=self, status=status, **fields)
        if status == TutorProfile.Status.APPROVED:
            self.groups.add(ensure_tutor_group())


class PendingTutorFactory(TutorFactory):
    is_staff = False
    tutor_profile__status = TutorProfile.Status.PENDING


class AdminFactory(UserFactory):
    email = factory.Sequence(lambda number: f"cleo{number}@example.org")
    name = "Cleo Marsh"
    role = User.Role.ADMIN
    is_staff = True
    is_superuser = True


class LearnerProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LearnerProfile

    user = factory.SubFactory(UserFactory)


class LearnerLanguageFactory(factory.django.DjangoModelFactory):
    """Spanish at B1, placed."""

    class Meta:
        model = LearnerLanguage

    user = factory.SubFactory(UserFactory)
    language = "es"
    level = "B1"
    level_probability = 0.86
    level_low = "A2"
    level_high = "B2"
    level_source = LearnerLanguage.Source.PLACEMENT
    level_set_at = datetime(2026, 1, 5, 10, tzinfo=UTC)


class TutorAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TutorAssignment

    tutor = factory.SubFactory(TutorFactory)
    student = factory.SubFactory(UserFactory)


class UserSettingsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UserSettings

    user = factory.SubFactory(UserFactory)
