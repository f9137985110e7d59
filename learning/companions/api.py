from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from config.api import NamedArrayPagination, valid, valid_query
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from learning.companions import examples, services
from learning.companions.defaults import with_defaults
from learning.companions.limits import companions_allowed, sessions_allowed
from learning.companions.models import Companion, CompanionSession
from learning.companions.selectors import (
    bookmarked_by,
    companion_for,
    companions_of,
    own_companion,
    recent_sessions,
    sessions_of,
)
from learning.companions.serializers import (
    BookmarkSerializer,
    CompanionFieldsSerializer,
    CompanionOfSessionSerializer,
    CompanionSerializer,
    CompanionSessionSerializer,
    CompanionsQuerySerializer,
    PermissionsSerializer,
)

TAG = ["Companions"]
ONE = OpenApiExample("One", examples.COMPANION, response_only=True)
REFUSED = OpenApiExample(
    "The plan has no more room", examples.PLAN_LIMIT, response_only=True, status_codes=["403"]
)


class CompanionPagination(NamedArrayPagination):
    array_name = "companions"


class HistoryPagination(CompanionPagination):
    default_limit = 10


class CompanionsView(GenericAPIView[Companion]):
    pagination_class = CompanionPagination
    queryset = Companion.objects.none()
    serializer_class = CompanionSerializer

    @extend_schema(
        operation_id="companions_list",
        tags=TAG,
        summary="Companions you may talk with",
        description="Those that come with Parlance and your own; the bookmarked first.",
        parameters=[CompanionsQuerySerializer],
        responses=CompanionSerializer(many=True),
        examples=[ONE],
    )
    def get(self, request: Request) -> Response:
        query = valid_query(CompanionsQuerySerializer, request)
        page: Any = self.paginate_queryset(companions_of(caller_of(request), **query))
        return self.get_paginated_response(CompanionSerializer(page, many=True).data)

    @extend_schema(
        operation_id="companions_create",
        tags=TAG,
        summary="Make a companion of your own",
        description=(
            "403 `plan_limit` past the plan's number (free 3, core 10; `details` has `limit`, "
            "`used`, `plan`). 400 `content_blocked` for words that moderation refuses."
        ),
        request=CompanionFieldsSerializer,
        responses={201: CompanionSerializer},
        examples=[
            OpenApiExample("A grandmother", examples.NEW, request_only=True),
            OpenApiExample("Made", examples.MADE, response_only=True, status_codes=["201"]),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        author = caller_of(request)
        fields = with_defaults(author, valid(CompanionFieldsSerializer, request.data))
        companion = services.create_companion(author=author, fields=fields)
        return Response(CompanionSerializer(companion).data, status=201)


class CompanionView(APIView):
    @extend_schema(
        operation_id="companions_read",
        tags=TAG,
        summary="A companion",
        responses=CompanionSerializer,
        examples=[ONE],
    )
    def get(self, request: Request, companion_id: UUID) -> Response:
        companion = companion_for(caller_of(request), companion_id)
        return Response(CompanionSerializer(companion).data)

    @extend_schema(
        operation_id="companions_change",
        tags=TAG,
        summary="Change a companion of your own",
        description="403 `only_the_author` for one that you did not make.",
        request=CompanionFieldsSerializer,
        responses=CompanionSerializer,
        examples=[
            OpenApiExample("A grandmother", examples.NEW, request_only=True),
            OpenApiExample("Changed", examples.MADE, response_only=True),
        ],
    )
    def put(self, request: Request, companion_id: UUID) -> Response:
        author = caller_of(request)
        companion = own_companion(author, companion_id)
        fields = with_defaults(author, valid(CompanionFieldsSerializer, request.data), companion)
        companion = services.change_companion(companion=companion, fields=fields)
        return Response(CompanionSerializer(companion).data)

    @extend_schema(
        operation_id="companions_delete",
        tags=TAG,
        summary="Delete a companion of your own",
        responses={204: None},
    )
    def delete(self, request: Request, companion_id: UUID) -> Response:
        """Conversations with it stay. What was remembered for it alone is told to nobody."""
        services.delete_companion(companion=own_companion(caller_of(request), companion_id))
        return Response(status=204)


class BookmarkView(APIView):
    @extend_schema(
        operation_id="companions_bookmark",
        tags=TAG,
        summary="Bookmark a companion",
        description="201 when it is new, 200 when it was bookmarked before.",
        request=None,
        responses={201: BookmarkSerializer, 200: BookmarkSerializer},
        examples=[
            OpenApiExample(
                "Bookmarked", examples.BOOKMARK, response_only=True, status_codes=["200", "201"]
            )
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request, companion_id: UUID) -> Response:
        user = caller_of(request)
        companion = companion_for(user, companion_id)
        kept, new = services.bookmark(user=user, companion=companion)
        return Response(BookmarkSerializer(kept).data, status=201 if new else 200)

    @extend_schema(
        operation_id="companions_bookmark_remove",
        tags=TAG,
        summary="Take the bookmark away",
        responses={204: None},
    )
    def delete(self, request: Request, companion_id: UUID) -> Response:
        user = caller_of(request)
        services.remove_bookmark(user=user, companion=companion_for(user, companion_id))
        return Response(status=204)


class BookmarkedView(GenericAPIView[Companion]):
    pagination_class = CompanionPagination
    queryset = Companion.objects.none()
    serializer_class = CompanionSerializer

    @extend_schema(
        operation_id="companions_bookmarked",
        tags=TAG,
        summary="Companions you have bookmarked, the last one first",
        responses=CompanionSerializer(many=True),
        examples=[ONE],
    )
    def get(self, request: Request) -> Response:
        page: Any = self.paginate_queryset(bookmarked_by(caller_of(request)))
        return self.get_paginated_response(CompanionSerializer(page, many=True).data)


class SessionsView(APIView):
    @extend_schema(
        operation_id="companions_sessions_create",
        tags=TAG,
        summary="Note that you talk with a companion",
        description=(
            "For talk that happens elsewhere: a conversation begun with `companionId` is noted by "
            "itself. 403 `plan_limit` past the plan's number (free 10)."
        ),
        request=None,
        responses={201: CompanionSessionSerializer},
        examples=[
            OpenApiExample("Noted", examples.SESSION, response_only=True, status_codes=["201"]),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, companion_id: UUID) -> Response:
        user = caller_of(request)
        companion = companion_for(user, companion_id)
        session = services.record_session(user=user, companion=companion)
        return Response(CompanionSessionSerializer(session).data, status=201)


class _HistoryView(GenericAPIView[Any]):
    pagination_class = HistoryPagination
    queryset = CompanionSession.objects.none()
    serializer_class = CompanionOfSessionSerializer

    def answer(self, rows: Any) -> Response:
        page: Any = self.paginate_queryset(rows)
        companions: Any = list(_companions(page))
        told = CompanionOfSessionSerializer(companions, many=True)
        return self.get_paginated_response(told.data)


class RecentSessionsView(_HistoryView):
    @extend_schema(
        operation_id="companions_sessions_recent",
        tags=TAG,
        summary="Companions that people talked with lately",
        description="One entry a session, the latest first. Never who talked.",
        responses=CompanionOfSessionSerializer(many=True),
        examples=[OpenApiExample("One", examples.OF_SESSION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return self.answer(recent_sessions(caller_of(request)))


class MySessionsView(_HistoryView):
    @extend_schema(
        operation_id="companions_sessions_mine",
        tags=TAG,
        summary="Companions that you talked with",
        description="One entry a session, the latest first.",
        responses=CompanionOfSessionSerializer(many=True),
        examples=[OpenApiExample("One", examples.OF_SESSION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return self.answer(sessions_of(caller_of(request)))


class PermissionsView(APIView):
    @extend_schema(
        operation_id="companions_permissions",
        tags=TAG,
        summary="Whether you may make a companion, and begin to talk with one",
        responses=PermissionsSerializer,
        examples=[OpenApiExample("A free plan", examples.PERMISSIONS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        user = caller_of(request)
        allowed = {"companions": companions_allowed(user), "conversations": sessions_allowed(user)}
        return Response(PermissionsSerializer(allowed).data)


def _companions(sessions: Iterable[Any]) -> Iterable[Any]:
    for session in sessions:
        companion = session.companion
        companion.bookmarked, companion.started_at = session.bookmarked, session.created_at
        yield companion
