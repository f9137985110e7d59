"""The streaming endpoints as the schema describes them.

The stream server answers these addresses before they reach the views here
(`conversations.routing`). A request that does come this far was sent to the wrong server, and is
told so.
"""

import json
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations import examples
from conversations.errors import WrongServer
from conversations.serializers import SourceSerializer

EVENTS = (
    "Server-Sent Events. Each frame has `id` (the event's `seq`, from 1), `event` (its type) and "
    "`data` (JSON). In order: `message.start` {messageId, conversationId, provider, replyTo}, "
    "which comes again when another provider takes over before the first word; `route` {route} "
    "(talk, retrieval, memory, action or human); then any of `source` {index, kind, id, title, "
    "excerpt, locator, url}, `tool` {name, status, title, url}, `safety` {language, title, text, "
    "contacts, elsewhere} (whom to call, to somebody in distress), `correction` {id, start, end, "
    "original, corrected, kind, reason, manner} (offsets in Unicode code points of the learner's "
    "message; as the correction contract has it) and `delta` {text}; and last one of "
    "`message.end` {text, usage, sources, confidence, suggestTutor}, `cancelled` {text} or "
    "`error` {code, message, retryable}. Where `usage.corrections` of `message.end` is "
    "`later`, there was no time to look for slips: ask "
    "`/api/chat/messages/{messageId}/corrections` until it is `checked`, as after `cancelled` and "
    "`error`; `unchecked` is the same where the correction contract tells none beside the message. "
    "A comment line every 15 seconds keeps the connection "
    "open."
)
_IDS = (
    f'"messageId":"{examples.REPLY_ID}","conversationId":"{examples.CONVERSATION_ID}",'
    f'"provider":"builtin","replyTo":"{examples.SAID_ID}"'
)
_FIELDS = (
    ("message.start", _IDS),
    ("route", '"route":"talk"'),
    ("delta", '"text":"Ah, estás cansado. "'),
    ("correction", json.dumps(examples.CORRECTION, separators=(",", ":"))[1:-1]),
    (
        "message.end",
        '"text":"Ah, estás cansado. ","usage":{"provider":"builtin","tokensIn":120,"tokensOut":6},'
        '"sources":[],"confidence":null,"suggestTutor":false',
    ),
)
EXAMPLE = "".join(
    f"id: {seq}\nevent: {name}\n"
    f'data: {{"type":"{name}","turnId":"{examples.REPLY_ID}","seq":{seq},{fields}}}\n\n'
    for seq, (name, fields) in enumerate(_FIELDS, 1)
)
STREAM = {
    (200, "text/event-stream"): OpenApiResponse(
        OpenApiTypes.STR, EVENTS, [OpenApiExample("A short reply", EXAMPLE)]
    ),
    413: OpenApiResponse(description="The body, which may be none, is too large."),
}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A repeat follows the first turn. 409 "
    "`idempotency_key_reused`: it was of another message.",
)


class ChatRequestSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(max_length=5000)
    conversation_id = serializers.UUIDField(required=False)
    session_id = serializers.UUIDField(required=False)
    edit_of = serializers.UUIDField(
        required=False, help_text="An earlier message of yours that this one replaces: a branch."
    )
    companion_id = serializers.UUIDField(
        required=False,
        help_text="With whom a new conversation is; in one that is there, the one it is with.",
    )


class WholeChatRequestSerializer(ChatRequestSerializer):
    student_id = serializers.UUIDField(required=False)


class ChatCorrectionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    original = serializers.CharField()
    corrected = serializers.CharField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    manner = serializers.CharField()


class SafetyContactSerializer(serializers.Serializer[Any]):
    where = serializers.CharField()
    who = serializers.CharField()
    number = serializers.CharField()


class SafetySerializer(serializers.Serializer[Any]):
    """Whom to call: there for somebody who writes of hurting themselves, else null."""

    language = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    contacts = SafetyContactSerializer(many=True)
    elsewhere = serializers.CharField()


class ChatAnswerSerializer(serializers.Serializer[Any]):
    message_id = serializers.UUIDField()
    response = serializers.CharField()
    conversation_id = serializers.UUIDField()
    suggest_tutor = serializers.BooleanField()
    confidence = serializers.FloatField(allow_null=True)
    sources = SourceSerializer(many=True)
    corrections = ChatCorrectionSerializer(many=True)
    checked = serializers.BooleanField(
        help_text="False when there was no time to look for slips: corrections come later, at "
        "`/api/chat/messages/{messageId}/corrections`."
    )
    provider = serializers.CharField()
    safety = SafetySerializer(allow_null=True)


class ChatView(APIView):
    @extend_schema(
        operation_id="chat_stream_create",
        tags=["chat"],
        summary="Say something to the tutor and read the reply as it is written",
        parameters=[IDEMPOTENCY],
        request=ChatRequestSerializer,
        responses=STREAM,
        examples=[
            OpenApiExample("Say something", {"message": "Yo soy cansado hoy."}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        """Without `conversationId` a conversation begins in the learner's current language, or with
        `companionId` in the companion's. 404: the conversation or the companion is not there for
        you. 403 `plan_limit`: the plan has no more conversations with companions. 409
        `other_companion`: the conversation is with another, or with none. The reply
        goes on when the connection breaks: read on at `/api/chat/stream/{messageId}`.
        """
        raise WrongServer


class ChatMessageView(APIView):
    @extend_schema(
        operation_id="chat_message_create",
        tags=["chat"],
        summary="Say something to the tutor and get the whole reply at once",
        parameters=[IDEMPOTENCY],
        request=WholeChatRequestSerializer,
        responses={
            200: ChatAnswerSerializer,
            502: OpenApiResponse(description="The reply broke off; the message is kept."),
        },
        examples=examples.SAY_WHOLE,
    )
    def post(self, request: Request) -> Response:
        """Otherwise as `POST /api/chat`. 409 `turn_cancelled`: the reply was stopped."""
        raise WrongServer


class ChatStreamView(APIView):
    @extend_schema(
        operation_id="chat_stream_resume",
        tags=["chat"],
        summary="Read a reply from the beginning, or on from where a connection broke",
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                int,
                OpenApiParameter.HEADER,
                description="The last `seq` that was read; what follows it is sent.",
            )
        ],
        responses=STREAM,
    )
    def get(self, request: Request, message_id: str) -> Response:
        """What there is, then live. From any device of the learner and from any web process. Long
        after its end a reply comes in one piece.
        """
        raise WrongServer


class ChatRetryView(APIView):
    @extend_schema(
        operation_id="chat_message_retry",
        tags=["chat"],
        summary="Answer again",
        request=None,
        responses=STREAM,
    )
    def post(self, request: Request, message_id: str) -> Response:
        """What a reply that was cut off, stopped or failed should have answered.

        `messageId` is that of the learner's message or of the reply.
        """
        raise WrongServer


class ChatRegenerateView(APIView):
    @extend_schema(
        operation_id="chat_message_regenerate",
        tags=["chat"],
        summary="Have another reply",
        parameters=[IDEMPOTENCY],
        request=None,
        responses=STREAM,
    )
    def post(self, request: Request, message_id: str) -> Response:
        """Beside the one there is: it opens a branch.

        `messageId` is that of the learner's message or of a reply to it.
        """
        raise WrongServer
