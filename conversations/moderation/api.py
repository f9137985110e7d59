from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from ai.models import ModerationFlag
from config.api import NamedArrayPagination, valid, valid_query
from config.ratelimit import rate_limited
from conversations.moderation.appeals import appeal
from conversations.moderation.selectors import flags_of
from conversations.moderation.serializers import (
    AppealSerializer,
    FlagQuerySerializer,
    FlagSerializer,
)

TAG = ["Moderation"]
BLOCKED = {
    "id": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e",
    "surface": "message",
    "sourceId": None,
    "category": "violence",
    "severity": "high",
    "action": "blocked",
    "status": "closed",
    "reason": "It threatens somebody, or calls for violence.",
    "excerpt": "Then he said: I will kill you.",
    "canAppeal": True,
    "appeal": "",
    "appealedAt": None,
    "decision": "",
    "decidedAt": None,
    "createdAt": "2026-05-17T10:00:00Z",
}
APPEALED = BLOCKED | {
    "status": "appealed",
    "canAppeal": False,
    "appeal": "It is a line of the play we read.",
    "appealedAt": "2026-05-17T10:05:00Z",
}
TWICE = {
    "success": False,
    "error": "You have said what you think of this one.",
    "code": "already_appealed",
    "details": None,
    "requestId": "8f14e45fceea467a9b1c2d3e4f5a6b7c",
}


class FlagPagination(NamedArrayPagination):
    array_name = "flags"


class FlagListView(GenericAPIView[ModerationFlag]):
    pagination_class = FlagPagination
    serializer_class = FlagSerializer

    @extend_schema(
        tags=TAG,
        operation_id="moderation_flags_list",
        summary="What of yours was flagged, why, and what came of it",
        description="Always the caller's own. `action`: `noted` and `queued` were let through, "
        "`blocked` was not. `status`: `closed` (nothing to decide), `queued` or `appealed` (a "
        "person looks), `upheld`, `overturned`.",
        parameters=[FlagQuerySerializer],
        responses=FlagSerializer(many=True),
        examples=[OpenApiExample("Blocked", BLOCKED, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        asked = valid_query(FlagQuerySerializer, request)
        page = self.paginate_queryset(flags_of(caller_of(request), **asked))
        return self.get_paginated_response(FlagSerializer(page, many=True).data)


class AppealView(APIView):
    @extend_schema(
        tags=TAG,
        operation_id="moderation_flag_appeal",
        summary="Say why a flag is wrong",
        description="Once for each flag with `canAppeal`; a person decides. When they agree, a "
        "text that was blocked may be sent.",
        request=AppealSerializer,
        responses={
            200: FlagSerializer,
            409: OpenApiResponse(
                {"$ref": "#/components/schemas/Error"},
                description="`already_appealed`, or `not_appealable`: nothing came of it.",
                examples=[OpenApiExample("Twice", TWICE)],
            ),
        },
        examples=[
            OpenApiExample("Why", {"text": APPEALED["appeal"]}, request_only=True),
            OpenApiExample("Appealed", APPEALED, response_only=True, status_codes=["200"]),
        ],
    )
    @rate_limited("appeal")
    def post(self, request: Request, flag_id: UUID) -> Response:
        text = valid(AppealSerializer, request.data)["text"]
        flag = appeal(user=caller_of(request), flag_id=flag_id, text=text, now=timezone.now())
        return Response(FlagSerializer(flag).data)
