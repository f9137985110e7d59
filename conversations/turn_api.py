"""What a learner decides about a conversation beside its turns."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from config.errors import NotFound
from conversations import examples, services
from conversations.contract import contract_of, set_contract
from conversations.models import Conversation, ConversationSummary, CorrectionContract
from conversations.selectors import conversation_for, said_for
from conversations.serializers import ConversationSerializer, CorrectionsSerializer
from conversations.services.translating import translate_message


class BranchSerializer(serializers.Serializer[Any]):
    message_id = serializers.UUIDField()


class ContractSerializer(serializers.Serializer[Any]):
    """`recast` says it right in the reply and marks nothing; `hint` gives place and reason first.
    `perTurn` is the most that are told a turn, those that hinder most."""

    timing = serializers.ChoiceField(CorrectionContract.Timing.choices)
    manner = serializers.ChoiceField(CorrectionContract.Manner.choices)
    per_turn = serializers.IntegerField(min_value=1, max_value=CorrectionContract.MOST_PER_TURN)


class ToFixSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="a correction: a card can be made of it")
    original = serializers.CharField()
    corrected = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    times = serializers.IntegerField()


class NewWordSerializer(serializers.Serializer[Any]):
    lemma = serializers.CharField()
    quote = serializers.CharField()


class NextStepSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(required=False)
    url = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)


class SummarySerializer(serializers.ModelSerializer[ConversationSummary]):
    went_well = serializers.ListField(child=serializers.CharField())
    to_fix = ToFixSerializer(many=True)
    new_words = NewWordSerializer(many=True)
    next_step = NextStepSerializer()

    class Meta:
        model = ConversationSummary
        fields = ("went_well", "to_fix", "new_words", "next_step", "made_by", "created_at")


class TranslationSerializer(serializers.Serializer[Any]):
    translation = serializers.CharField()
    language = serializers.CharField()


CORRECTIONS = {
    "messageId": examples.SAID_ID,
    "state": "checked",
    "corrections": [examples.CORRECTION],
}
CONTRACT = {"timing": "now", "manner": "explicit", "perTurn": 5}
SUMMARY = {
    "wentWell": ["You wrote 64 words in 7 messages.", "5 messages had nothing to correct."],
    "toFix": [
        {
            "id": examples.CORRECTION["id"],
            "original": "soy",
            "corrected": "estoy",
            "reason": "Feelings take estar.",
            "times": 2,
        }
    ],
    "newWords": [{"lemma": "montaña", "quote": "Estuve en la montaña el domingo."}],
    "nextStep": {"title": "Ser and estar", "url": "/learn/…", "reason": "You missed it twice."},
    "madeBy": "builtin",
    "createdAt": "2025-11-15T10:20:00Z",
}


class BranchView(APIView):
    @extend_schema(
        operation_id="chat_branch_show",
        tags=["chat"],
        summary="Show another branch",
        request=BranchSerializer,
        responses=ConversationSerializer,
        examples=examples.BRANCH,
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """That which goes through a message, to its newest end."""
        wanted = BranchSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        conversation = services.show_branch(
            learner=_user(request), conversation_id=conversation_id, **wanted.validated_data
        )
        return Response(ConversationSerializer(conversation).data)


class RestoreView(APIView):
    @extend_schema(
        operation_id="chat_conversation_restore",
        tags=["chat"],
        summary="Bring back a deleted conversation",
        request=None,
        responses=ConversationSerializer,
        examples=examples.RESTORE,
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """One that was deleted in the last 30 days."""
        conversation = services.restore_conversation(
            learner=_user(request), conversation_id=conversation_id, now=timezone.now()
        )
        return Response(ConversationSerializer(conversation).data)


class CorrectionsView(APIView):
    @extend_schema(
        operation_id="chat_message_corrections",
        tags=["chat"],
        summary="The corrections of what was said",
        responses=CorrectionsSerializer,
        examples=[
            OpenApiExample("Checked", CORRECTIONS, response_only=True),
            OpenApiExample(
                "Not yet",
                {"messageId": examples.SAID_ID, "state": "later", "corrections": []},
                response_only=True,
            ),
        ],
    )
    def get(self, request: Request, message_id: UUID) -> Response:
        """As far as the correction contract tells them beside the message.

        For what `message.end` said comes `later`: ask again until its state is `checked`.
        `messageId` is that of the message or of a reply to it.
        """
        return Response(CorrectionsSerializer(said_for(_user(request), message_id)).data)


class ContractView(APIView):
    @extend_schema(
        operation_id="chat_correction_contract_read",
        tags=["chat"],
        summary="When, how and how much I am corrected",
        responses=ContractSerializer,
        examples=[OpenApiExample("The default", CONTRACT, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(ContractSerializer(contract_of(_user(request).pk)).data)

    @extend_schema(
        operation_id="chat_correction_contract_set",
        tags=["chat"],
        summary="Choose when, how and how much",
        request=ContractSerializer,
        responses=ContractSerializer,
        examples=[OpenApiExample("At the end", CONTRACT | {"timing": "after_session"})],
    )
    def put(self, request: Request) -> Response:
        """Takes effect with the next turn."""
        wanted = ContractSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        contract = set_contract(learner=_user(request), **wanted.validated_data)
        return Response(ContractSerializer(contract).data)


class SummaryView(APIView):
    @extend_schema(
        operation_id="chat_summary_read",
        tags=["chat"],
        summary="What a conversation came to",
        responses=SummarySerializer,
        examples=[OpenApiExample("A summary", SUMMARY, response_only=True)],
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """The latest summary, as the learner, their tutor or an admin sees it; 404 without one."""
        conversation: Conversation = conversation_for(_user(request), conversation_id)
        summary = conversation.summaries.order_by("-until").first()
        if summary is None:
            raise NotFound
        return Response(SummarySerializer(summary).data)

    @extend_schema(
        operation_id="chat_summary_make",
        tags=["chat"],
        summary="Sum a conversation up",
        request=None,
        responses=SummarySerializer,
        examples=[OpenApiExample("A summary", SUMMARY, response_only=True)],
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """What went well, three things to fix, new words, what next.

        With nothing said since the last one, that one. 409 `nothing_said` before the first message.
        """
        summary = services.summarise(
            learner=_user(request), conversation_id=conversation_id, now=timezone.now()
        )
        return Response(SummarySerializer(summary).data)


class TranslationView(APIView):
    @extend_schema(
        operation_id="chat_message_translate",
        tags=["chat"],
        summary="Translate a message",
        request=None,
        responses=TranslationSerializer,
        examples=[
            OpenApiExample(
                "In English",
                {"translation": "How was your weekend?", "language": "en"},
                response_only=True,
            )
        ],
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Into the caller's own language. 503 `no_translator` while no model answers."""
        user = _user(request)
        translation = translate_message(learner=user, message_id=message_id)
        return Response({"translation": translation, "language": user.native_language})


def _user(request: Request) -> User:
    user: User = request.user  # type: ignore[assignment]  # the view lets only users in
    return user
