from typing import Any

from rest_framework import serializers

from conversations.memory.models import MAX_CONTENT, Memory, MemoryConsent, MemoryEvidence
from conversations.memory.selectors import NOW, STATES


class MemoryProofSerializer(serializers.ModelSerializer[MemoryEvidence]):
    message_id = serializers.UUIDField()
    conversation_id = serializers.UUIDField(source="message.conversation_id")
    said_at = serializers.DateTimeField(source="message.created_at")

    class Meta:
        model = MemoryEvidence
        fields = ("message_id", "conversation_id", "quote", "said_at")


class MemoryInProfileSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Of the learner's profile.")
    value = serializers.CharField()


class MemorySerializer(serializers.ModelSerializer[Memory]):
    since = serializers.DateTimeField(source="valid_from")
    until = serializers.DateTimeField(
        source="valid_to",
        allow_null=True,
        help_text="No longer true from here on; null while it is true.",
    )
    times_said = serializers.IntegerField(source="seen")
    superseded_by = serializers.UUIDField(source="superseded_by_id", allow_null=True)
    in_profile = MemoryInProfileSerializer(source="filled", many=True)
    evidence = MemoryProofSerializer(many=True)

    class Meta:
        model = Memory
        fields = (
            "id",
            "type",
            "namespace",
            "subject",
            "content",
            "language",
            "importance",
            "pinned",
            "edited",
            "times_said",
            "said_at",
            "since",
            "until",
            "superseded_by",
            "archived_at",
            "companion_id",
            "in_profile",
            "evidence",
            "created_at",
        )


class MemoryQuerySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(list(STATES), default=NOW)
    namespace = serializers.ChoiceField(Memory.Namespace.choices, default="", allow_blank=True)
    type = serializers.ChoiceField(Memory.Type.choices, default="", allow_blank=True)
    search = serializers.CharField(default="", allow_blank=True, max_length=100)


class MemoryChangeSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    content = serializers.CharField(required=False, max_length=MAX_CONTENT)
    pinned = serializers.BooleanField(required=False)
    namespace = serializers.ChoiceField(Memory.Namespace.choices, required=False)
    companion_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Told to this companion alone; null: to all."
    )
    no_longer_true = serializers.BooleanField(
        required=False, help_text="`true` ends it: kept as it was, told no more."
    )
    in_profile = serializers.BooleanField(
        required=False, help_text="`false` takes out of the profile what it put there."
    )


class ConsentSerializer(serializers.ModelSerializer[MemoryConsent]):
    asked = serializers.SerializerMethodField(help_text="False until they said yes or no.")
    changed_at = serializers.DateTimeField(allow_null=True, help_text="Null until then.")

    class Meta:
        model = MemoryConsent
        fields = ("asked", "given", "share_with_tutor", "paused_until", "reads_from", "changed_at")

    def get_asked(self, consent: MemoryConsent) -> bool:
        return consent.changed_at is not None


class ConsentChangeSerializer(serializers.Serializer[Any]):
    given = serializers.BooleanField()
    share_with_tutor = serializers.BooleanField(required=False)
    paused_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Within a year; null ends a pause."
    )
    include_earlier = serializers.BooleanField(
        default=False, help_text="With a first yes: read earlier conversations too."
    )
    forget = serializers.BooleanField(
        default=False, help_text="With a no: forget everything instead of keeping it unused."
    )
