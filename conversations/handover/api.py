from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import User
from config.api import NamedArrayPagination, valid, valid_query
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from conversations.handover import examples, serializers, services
from conversations.handover.context import student_context
from conversations.handover.models import TutorRequest
from conversations.handover.packet import shown_packet
from conversations.handover.selectors import (
    request_for,
    requests_of,
    require_staff,
    student_of,
    students_of,
)
from conversations.selectors import conversation_for

TAG = ["tutor"]


class RequestPagination(NamedArrayPagination):
    array_name = "requests"


class StudentPagination(NamedArrayPagination):
    array_name = "students"


class AnalyzeView(APIView):
    @extend_schema(
        operation_id="tutor_routing_analyze",
        tags=TAG,
        summary="Should a human tutor step in?",
        description="By stated rules; by a model where they see signs and do not decide, and one "
        "is set up. Without `recentConversations` the student's latest are looked at. An id that "
        "the caller may not see, or that is not this student's, gives 404.",
        request=serializers.AnalyzeInput,
        responses=serializers.RoutingSerializer,
        examples=examples.ANALYZE,
    )
    @idempotent
    @rate_limited("tutor_routing")
    def post(self, request: Request) -> Response:
        wanted = valid(serializers.AnalyzeInput, request.data)
        caller, context = caller_of(request), wanted["context"]
        decision = services.analyze(
            caller=caller,
            learner=student_of(caller, wanted["student_id"]),
            conversations=context.get("recent_conversations", ()),
            practice=context.get("practice_results", ()),
            question=context.get("current_question", ""),
            now=timezone.now(),
        )
        return Response(serializers.RoutingSerializer(decision).data)


class ContextView(APIView):
    @extend_schema(
        operation_id="tutor_context_read",
        tags=TAG,
        summary="What to know of a student before a session",
        parameters=[OpenApiParameter("topic", str, description="what the session is about")],
        responses=serializers.StudentContextSerializer,
        examples=examples.CONTEXT,
    )
    def get(self, request: Request, student_id: UUID) -> Response:
        query = valid_query(serializers.TopicQuerySerializer, request)
        student = student_of(caller_of(request), student_id)
        body = student_context(student, topic=query["topic"].strip(), now=timezone.now())
        return Response(serializers.StudentContextSerializer(body).data)


