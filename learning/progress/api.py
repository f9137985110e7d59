from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
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
from learning.models import Concept, Evidence, Mastery, RecurringError
from learning.progress import examples
from learning.progress.selectors import (
    concept_row,
    latest_concepts,
    overall,
    recent_activity,
    skills_of,
)
from learning.progress.serializers import (
    ConceptDetailSerializer,
    ConceptMasterySerializer,
    ErrorDetailSerializer,
    ErrorsQuerySerializer,
    MasteryQuerySerializer,
    ProgressSerializer,
    RecurringErrorSerializer,
    StudentQuerySerializer,
    TrackSerializer,
    UserProgressSerializer,
)
from learning.progress.services import track_practice
from learning.progress.states import ConceptState, with_state

TAG = ["Progress"]
MOST_EVIDENCE = 50
STUDENT = OpenApiParameter("studentId", UUID, description="A student you may see.")
LANGUAGE = OpenApiParameter("language", str, description="Only this language.")


class MasteryPagination(NamedArrayPagination):
    array_name = "concepts"


class ErrorPagination(NamedArrayPagination):
    array_name = "errors"


class StudentProgressView(APIView):
    @extend_schema(
        tags=TAG,
        summary="How a student gets on: overall, by concept, lately",
        responses=ProgressSerializer,
        examples=examples.PROGRESS,
    )
    def get(self, request: Request, student_id: UUID) -> Response:
        student = get_object_or_404(User.objects.visible_to(caller_of(request)), pk=student_id)
        now = timezone.now()
        body = {
            "student_id": student.pk,
            "overall_progress": overall(student, now=now),
            "goals": [],
            "concepts": [concept_row(row, now=now) for row in latest_concepts(student, now=now)],
            "recent_activity": recent_activity(student, now=now),
        }
        return Response(ProgressSerializer(body).data)


class UserProgressView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Progress by language and skill",
        responses=UserProgressSerializer,
        examples=examples.SKILLS,
    )
    def get(self, request: Request) -> Response:
        body = {"progress": skills_of(caller_of(request))}
        return Response(UserProgressSerializer(body).data)


class TrackProgressView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Report practice done in a client",
        request=TrackSerializer,
        responses={201: ConceptMasterySerializer, 200: ConceptMasterySerializer},
        description="200: the report of that `clientId` was on record already.",
        examples=examples.TRACK,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        data = valid(TrackSerializer, request.data)
        learner, now = caller_of(request), timezone.now()
        concept = get_object_or_404(Concept, pk=data["concept_id"])
        new = track_practice(
            learner=learner,
            client_id=data["client_id"],
            concept=concept,
            correct=data["correct"],
            skill=data.get("skill", ""),
            hint_used=data["hint_used"],
            seconds=data.get("time_spent", 0),
            now=now,
        )
        rows = with_state(Mastery.objects.filter(learner=learner, concept=concept), now)
        body = concept_row(rows.select_related("concept").get(), now=now)
        return Response(ConceptMasterySerializer(body).data, status=201 if new else 200)


class MasteryListView(GenericAPIView[Mastery]):
    pagination_class = MasteryPagination
    serializer_class = ConceptMasterySerializer

    @extend_schema(
        tags=TAG,
        summary="What is known, by concept; what fades first comes first",
        parameters=[
            STUDENT,
            LANGUAGE,
            OpenApiParameter("kind", str, enum=Concept.Kind.values),
            OpenApiParameter("state", str, enum=ConceptState.values),
        ],
        responses=ConceptMasterySerializer(many=True),
        examples=examples.CONCEPTS,
    )
    def get(self, request: Request) -> Response:
        query = valid_query(MasteryQuerySerializer, request)
        now, student = timezone.now(), _student(request, query)
        fields = {name: query[name] for name in ("language", "kind", "state") if name in query}
        rows = with_state(Mastery.objects.filter(learner=student), now).filter(**fields)
        rows = rows.select_related("concept").order_by("forgets_at", "pk")
        page = self.paginate_queryset(rows) or []
        body = [concept_row(row, now=now) for row in page]
        return self.get_paginated_response(ConceptMasterySerializer(body, many=True).data)


class MasteryDetailView(APIView):
    @extend_schema(
        tags=TAG,
        summary="One concept, and the evidence that made its mastery",
        parameters=[STUDENT],
        responses=ConceptDetailSerializer,
        examples=examples.CONCEPT,
    )
    def get(self, request: Request, concept_id: UUID) -> Response:
        student, now = (
            _student(request, valid_query(StudentQuerySerializer, request)),
            timezone.now(),
        )
        rows = with_state(Mastery.objects.filter(learner=student), now).select_related("concept")
        row = get_object_or_404(rows, concept=concept_id)
        evidence = Evidence.objects.filter(learner=student, concept=concept_id)
        body = concept_row(row, now=now) | {
            "explanation": row.concept.explanation_in(student.native_language),
            "examples": row.concept.examples,
            "evidence": evidence.order_by("-occurred_at", "-id")[:MOST_EVIDENCE],
        }
        return Response(ConceptDetailSerializer(body).data)


class ErrorListView(GenericAPIView[RecurringError]):
    pagination_class = ErrorPagination
    serializer_class = RecurringErrorSerializer

    @extend_schema(
        tags=TAG,
        summary="Errors that came back: open and overcome",
        parameters=[
            STUDENT,
            LANGUAGE,
            OpenApiParameter("status", str, enum=["open", "closed"]),
        ],
        responses=RecurringErrorSerializer(many=True),
        examples=examples.ERRORS,
    )
    def get(self, request: Request) -> Response:
        query = valid_query(ErrorsQuerySerializer, request)
        fields = {name: query[name] for name in ("language", "status") if name in query}
        rows = recurring_errors(_student(request, query)).filter(**fields)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(RecurringErrorSerializer(page, many=True).data)


class ErrorDetailView(APIView):
    @extend_schema(
        tags=TAG,
        summary="An error with its whole history",
        responses=ErrorDetailSerializer,
        examples=examples.ERROR,
    )
    def get(self, request: Request, error_id: UUID) -> Response:
        seen = RecurringError.objects.visible_to(caller_of(request)).select_related("concept")
        error = get_object_or_404(seen.prefetch_related("events"), pk=error_id)
        return Response(ErrorDetailSerializer(error).data)


def recurring_errors(student: User) -> QuerySet[RecurringError]:
    """Errors that came back, open ones first, the latest first."""
    rows = RecurringError.objects.filter(learner=student, opened_at__isnull=False)
    return rows.select_related("concept").order_by("-status", "-last_seen_at")


def _student(request: Request, query: dict[str, Any]) -> User:
    """The caller, or the student they name and may see. 404 for anybody else."""
    caller = caller_of(request)
    if "student_id" not in query:
        return caller
    student: User = get_object_or_404(User.objects.visible_to(caller), pk=query["student_id"])
    return student
