from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Level
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.handover.packet_serializers import PacketSerializer
from conversations.handover.services.requests import MAX_NOTE, MAX_QUESTION
from conversations.handover.services.thread import MAX_LENGTH

MOST_NAMED = 20
STATES = ("asked", "queued", "human", "returned", "withdrawn")


class AnalyzeContextInput(serializers.Serializer[Any]):
    recent_conversations = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_NAMED
    )
    practice_results = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_NAMED
    )
    current_question = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_LENGTH
    )


class AnalyzeInput(serializers.Serializer[Any]):
    student_id = serializers.UUIDField()
    # DRF's own `context` is no field: the seed's name stands in its way for type checkers alone.
    context = AnalyzeContextInput(required=False, default=dict)  # type: ignore[assignment]


class TutorContextSerializer(serializers.Serializer[Any]):
    summary = serializers.CharField()
    focus_areas = serializers.ListField(child=serializers.CharField())
    student_strengths = serializers.ListField(child=serializers.CharField())


class RoutingSerializer(serializers.Serializer[RoutingDecision]):
    should_route = serializers.BooleanField()
    reason = serializers.CharField()
    recommended_topic = serializers.CharField(source="topic")
    urgency = serializers.ChoiceField(choices=RoutingDecision.Urgency.choices)
    tutor_context = serializers.SerializerMethodField()

    @extend_schema_field(TutorContextSerializer)
    def get_tutor_context(self, decision: RoutingDecision) -> dict[str, Any]:
        """Kept with the names of the wire."""
        context: dict[str, Any] = decision.context
        return context


class StudentProfileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    grade = serializers.IntegerField(allow_null=True)
    learning_style = serializers.CharField(allow_blank=True)


class RecentSessionSerializer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()
    date = serializers.DateTimeField()
    subject = serializers.CharField(allow_blank=True)
    topics = serializers.ListField(child=serializers.CharField())
    status = serializers.CharField()


class PracticeHistorySerializer(serializers.Serializer[Any]):
    practice_id = serializers.UUIDField()
    title = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)
    date = serializers.DateTimeField()


class StudentContextSerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField()
    student_profile = StudentProfileSerializer()
    recent_sessions = RecentSessionSerializer(many=True)
    current_challenges = serializers.ListField(child=serializers.CharField())
    recommended_focus = serializers.ListField(child=serializers.CharField())
    student_strengths = serializers.ListField(child=serializers.CharField())
    practice_history = PracticeHistorySerializer(many=True)


class TopicQuerySerializer(serializers.Serializer[Any]):
    topic = serializers.CharField(required=False, default="", max_length=100, allow_blank=True)


class StudentSerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, allow_null=True)
    level = serializers.ChoiceField(choices=Level.choices, allow_null=True, allow_blank=True)
    last_activity = serializers.DateTimeField(allow_null=True)
    open_errors = serializers.IntegerField()
    open_requests = serializers.IntegerField()


class RequestInput(serializers.Serializer[Any]):
    conversation_id = serializers.UUIDField()
    question = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_QUESTION
    )


class RequestQuerySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["open", "closed"], required=False)
    student_id = serializers.UUIDField(required=False)


class TakerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class RequestSerializer(serializers.Serializer[TutorRequest]):
    request_id = serializers.UUIDField(source="pk")
    student_id = serializers.UUIDField(source="learner_id")
    student_name = serializers.CharField(source="learner.name")
    conversation_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=STATES)
    question = serializers.CharField(allow_blank=True)
    tutor = TakerSerializer(allow_null=True)
    urgency = serializers.ChoiceField(
        choices=RoutingDecision.Urgency.choices,
        source="decision.urgency",
        default=None,
        allow_null=True,
    )
    topic = serializers.CharField(source="decision.topic", default="", allow_blank=True)
    reason = serializers.CharField(source="decision.reason", default="", allow_blank=True)
    has_tutor = serializers.BooleanField(
        read_only=True, help_text="false: the learner has no tutor, and admins were called"
    )
    requested_at = serializers.DateTimeField()
    queued_at = serializers.DateTimeField(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    returned_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    verdict = serializers.ChoiceField(choices=TutorRequest.Verdict.choices, allow_blank=True)
    verdict_note = serializers.CharField(allow_blank=True)


class RequestDetailSerializer(RequestSerializer):
    packet = PacketSerializer(help_text="what the tutor is handed, as consent stands now")


class AnswerInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_LENGTH)


class VerdictInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=TutorRequest.Verdict.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_NOTE)


class AnswerSerializer(serializers.Serializer[Any]):
    message_id = serializers.UUIDField(source="pk")
    conversation_id = serializers.UUIDField()
    content = serializers.CharField()
    tutor = TakerSerializer(source="author")
    timestamp = serializers.DateTimeField(source="created_at")
