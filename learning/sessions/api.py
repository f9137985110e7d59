from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import User
from config.api import NamedArrayPagination, valid, valid_query
from config.errors import Forbidden
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from learning.sessions.models import LearningSession
from learning.sessions.serializers import (
    ChangeSessionSerializer,
    CreateSessionSerializer,
    SessionSerializer,
    SessionsQuerySerializer,
)
from learning.sessions.services import (
    change_session,
    level_for,
    note_activity,
    start_session,
)

TAG = ["Sessions"]
SESSION = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c21",
    "userId": "0193f2b4-0a11-7d2f-8a3b-5c6d7e8f9a0b",
    "sessionType": "practice",
    "language": "es",
    "difficultyLevel": "beginner",
    "level": "A2",
    "topics": ["travel"],
    "status": "active",
    "metadata": {"skill": "vocabulary"},
    "seconds": 0,
    "activeAt": None,
    "startedAt": "2026-03-02T09:00:00Z",
    "completedAt": None,
    "createdAt": "2026-03-02T09:00:00Z",
}


class SessionPagination(NamedArrayPagination):
    array_name = "sessions"


class SessionsView(GenericAPIView[LearningSession]):
    pagination_class = SessionPagination
    queryset = LearningSession.objects.none()
    serializer_class = SessionSerializer

    @extend_schema(
        operation_id="sessions_list",
        tags=TAG,
        summary="Learning sessions, the latest first",
        parameters=[SessionsQuerySerializer],
        responses=SessionSerializer(many=True),
        examples=[OpenApiExample("One", SESSION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        query = valid_query(SessionsQuerySerializer, request)
        caller = caller_of(request)
        learner = query.pop("student_id", caller.pk)
        if learner != caller.pk:
            learner = get_object_or_404(User.objects.visible_to(caller), pk=learner).pk
        rows = LearningSession.objects.filter(learner=learner, **query)
        page: Any = self.paginate_queryset(rows.order_by("-started_at", "-id"))
        return self.get_paginated_response(SessionSerializer(page, many=True).data)

    @extend_schema(
        operation_id="sessions_create",
        tags=TAG,
        summary="Start a learning session",
        request=CreateSessionSerializer,
        responses={201: SessionSerializer},
        examples=[
            OpenApiExample(
                "Practice",
                {
                    "sessionType": "practice",
                    "language": "es",
                    "difficultyLevel": "beginner",
                    "topics": ["travel"],
                    "metadata": {"skill": "vocabulary"},
                },
                request_only=True,
            ),
            OpenApiExample("Started", SESSION, response_only=True, status_codes=["201"]),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        data = valid(CreateSessionSerializer, request.data)
        caller = caller_of(request)
        learner = get_object_or_404(
            User.objects.visible_to(caller), pk=data.get("user_id", caller.pk)
        )
        if learner != caller:
            raise Forbidden(_("Only the learner can do this."), code="only_the_learner")
        language = data["language"]
        session = start_session(
            learner=learner,
            session_type=data["session_type"],
            language=language,
            level=level_for(learner, language, data.get("difficulty_level", "")),
            topics=data.get("topics", ()),
            metadata=data.get("metadata"),
        )
        return Response(SessionSerializer(session).data, status=201)


class SessionView(APIView):
    @extend_schema(
        operation_id="sessions_read",
        tags=TAG,
        summary="A learning session",
        responses=SessionSerializer,
        examples=[OpenApiExample("One", SESSION, response_only=True)],
    )
    def get(self, request: Request, session_id: UUID) -> Response:
        seen = LearningSession.objects.visible_to(caller_of(request))
        return Response(SessionSerializer(get_object_or_404(seen, pk=session_id)).data)

    @extend_schema(
        operation_id="sessions_change",
        tags=TAG,
        summary="Pause, resume or complete a learning session",
        description="409 `session_completed`: a session that is over stays over.",
        request=ChangeSessionSerializer,
        responses=SessionSerializer,
        examples=[
            OpenApiExample("Pause", {"status": "paused"}, request_only=True),
            OpenApiExample("Paused", SESSION | {"status": "paused"}, response_only=True),
        ],
    )
    def patch(self, request: Request, session_id: UUID) -> Response:
        data = valid(ChangeSessionSerializer, request.data)
        session = _mine(request, session_id)
        changed = change_session(session=session, status=data["status"], now=timezone.now())
        return Response(SessionSerializer(changed).data)


class ActivityView(APIView):
    @extend_schema(
        operation_id="sessions_activity",
        tags=TAG,
        summary="Say that the learner is at work",
        description=(
            "Send it at most twice a minute, and only when there was input since. It counts the "
            "time since the last sign of work, a minute at most; several tabs count once, and a "
            "session that is paused or over counts nothing."
        ),
        request=None,
        responses=SessionSerializer,
        examples=[OpenApiExample("Counted", SESSION | {"seconds": 30}, response_only=True)],
    )
    @rate_limited("practice")
    def post(self, request: Request, session_id: UUID) -> Response:
        session = note_activity(session=_mine(request, session_id), now=timezone.now())
        return Response(SessionSerializer(session).data)


def _mine(request: Request, session_id: UUID) -> LearningSession:
    """Whoever may see a learner's session still does not work in it."""
    caller = caller_of(request)
    session = get_object_or_404(LearningSession.objects.visible_to(caller), pk=session_id)
    if session.learner_id != caller.pk:
        raise Forbidden(_("Only the learner can do this."), code="only_the_learner")
    return session
