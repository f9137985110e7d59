from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Level
from conversations.contract import CHECKED, LATER, UNCHECKED, state_of
from conversations.models import Conversation, Correction, Message, MessageSource
from conversations.retrieval.places import url_of
from learning.models import Companion


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    class Meta:
        model = Correction
        fields = ("id", "start", "end", "original", "corrected", "kind", "reason", "manner")


class MessageSerializer(serializers.ModelSerializer[Message]):
    timestamp = serializers.DateTimeField(source="created_at")
    corrections = CorrectionSerializer(many=True)
    checked = serializers.BooleanField(
        help_text="False while nobody has looked for slips in it: then corrections come later."
    )

    class Meta:
        model = Message
        fields: tuple[str, ...] = (
            "id",
            "role",
            "content",
            "timestamp",
            "status",
            "provider",
            "corrections",
            "checked",
            "suggest_tutor",
            "confidence",
            "rating",
        )


class CorrectionsSerializer(serializers.ModelSerializer[Message]):
    """`state` is `later` while nobody has looked for slips in what was said, and `unchecked` where
    those that are found will not be told beside it."""

    message_id = serializers.UUIDField(source="id")
    state = serializers.SerializerMethodField()
    corrections = CorrectionSerializer(many=True)

    class Meta:
        model = Message
        fields = ("message_id", "state", "corrections")

    @extend_schema_field(serializers.ChoiceField([CHECKED, LATER, UNCHECKED]))
    def get_state(self, message: Message) -> str:
        return state_of(message)


class LocatorSerializer(serializers.Serializer[Any]):
    """Where in its source an excerpt stands, as far as that can be told."""

    start = serializers.FloatField(required=False, allow_null=True, help_text="Of a transcript: s.")
    end = serializers.FloatField(required=False, allow_null=True)
    speaker = serializers.CharField(required=False)
    message_id = serializers.UUIDField(required=False, help_text="Of a conversation.")
    section = serializers.CharField(required=False, help_text="Of a lesson.")
    teaches = serializers.CharField(required=False, help_text="The language it is about.")


class SourceSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Its number in the reply, from 1.")
    kind = serializers.ChoiceField(MessageSource.Kind.choices)
    id = serializers.UUIDField(source="source_id")
    title = serializers.CharField()
    excerpt = serializers.CharField(help_text="Word for word as it stands there.")
    locator = serializers.SerializerMethodField()
    relevance = serializers.FloatField()
    session_id = serializers.UUIDField(
        required=False, help_text="Of a tutoring session, in a whole answer."
    )
    url = serializers.SerializerMethodField(help_text="The page that shows it there.")

    @extend_schema_field(LocatorSerializer)
    def get_locator(self, source: MessageSource) -> Any:
        """Kept with the names of the wire."""
        return source.locator

    def get_url(self, source: MessageSource) -> str:
        return url_of(source.kind, source.source_id, source.locator)


class ToolCallSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField(["done", "failed"])
    title = serializers.CharField(source="result.title", default="")
    url = serializers.CharField(source="result.url", default="")


class BranchMessageSerializer(MessageSerializer):
    """`siblings` are the messages at the same place of other branches, itself included."""

    sources = SourceSerializer(many=True)
    siblings = serializers.ListField(child=serializers.UUIDField())
    author = serializers.CharField(source="author.name", default="", help_text="a human tutor")
    tools = ToolCallSerializer(many=True)

    class Meta(MessageSerializer.Meta):
        fields = (*MessageSerializer.Meta.fields, "route", "tools", "sources", "siblings", "author")


class BeforeSerializer(serializers.Serializer[Any]):
    before = serializers.UUIDField(required=False, default=None)


class HistoryMessageSerializer(MessageSerializer):
    class Meta(MessageSerializer.Meta):
        fields = ("conversation_id", *MessageSerializer.Meta.fields)


class ConversationCompanionSerializer(serializers.Serializer[Companion]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    conversation_id = serializers.UUIDField(source="id")
    student_id = serializers.UUIDField(source="learner_id")
    companion = ConversationCompanionSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Conversation
        fields: tuple[str, ...] = (
            "conversation_id",
            "student_id",
            "title",
            "language",
            "level",
            "scenario",
            "companion",
            "message_count",
            "last_message_at",
            "created_at",
            "updated_at",
        )


class ConversationDetailSerializer(ConversationSerializer):
    """`earlier` names the message to ask for what comes before, null at the beginning."""

    state = serializers.ChoiceField(Conversation.State.choices)
    messages = serializers.SerializerMethodField()
    earlier = serializers.SerializerMethodField()

    class Meta(ConversationSerializer.Meta):
        fields = (*ConversationSerializer.Meta.fields, "state", "messages", "earlier")

    @extend_schema_field(BranchMessageSerializer(many=True))
    def get_messages(self, conversation: Conversation) -> list[dict[str, Any]]:
        return list(BranchMessageSerializer(self.context["branch"].messages, many=True).data)

    def get_earlier(self, conversation: Conversation) -> UUID | None:
        earlier: UUID | None = self.context["branch"].earlier
        return earlier


class ConversationCreateSerializer(serializers.Serializer[Any]):
    """Without language and level: those of the learner's current language."""

    student_id = serializers.UUIDField(required=False)
    language = serializers.ChoiceField(TAUGHT_CHOICES, required=False)
    level = serializers.ChoiceField(Level.choices, required=False)
    scenario = serializers.SlugField(required=False, default="", allow_blank=True, max_length=60)
    companion_id = serializers.UUIDField(
        required=False, default=None, help_text="Whom the tutor plays; in the language it has."
    )


class RenameSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)


class FeedbackSerializer(serializers.Serializer[Any]):
    rating = serializers.ChoiceField([(1, "up"), (-1, "down")])
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class FeedbackResultSerializer(serializers.ModelSerializer[Message]):
    message_id = serializers.UUIDField(source="id")
    reason = serializers.CharField(source="rating_reason")

    class Meta:
        model = Message
        fields = ("message_id", "rating", "reason")


class CancelResultSerializer(serializers.ModelSerializer[Message]):
    """`status` as it stands: still `streaming` while the stop travels to the writing process."""

    message_id = serializers.UUIDField(source="id")

    class Meta:
        model = Message
        fields = ("message_id", "status")


class ScenarioSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    language = serializers.CharField()
    level = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()


class ScenariosSerializer(serializers.Serializer[Any]):
    scenarios = ScenarioSerializer(many=True)


class ScenarioQuerySerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(TAUGHT_CHOICES, required=False)
    level = serializers.ChoiceField(Level.choices, required=False)


class SearchSerializer(serializers.Serializer[Any]):
    search = serializers.CharField(required=False, default="", max_length=100, allow_blank=True)
    student_id = serializers.UUIDField(required=False, default=None)


class ConversationIdSerializer(serializers.Serializer[Any]):
    conversation_id = serializers.UUIDField(required=False, default=None)
