from typing import Any

from rest_framework import serializers

from accounts.models import User
from config.languages import TAUGHT_CHOICES
from learning.companions.models import (
    LONGEST_SESSION,
    MAX_INSTRUCTIONS,
    Bookmark,
    Companion,
    CompanionSession,
)


class CompanionSerializer(serializers.Serializer[Companion]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    subject = serializers.ChoiceField(Companion.Subject.choices)
    topic = serializers.CharField()
    language = serializers.ChoiceField(
        TAUGHT_CHOICES,
        allow_blank=True,
        help_text="That it is talked with in; empty: the one you study.",
    )
    voice = serializers.CharField()
    style = serializers.CharField()  # type: ignore[assignment]  # a field, not a widget's style
    duration = serializers.IntegerField(
        min_value=1, max_value=LONGEST_SESSION, help_text="Minutes of a session."
    )
    instructions = serializers.CharField(
        allow_blank=True, help_text="What it is like and how it talks."
    )
    keeps_private = serializers.BooleanField(
        help_text="What is remembered from talk with it is told to it alone."
    )
    author = serializers.UUIDField(
        source="author_id", allow_null=True, help_text="Null for one that comes with Parlance."
    )
    bookmarked = serializers.BooleanField(default=False)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CompanionOfSessionSerializer(CompanionSerializer):
    """The companion of a session, and when that was begun."""

    started_at = serializers.DateTimeField()


class CompanionFieldsSerializer(serializers.Serializer[Any]):
    """What is left out is chosen for a new companion, and stays as it was for one there is."""

    name = serializers.CharField(max_length=60)
    subject = serializers.ChoiceField(Companion.Subject.choices)
    topic = serializers.CharField(max_length=120)
    language = serializers.ChoiceField(
        TAUGHT_CHOICES,
        required=False,
        allow_blank=True,
        help_text="Of the subject `language` your own when left out; else any.",
    )
    voice = serializers.CharField(required=False, max_length=60, help_text="`female` or `male`.")
    style = serializers.CharField(  # type: ignore[assignment]  # as above
        required=False, max_length=60, help_text="Such as `casual` or `formal`."
    )
    duration = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_SESSION,
        help_text="Minutes of a session.",
    )
    instructions = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_INSTRUCTIONS
    )
    keeps_private = serializers.BooleanField(required=False)


class CompanionsQuerySerializer(serializers.Serializer[Any]):
    subject = serializers.CharField(required=False, max_length=60, help_text="Part of a subject.")
    topic = serializers.CharField(
        required=False, max_length=120, help_text="Part of a topic, or of a name."
    )
    language = serializers.ChoiceField(TAUGHT_CHOICES, required=False)
    mine = serializers.BooleanField(required=False, help_text="Only those you have made.")


class BookmarkSerializer(serializers.Serializer[Bookmark]):
    id = serializers.UUIDField()
    companion_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    is_marked = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_is_marked(self, bookmark: Bookmark) -> bool:
        return True


class CompanionSessionSerializer(serializers.Serializer[CompanionSession]):
    id = serializers.UUIDField()
    companion_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class AllowanceSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(allow_null=True, help_text="Null: none.")
    used = serializers.IntegerField()


class PermissionsSerializer(serializers.Serializer[Any]):
    can_create_companion = serializers.BooleanField(source="companions.has_room")
    can_start_conversation = serializers.BooleanField(source="conversations.has_room")
    plan = serializers.ChoiceField(User.Plan.choices, source="companions.plan")
    companions = AllowanceSerializer()
    conversations = AllowanceSerializer()
