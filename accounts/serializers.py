from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.models import LearnerLanguage, LearnerProfile, TutorProfile, User, UserSettings
from accounts.selectors import LearnerRecord
from accounts.services.checks import LONGEST_NAME, LONGEST_PASSWORD
from accounts.services.profiles import PROFILE_FIELDS
from config.api import camelize
from config.languages import NATIVE_CHOICES, TAUGHT, TAUGHT_CHOICES
from config.levels import Level

LONGEST_EMAIL = 254
LONGEST_TOKEN = 4096


def _password(**options: Any) -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **options
    )


def _email() -> serializers.EmailField:
    return serializers.EmailField(max_length=LONGEST_EMAIL)


def _target_languages(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=TAUGHT_CHOICES), max_length=len(TAUGHT), **options
    )


class RegistrationInput(serializers.Serializer[None]):
    email = _email()
    password = _password()
    name = serializers.CharField(max_length=LONGEST_NAME)
    role = serializers.ChoiceField(
        choices=[User.Role.STUDENT, User.Role.TUTOR], default=User.Role.STUDENT
    )
    grade = serializers.IntegerField(min_value=1, max_value=13, required=False, allow_null=True)
    native_language = serializers.ChoiceField(choices=NATIVE_CHOICES, default="en")
    target_languages = _target_languages(required=False)
    timezone = serializers.CharField(max_length=64, required=False)


class CredentialsInput(serializers.Serializer[None]):
    email = _email()
    password = _password()


class RefreshInput(serializers.Serializer[None]):
    refresh_token = serializers.CharField(max_length=LONGEST_TOKEN)


class PasswordChangeInput(serializers.Serializer[None]):
    current_password = _password()
    new_password = _password()


class PasswordResetInput(serializers.Serializer[None]):
    email = _email()


class PasswordResetConfirmInput(serializers.Serializer[None]):
    uid = serializers.CharField(max_length=128)
    token = serializers.CharField(max_length=256)
    new_password = _password()


class EmailVerifyInput(serializers.Serializer[None]):
    uid = serializers.CharField(max_length=128)
    token = serializers.CharField(max_length=256)


class ProfileInput(serializers.ModelSerializer[LearnerProfile]):
    """What is left out stays as it is."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    native_language = serializers.ChoiceField(choices=NATIVE_CHOICES, required=False)
    timezone = serializers.CharField(max_length=64, required=False)
    target_languages = _target_languages(required=False)
    proficiency_levels = serializers.DictField(
        child=serializers.ChoiceField(choices=Level.choices), required=False
    )
    learning_preferences = serializers.DictField(required=False)
    interests = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, required=False
    )
    strengths = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, required=False
    )

    class Meta:
        model = LearnerProfile
        fields = [
            "name",
            "native_language",
            "timezone",
            "target_languages",
            "proficiency_levels",
            *PROFILE_FIELDS,
        ]


class _Group(serializers.DictField):
    """Kept under the names that the wire has, by which the settings page and their readers know
    them: the parser has made Python's of them."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        kept: dict[str, Any] = camelize(super().to_internal_value(data))
        return kept


class SettingsInput(serializers.Serializer[None]):
    """A group sent replaces the whole group; what is left out stays as it is."""

    version = serializers.IntegerField(min_value=1)
    theme = serializers.ChoiceField(choices=UserSettings.Theme.choices, required=False)
    interface = _Group(required=False)
    learning = _Group(required=False)
    privacy = _Group(required=False)
    notifications = _Group(required=False)


class SettingsSyncInput(serializers.Serializer[None]):
    since = serializers.IntegerField(min_value=0, default=0)


class SignedInUserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "role"]
        read_only_fields = fields


class UserSerializer(serializers.ModelSerializer[User]):
    target_languages = serializers.SlugRelatedField[LearnerLanguage](
        source="languages", slug_field="language", many=True, read_only=True
    )
    tutor_status = serializers.ChoiceField(
        source="tutor_profile.status",
        choices=TutorProfile.Status.choices,
        read_only=True,
        default=None,
        allow_null=True,
    )

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "name",
            "role",
            "plan",
            "native_language",
            "target_languages",
            "timezone",
            "email_verified_at",
            "tutor_status",
            "created_at",
        ]
        read_only_fields = fields


class TokenPairSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(read_only=True)
    refresh_token = serializers.CharField(read_only=True)


class SignInSerializer(TokenPairSerializer):
    user = SignedInUserSerializer(read_only=True)


class RegistrationSerializer(TokenPairSerializer):
    user = UserSerializer(read_only=True)


class TicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField(read_only=True)
    expires_in = serializers.IntegerField(
        read_only=True, default=settings.WS_TICKET_SECONDS, help_text="Seconds."
    )


class AcceptedSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(read_only=True)


class VerifiedSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["email", "email_verified_at"]
        read_only_fields = fields


class LearnerLanguageSerializer(serializers.ModelSerializer[LearnerLanguage]):
    class Meta:
        model = LearnerLanguage
        fields = [
            "language",
            "level",
            "level_probability",
            "level_low",
            "level_high",
            "level_source",
            "level_set_at",
        ]
        read_only_fields = fields


class ProfileSerializer(serializers.Serializer[LearnerRecord]):
    id = serializers.UUIDField(source="user.id")
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")
    role = serializers.ChoiceField(source="user.role", choices=User.Role.choices)
    plan = serializers.ChoiceField(source="user.plan", choices=User.Plan.choices)
    timezone = serializers.CharField(source="user.timezone")
    native_language = serializers.ChoiceField(source="user.native_language", choices=NATIVE_CHOICES)
    target_languages = _target_languages(help_text="The first is studied now.")
    proficiency_levels = serializers.DictField(
        child=serializers.ChoiceField(choices=Level.choices),
        help_text="Language code to level, read from `languages`.",
    )
    languages = LearnerLanguageSerializer(many=True)
    grade = serializers.IntegerField(source="profile.grade", allow_null=True)
    learning_style = serializers.CharField(source="profile.learning_style")
    learning_preferences = serializers.DictField(source="profile.learning_preferences")
    motivation = serializers.CharField(source="profile.motivation")
    interests = serializers.ListField(child=serializers.CharField(), source="profile.interests")
    strengths = serializers.ListField(child=serializers.CharField(), source="profile.strengths")
    daily_minutes = serializers.IntegerField(source="profile.daily_minutes")
    onboarded_at = serializers.DateTimeField(source="profile.onboarded_at", allow_null=True)
    completeness = serializers.IntegerField(help_text="Percent filled in.")


class SettingsSerializer(serializers.ModelSerializer[UserSettings]):
    interface = serializers.DictField()
    learning = serializers.DictField()
    privacy = serializers.DictField()
    notifications = serializers.DictField()

    class Meta:
        model = UserSettings
        fields = [
            "version",
            "theme",
            "interface",
            "learning",
            "privacy",
            "notifications",
            "updated_at",
        ]
        read_only_fields = fields


class SettingsSyncSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    changed = serializers.BooleanField()
    settings = SettingsSerializer(allow_null=True)
