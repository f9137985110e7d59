"""The packet of a request, as the schema describes it: `conversations.handover.packet` makes it."""

from typing import Any

from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Level
from conversations.handover.models import RoutingDecision
from practice.models import PracticeSet

Fields = serializers.Serializer[Any]


class PacketLevelSerializer(Fields):
    level = serializers.ChoiceField(choices=Level.choices)
    low = serializers.ChoiceField(choices=Level.choices)
    high = serializers.ChoiceField(choices=Level.choices)
    probability = serializers.FloatField(allow_null=True)
    source = serializers.CharField(help_text="`self`, `placement` or `override`")  # type: ignore[assignment]
    set_at = serializers.DateTimeField(allow_null=True)


class PacketQuoteSerializer(Fields):
    text = serializers.CharField(help_text="the sentence")
    start = serializers.IntegerField(help_text="of the slip, in Unicode code points of the text")
    end = serializers.IntegerField()
    corrected = serializers.CharField()
    at = serializers.DateTimeField()
    conversation_id = serializers.UUIDField()


class PacketErrorSerializer(Fields):
    error_id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    original = serializers.CharField()
    corrected = serializers.CharField()
    reason = serializers.CharField()
    times = serializers.IntegerField()
    last_seen_at = serializers.DateTimeField()
    quotes = PacketQuoteSerializer(many=True)


class PacketPracticeSerializer(Fields):
    practice_id = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=PracticeSet.Status.choices)
    score = serializers.IntegerField(allow_null=True, help_text="percent")
    date = serializers.DateTimeField(allow_null=True)


class PacketLessonSerializer(Fields):
    content_id = serializers.UUIDField()
    title = serializers.CharField()
    finished = serializers.BooleanField()
    score = serializers.IntegerField(allow_null=True, help_text="percent")
    date = serializers.DateTimeField()


class PacketReplySerializer(Fields):
    message_id = serializers.UUIDField()
    said = serializers.CharField(help_text="by the learner")
    reply = serializers.CharField(help_text="of the AI")
    at = serializers.DateTimeField()


class PacketTriedSerializer(Fields):
    practice = PacketPracticeSerializer(many=True)
    lessons = PacketLessonSerializer(many=True)
    replies = PacketReplySerializer(many=True)


class PacketExerciseSerializer(Fields):
    about = serializers.CharField()
    text = serializers.CharField(help_text="a sentence of the learner's to put right")
    answer = serializers.CharField()
    conversation_id = serializers.UUIDField(allow_null=True)
    content_id = serializers.UUIDField(allow_null=True, help_text="an authored exercise")
    title = serializers.CharField()


class PacketSessionSerializer(Fields):
    session_id = serializers.UUIDField()
    title = serializers.CharField()
    date = serializers.DateTimeField()
    topics = serializers.ListField(child=serializers.CharField())
    to_improve = serializers.ListField(child=serializers.CharField())


class PacketWorkSerializer(Fields):
    type = serializers.CharField(help_text="that of the learning session")
    date = serializers.DateTimeField()
    minutes = serializers.IntegerField()


class PacketSerializer(Fields):
    """Before it is made there are only the last four."""

    made_at = serializers.DateTimeField(required=False)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False)
    level = PacketLevelSerializer(required=False, allow_null=True)
    topic = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)
    urgency = serializers.ChoiceField(choices=RoutingDecision.Urgency.choices, required=False)
    focus = serializers.ListField(child=serializers.CharField(), required=False)
    strengths = serializers.ListField(child=serializers.CharField(), required=False)
    tried = PacketTriedSerializer(required=False)
    sessions = PacketSessionSerializer(many=True, required=False)
    work = PacketWorkSerializer(many=True, required=False)
    errors = PacketErrorSerializer(many=True)  # type: ignore[assignment]
    exercise = PacketExerciseSerializer(allow_null=True)
    shared = serializers.BooleanField(help_text="whether they let tutors see what they say")
    memories = serializers.ListField(child=serializers.CharField())
