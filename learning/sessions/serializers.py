from typing import Any

from rest_framework import serializers

from accounts.validators import validate_storable
from config.languages import TAUGHT_CHOICES
from config.levels import Difficulty, Level, difficulty_of
from learning.sessions.models import LearningSession

MOST_METADATA = 20
Status, Type = LearningSession.Status, LearningSession.Type


class SessionSerializer(serializers.Serializer[LearningSession]):
    id = serializers.UUIDField()
    user_id = serializers.UUIDField(source="learner_id")
    session_type = serializers.ChoiceField(choices=Type.choices)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    difficulty_level = serializers.SerializerMethodField()
    level = serializers.ChoiceField(choices=Level.choices, allow_blank=True)
    topics = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=Status.choices)
    metadata = serializers.DictField()
    seconds = serializers.IntegerField(
        help_text="Time on task: counted while there are signs of work, never by open tabs."
    )
    active_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(source="started_at")

    def get_difficulty_level(self, session: LearningSession) -> Difficulty | None:
        return difficulty_of(session.level) if session.level else None


class CreateSessionSerializer(serializers.Serializer[Any]):
    user_id = serializers.UUIDField(required=False, help_text="Yourself; may be left out.")
    session_type = serializers.ChoiceField(choices=Type.choices)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    difficulty_level = serializers.ChoiceField(
        choices=Difficulty.choices, required=False, help_text="Your own level when left out."
    )
    topics = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=20
    )
    metadata = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text=f"At most {MOST_METADATA} texts of yours. `skill` says where the time counts.",
    )

    def validate_metadata(self, told: dict[str, str]) -> dict[str, str]:
        if len(told) > MOST_METADATA:
            raise serializers.ValidationError(f"Give at most {MOST_METADATA} texts.")
        # Their field has looked at the texts, not at the names.
        validate_storable(list(told))
        return told


class ChangeSessionSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Status.choices)


class SessionsQuerySerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField(required=False, help_text="A student you may see.")
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False)
    session_type = serializers.ChoiceField(choices=Type.choices, required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
