from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from config.api import NamedArrayPagination, valid
from conversations.memory import services
from conversations.memory.models import Memory
from conversations.memory.selectors import consent_of, memories_of, memory_for
from conversations.memory.serializers import (
    ConsentChangeSerializer,
    ConsentSerializer,
    MemoryChangeSerializer,
    MemoryQuerySerializer,
    MemorySerializer,
)

TAG = ["Memory"]
NURSE = {
    "id": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e",
    "type": "fact",
    "namespace": "work",
    "subject": "job",
    "content": "Your job: nurse.",
    "language": "en",
    "importance": 0.7,
    "pinned": False,
    "edited": False,
    "timesSaid": 2,
    "saidAt": "2026-05-17T10:00:00Z",
    "since": "2026-05-02T10:00:00Z",
    "until": None,
    "supersededBy": None,
    "archivedAt": None,
    "companionId": None,
    "inProfile": [],
    "evidence": [
        {
            "messageId": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d70",
            "conversationId": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d71",
            "quote": "Trabajo como enfermera.",
            "saidAt": "2026-05-02T10:00:00Z",
        }
    ],
    "createdAt": "2026-05-03T01:15:00Z",
}
CONSENT = {
    "asked": True,
    "given": True,
    "shareWithTutor": False,
    "pausedUntil": None,
    "readsFrom": "2026-05-01T09:00:00Z",
    "changedAt": "2026-05-01T09:00:00Z",
}


class MemoryPagination(NamedArrayPagination):
    array_name = "memories"


class MemoryListView(GenericAPIView[Memory]):
    pagination_class = MemoryPagination
    serializer_class = MemorySerializer

    @extend_schema(
        tags=TAG,
        operation_id="memory_list",
        summary="What the tutor remembers about you, each with the words that prove it",
        parameters=[MemoryQuerySerializer],
        responses=MemorySerializer(many=True),
        examples=[OpenApiExample("One", NURSE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Always the caller's own: nobody sees what is remembered of somebody else."""
        asked = valid(MemoryQuerySerializer, request.query_params)
        page = self.paginate_queryset(memories_of(caller_of(request), **asked))
        return self.get_paginated_response(MemorySerializer(page, many=True).data)


class MemoryView(APIView):
    @extend_schema(
        tags=TAG,
        operation_id="memory_read",
        summary="One memory",
        responses=MemorySerializer,
        examples=[OpenApiExample("One", NURSE, response_only=True)],
    )
    def get(self, request: Request, memory_id: UUID) -> Response:
        return Response(MemorySerializer(memory_for(caller_of(request), memory_id)).data)

    @extend_schema(
        tags=TAG,
        operation_id="memory_change",
        summary="Rewrite it, pin it, say that it is no longer true",
        request=MemoryChangeSerializer,
        responses=MemorySerializer,
        examples=[
            OpenApiExample("Keep it", {"pinned": True}, request_only=True),
            OpenApiExample("Over", {"noLongerTrue": True}, request_only=True),
            OpenApiExample("Changed", NURSE, response_only=True),
        ],
    )
    def patch(self, request: Request, memory_id: UUID) -> Response:
        caller = caller_of(request)
        memory = memory_for(caller, memory_id)
        wanted = valid(MemoryChangeSerializer, request.data)
        services.change_as_asked(memory=memory, wanted=wanted, now=timezone.now())
        return Response(MemorySerializer(memory_for(caller, memory_id)).data)

    @extend_schema(
        tags=TAG,
        operation_id="memory_forget",
        summary="Forget it, and what came of it",
        responses={204: None},
    )
    def delete(self, request: Request, memory_id: UUID) -> Response:
        """What it superseded, its proofs and what it put in the profile go too."""
        services.forget(memory=memory_for(caller_of(request), memory_id))
        return Response(status=204)


class MemoryConsentView(APIView):
    @extend_schema(
        tags=TAG,
        operation_id="memory_consent_read",
        summary="Whether the tutor may remember you",
        responses=ConsentSerializer,
        examples=[OpenApiExample("Given", CONSENT, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(ConsentSerializer(consent_of(caller_of(request))).data)

    @extend_schema(
        tags=TAG,
        operation_id="memory_consent_set",
        summary="Let the tutor remember, pause, share with your tutor, or stop",
        request=ConsentChangeSerializer,
        responses=ConsentSerializer,
        examples=[
            OpenApiExample("Yes", {"given": True}, request_only=True),
            OpenApiExample("No, and forget", {"given": False, "forget": True}, request_only=True),
            OpenApiExample("Now", CONSENT, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        """Without consent nothing is read or told. Withdrawn, memories stay unused until you forget
        them, and your profile loses what came from them."""
        wanted: dict[str, Any] = valid(ConsentChangeSerializer, request.data)
        consent = services.set_consent(
            learner=caller_of(request), wanted=wanted, now=timezone.now()
        )
        return Response(ConsentSerializer(consent).data)
