from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.selectors import current_language
from ai.scenarios import catalogue
from config.api import NamedArrayPagination
from config.errors import Conflict, NotFound
from config.idempotency import idempotent
from config.levels import Level
from conversations import serializers, services
from conversations.models import Conversation, Message
from conversations.selectors import (
    branch_of,
    conversation_for,
    conversations_of,
    history_of,
    reply_for,
)
from conversations.streams.control import request_cancel

CONVERSATION = {
    "conversationId": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e",
    "studentId": "0193f2b4-0a11-7d2f-8a3b-5c6d7e8f9a0b",
    "title": "En el mercado",
    "language": "es",
    "level": "A2",
    "scenario": "en-el-mercado",
    "companion": {
        "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c41",
        "name": "La vendedora del mercado",
    },
    "messageCount": 3,
    "lastMessageAt": "2025-11-15T10:00:01Z",
    "createdAt": "2025-11-15T10:00:00Z",
    "updatedAt": "2025-11-15T10:00:01Z",
}

BEGUN = CONVERSATION | {"state": "ai", "messages": [], "earlier": None}


class ConversationPagination(NamedArrayPagination):
    array_name = "conversations"


class MessagePagination(NamedArrayPagination):
    array_name = "messages"


class ConversationCreateView(APIView):
    @extend_schema(
        operation_id="chat_conversation_create",
        tags=["chat"],
        request=serializers.ConversationCreateSerializer,
        responses={201: serializers.ConversationDetailSerializer},
        examples=[
            OpenApiExample("A scenario", {"scenario": "en-el-mercado"}, request_only=True),
            OpenApiExample(
                "With a companion",
                {"companionId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c41"},
                request_only=True,
            ),
            OpenApiExample("Begun", BEGUN, response_only=True, status_codes=["201"]),
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin a conversation, free, in a scenario of the learner's level, or with a companion.

        404: no such scenario, or no such companion for you. 403 `plan_limit`: the plan has no more
        conversations with companions.
        """
        wanted = _valid(serializers.ConversationCreateSerializer, request.data)
        learner = _user(request)
        if wanted.get("student_id", learner.pk) != learner.pk:
            raise NotFound
        language, level = _language_and_level(learner, wanted)
        conversation = services.start_conversation(
            learner=learner,
            language=language,
            level=level,
            scenario=wanted["scenario"],
            companion=services.chosen_companion(learner, wanted["companion_id"]),
        )
        return Response(_detail(conversation), status.HTTP_201_CREATED)


class ConversationView(APIView):
    @extend_schema(
        operation_id="chat_conversation_read",
        tags=["chat"],
        parameters=[serializers.BeforeSerializer],
        responses=serializers.ConversationDetailSerializer,
        examples=[OpenApiExample("Read", BEGUN, response_only=True)],
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """A conversation as the learner, their tutor or an admin sees it: the last 100 messages of
        the branch that is shown, or with `before` those before a message of it."""
        before = _valid(serializers.BeforeSerializer, request.query_params)["before"]
        conversation = conversation_for(_user(request), conversation_id)
        if before and not conversation.messages.filter(pk=before).exists():
            raise NotFound
        return Response(_detail(conversation, before))


class ConversationListView(generics.ListAPIView[Conversation]):
    """The caller's conversations, or with `studentId` those of a student they may see."""

    serializer_class = serializers.ConversationSerializer
    pagination_class = ConversationPagination

    @extend_schema(
        operation_id="chat_conversations_list",
        tags=["chat"],
        parameters=[serializers.SearchSerializer],
        examples=[OpenApiExample("One", CONVERSATION, response_only=True)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Conversation]:
        asked = _search(self.request)
        return conversations_of(
            _user(self.request), search=asked["search"], learner_id=asked["student_id"]
        )


class HistoryView(generics.ListAPIView[Message]):
    """Every message of the caller (or of a student they may see), newest first."""

    serializer_class = serializers.HistoryMessageSerializer
    pagination_class = MessagePagination

    @extend_schema(
        operation_id="chat_history_list",
        tags=["chat"],
        parameters=[serializers.SearchSerializer, serializers.ConversationIdSerializer],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Message]:
        asked = _search(self.request)
        within = _valid(serializers.ConversationIdSerializer, _snake(self.request))
        return history_of(
            _user(self.request),
            learner_id=asked["student_id"],
            conversation_id=within["conversation_id"],
            search=asked["search"],
        )


class ConversationChangeView(APIView):
    @extend_schema(
        operation_id="chat_conversation_rename",
        tags=["chat"],
        request=serializers.RenameSerializer,
        responses=serializers.ConversationSerializer,
        examples=[
            OpenApiExample("A new title", {"title": "Mi fin de semana"}, request_only=True),
            OpenApiExample("Renamed", CONVERSATION, response_only=True),
        ],
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        wanted = _valid(serializers.RenameSerializer, request.data)
        conversation = services.rename_conversation(
            learner=_user(request), conversation_id=conversation_id, title=wanted["title"]
        )
        return Response(serializers.ConversationSerializer(conversation).data)

    @extend_schema(operation_id="chat_conversation_delete", tags=["chat"], responses={204: None})
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """Hide the conversation from everyone. A reply being written is stopped."""
        live = services.delete_conversation(learner=_user(request), conversation_id=conversation_id)
        for message_id in live:
            request_cancel(message_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    @extend_schema(
        operation_id="chat_message_cancel",
        tags=["chat"],
        request=None,
        responses={202: serializers.CancelResultSerializer},
        examples=[
            OpenApiExample(
                "On its way",
                {"messageId": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6f", "status": "streaming"},
                response_only=True,
                status_codes=["202"],
            )
        ],
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Stop a reply, whichever process writes it. What had been said is kept.

        Readers of the stream get `cancelled`. Stopping a finished reply changes nothing.
        """
        reply = reply_for(_user(request), message_id)
        if reply.status == Message.Status.STREAMING:
            request_cancel(str(reply.pk))
        data = serializers.CancelResultSerializer(reply).data
        return Response(data, status.HTTP_202_ACCEPTED)


class FeedbackView(APIView):
    @extend_schema(
        operation_id="chat_message_feedback",
        tags=["chat"],
        request=serializers.FeedbackSerializer,
        responses=serializers.FeedbackResultSerializer,
        examples=[
            OpenApiExample("Not helpful", {"rating": -1, "reason": "Too hard"}, request_only=True)
        ],
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Rate a reply; rating it again replaces the first rating."""
        wanted = _valid(serializers.FeedbackSerializer, request.data)
        message = services.rate_message(
            learner=_user(request),
            message_id=message_id,
            rating=wanted["rating"],
            reason=wanted["reason"],
        )
        return Response(serializers.FeedbackResultSerializer(message).data)


class ScenarioListView(APIView):
    @extend_schema(
        operation_id="chat_scenarios_list",
        tags=["chat"],
        parameters=[serializers.ScenarioQuerySerializer],
        responses=serializers.ScenariosSerializer,
    )
    def get(self, request: Request) -> Response:
        """Situations to talk in: at the learner's own level unless another is asked for."""
        asked = _valid(serializers.ScenarioQuerySerializer, _snake(request))
        language, level = _language_and_level(_user(request), asked)
        found = catalogue(language, level)
        return Response(serializers.ScenariosSerializer({"scenarios": found}).data)


def _user(request: Request) -> User:
    user: User = request.user  # type: ignore[assignment]  # the view lets only users in
    return user


def _valid(serializer: type[Any], data: Any) -> dict[str, Any]:
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    values: dict[str, Any] = checked.validated_data
    return values


def _snake(request: Request) -> dict[str, str]:
    """Query parameters by their Python names; the body parser does the same for bodies."""
    named = {"studentId": "student_id", "conversationId": "conversation_id"}
    return {named.get(name, name): str(value) for name, value in request.query_params.items()}


def _search(request: Request) -> dict[str, Any]:
    return _valid(serializers.SearchSerializer, _snake(request))


def _language_and_level(learner: User, wanted: dict[str, Any]) -> tuple[str, str]:
    rows = {row.language: row for row in learner.languages.all()}
    current = current_language(learner)
    language = wanted.get("language") or (current.language if current else "")
    if not language:
        raise Conflict("Say what you want to learn first.", code="no_language")
    studied = rows.get(language)
    return language, wanted.get("level") or (studied.level if studied else "") or Level.A1


def _detail(conversation: Conversation, before: UUID | None = None) -> dict[str, Any]:
    branch = branch_of(conversation, before=before)
    shown = serializers.ConversationDetailSerializer(conversation, context={"branch": branch})
    data: dict[str, Any] = shown.data
    return data