class StudentListView(GenericAPIView[User]):
    pagination_class = StudentPagination
    serializer_class = serializers.StudentSerializer

    @extend_schema(
        operation_id="tutor_students_list",
        tags=TAG,
        summary="The students you teach, the latest active first",
        description="An admin sees every student; for students this is 403.",
        responses=serializers.StudentSerializer(many=True),
        examples=examples.STUDENTS,
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        require_staff(caller)
        page = self.paginate_queryset(students_of(caller)) or []
        return self.get_paginated_response(serializers.StudentSerializer(page, many=True).data)


class RequestListView(GenericAPIView[TutorRequest]):
    pagination_class = RequestPagination
    serializer_class = serializers.RequestSerializer

    @extend_schema(
        operation_id="tutor_requests_list",
        tags=TAG,
        summary="Your requests, or those of your students; the most pressing first",
        parameters=[
            OpenApiParameter("status", str, enum=["open", "closed"]),
            OpenApiParameter("studentId", UUID),
        ],
        responses=serializers.RequestSerializer(many=True),
        examples=examples.REQUEST,
    )
    def get(self, request: Request) -> Response:
        query = valid_query(serializers.RequestQuerySerializer, request)
        caller = caller_of(request)
        if "student_id" in query:
            student_of(caller, query["student_id"])
        page: Any = self.paginate_queryset(requests_of(caller, **query)) or []
        return self.get_paginated_response(serializers.RequestSerializer(page, many=True).data)

    @extend_schema(
        operation_id="tutor_requests_create",
        tags=TAG,
        summary="Ask for a human tutor in a conversation of yours",
        description="Your tutors are told; without one, the people who run the site are. 409 "
        "`already_asked` while a request is open in this conversation.",
        request=serializers.RequestInput,
        responses={201: serializers.RequestDetailSerializer},
        examples=examples.REQUEST_MADE,
    )
    @idempotent
    @rate_limited("tutor_request")
    def post(self, request: Request) -> Response:
        wanted = valid(serializers.RequestInput, request.data)
        caller = caller_of(request)
        made = services.ask_for_tutor(
            learner=caller,
            conversation=conversation_for(caller, wanted["conversation_id"]),
            question=wanted["question"],
        )
        return Response(_detail(caller, made.pk), status=201)


class RequestView(APIView):
    @extend_schema(
        operation_id="tutor_requests_read",
        tags=TAG,
        summary="A request with its packet",
        responses=serializers.RequestDetailSerializer,
        examples=examples.REQUEST_DETAIL,
    )
    def get(self, request: Request, request_id: UUID) -> Response:
        return Response(_detail(caller_of(request), request_id))


def _move(name: str, summary: str, told: str, move: Callable[..., Any], who: str) -> type[APIView]:
    """A door that moves a request: three of them differ in the service they call alone."""

    class MoveView(APIView):
        @extend_schema(
            operation_id=f"tutor_requests_{name}",
            tags=TAG,
            summary=summary,
            description=told,
            request=None,
            responses=serializers.RequestDetailSerializer,
            examples=examples.REQUEST_DETAIL,
        )
        def post(self, request: Request, request_id: UUID) -> Response:
            caller = caller_of(request)
            move(request_id=request_id, **{who: caller})
            return Response(_detail(caller, request_id))

    return MoveView


TakeView = _move(
    "take",
    "Take a waiting question: the learner talks with you from now on",
    "409 `already_taken` when another tutor was first, 409 `not_waiting`, 403 `own_request`.",
    services.take_request,
    "tutor",
)
ReturnView = _move(
    "return",
    "Give the conversation back to the AI tutor",
    "By the learner, the tutor who has it, or an admin. 409 `not_taken`, 403 `not_the_taker`.",
    services.return_to_ai,
    "user",
)
WithdrawView = _move(
    "withdraw",
    "Take your call back while no tutor has it",
    "409 `cannot_withdraw` once a tutor has it (return it instead), 409 `not_waiting`.",
    services.withdraw,
    "learner",
)


class AnswerView(APIView):
    @extend_schema(
        operation_id="tutor_requests_answer",
        tags=TAG,
        summary="Say something to the learner, in their conversation",
        description="409 `not_taken` before it is taken and after it is given back, 403 "
        "`not_the_taker` for another tutor.",
        request=serializers.AnswerInput,
        responses={201: serializers.AnswerSerializer},
        examples=examples.ANSWER,
    )
    @idempotent
    def post(self, request: Request, request_id: UUID) -> Response:
        wanted = valid(serializers.AnswerInput, request.data)
        said = services.answer_request(
            tutor=caller_of(request), request_id=request_id, text=wanted["text"]
        )
        return Response(serializers.AnswerSerializer(said).data, status=201)


class VerdictView(APIView):
    @extend_schema(
        operation_id="tutor_requests_verdict",
        tags=TAG,
        summary="Say whether it was right to call you; the last verdict counts",
        request=serializers.VerdictInput,
        responses=serializers.RequestDetailSerializer,
        examples=examples.VERDICT,
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        wanted = valid(serializers.VerdictInput, request.data)
        caller = caller_of(request)
        services.give_verdict(tutor=caller, request_id=request_id, **wanted)
        return Response(_detail(caller, request_id))


def _detail(caller: User, request_id: UUID) -> dict[str, Any]:
    found = request_for(caller, request_id)
    body: dict[str, Any] = serializers.RequestSerializer(found).data
    return body | {"packet": shown_packet(found)}
