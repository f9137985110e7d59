from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
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
from conversations import examples, serializers, services
from conversations.models import Conversation, Message
from conversations.selectors import (
    branch_of,
    conversation_for,
    conversations_of,
    history_of,
    reply_for,
)
from conversations.streams.control import request_cancel


class ConversationPagination(NamedArrayPagination):
    array_name = "conversations"


class MessagePagination(NamedArrayPagination):
    array_name = "messages"


class ConversationCreateView(APIView):
    @extend_schema(
        operation_id="chat_conversation_create",
        tags=["chat"],
        summary="Begin a conversation",
        request=serializers.ConversationCreateSerializer,
        responses={201: serializers.ConversationDetailSerializer},
        examples=examples.BEGIN,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Free, in a scenario of the learner's level, or with a companion.

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
        summary="A conversation with its messages",
        parameters=[serializers.BeforeSerializer],
        responses=serializers.ConversationDetailSerializer,
        examples=examples.READ,
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """For the learner, their tutor or an admin: the last 100 messages of the branch that is
        shown, or with `before` those before a message of it."""
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
        summary="Conversations, the latest first",
        parameters=[serializers.SearchSerializer],
        examples=examples.LIST,
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
        summary="Messages of all conversations, the latest first",
        parameters=[serializers.SearchSerializer, serializers.ConversationIdSerializer],
        examples=examples.HISTORY,
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
        summary="Name a conversation",
        request=serializers.RenameSerializer,
        responses=serializers.ConversationSerializer,
        examples=examples.RENAME,
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        wanted = _valid(serializers.RenameSerializer, request.data)
        conversation = services.rename_conversation(
            learner=_user(request), conversation_id=conversation_id, title=wanted["title"]
        )
        return Response(serializers.ConversationSerializer(conversation).data)

    @extend_schema(
        operation_id="chat_conversation_delete",
        tags=["chat"],
        summary="Delete a conversation",
        responses={204: None},
    )
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """It is hidden from everyone, and can be restored for 30 days. A reply being written is
        stopped."""
        live = services.delete_conversation(learner=_user(request), conversation_id=conversation_id)
        for message_id in live:
            request_cancel(message_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    @extend_schema(
        operation_id="chat_message_cancel",
        tags=["chat"],
        summary="Stop a reply",
        request=None,
        responses={202: serializers.CancelResultSerializer},
        examples=examples.CANCEL,
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Whichever process writes it. What had been said is kept.

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
        summary="Rate a reply",
        request=serializers.FeedbackSerializer,
        responses=serializers.FeedbackResultSerializer,
        examples=examples.FEEDBACK,
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Rating it again replaces the first rating."""
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
        summary="Situations to talk in",
        parameters=[serializers.ScenarioQuerySerializer],
        responses=serializers.ScenariosSerializer,
        examples=examples.SCENARIOS,
    )
    def get(self, request: Request) -> Response:
        """At the learner's own level unless another is asked for."""
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
        raise Conflict(_("Say what you want to learn first."), code="no_language")
    studied = rows.get(language)
    return language, wanted.get("level") or (studied.level if studied else "") or Level.A1


def _detail(conversation: Conversation, before: UUID | None = None) -> dict[str, Any]:
    branch = branch_of(conversation, before=before)
    shown = serializers.ConversationDetailSerializer(conversation, context={"branch": branch})
    data: dict[str, Any] = shown.data
    return data
