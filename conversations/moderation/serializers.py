from typing import Any

from rest_framework import serializers

from ai.models import ModerationFlag
from conversations.moderation.appeals import MAX_APPEAL
from conversations.moderation.selectors import ALL, STATES, can_appeal, shown_excerpt


class FlagSerializer(serializers.ModelSerializer[ModerationFlag]):
    excerpt = serializers.SerializerMethodField(
        help_text="What was found, with what stands around it; empty for a reply that was left out."
    )
    reason = serializers.CharField(help_text="In plain words, for its writer.")
    can_appeal = serializers.SerializerMethodField()

    class Meta:
        model = ModerationFlag
        fields = (
            "id",
            "surface",
            "source_id",
            "category",
            "severity",
            "action",
            "status",
            "reason",
            "excerpt",
            "can_appeal",
            "appeal",
            "appealed_at",
            "decision",
            "decided_at",
            "created_at",
        )

    def get_excerpt(self, flag: ModerationFlag) -> str:
        return shown_excerpt(flag)

    def get_can_appeal(self, flag: ModerationFlag) -> bool:
        return can_appeal(flag)


class FlagQuerySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(list(STATES), default=ALL)
    category = serializers.ChoiceField(
        ModerationFlag.Category.choices, default="", allow_blank=True
    )


class AppealSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_APPEAL, help_text="Why the flag is wrong.")
