from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response as ApiResponse
from rest_framework.views import APIView

from accounts.callers import caller_of
from assessments.api import TAG, visible, visible_learner
from assessments.models import Dispute
from assessments.second_looks import dispute_row
from assessments.services.disputes import dispute_grade
from config.api import NamedArrayPagination, valid, valid_query
from config.idempotency import idempotent
from config.ratelimit import rate_limited

EXAMPLE = {
    "id": "0198c1d2-8b10-7f10-9a53-2f6d6a7f0c77",
    "assessmentId": "0198c1d2-7000-7f10-9a53-2f6d6a7f0a01",
    "questionId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c11",
    "studentId": "0198c1d2-6000-7f10-9a53-2f6d6a7f0901",
    "language": "es",
    "prompt": "Ayer ___ (ir, yo) al mercado.",
    "answer": "me fui",
    "correct": False,
    "reason": "People here say it like that.",
    "status": "open",
    "note": "",
    "createdAt": "2026-03-02T18:00:00Z",
    "decidedAt": None,
}


class DisputeGradeSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class DisputeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    assessment_id = serializers.UUIDField()
    question_id = serializers.UUIDField()
    student_id = serializers.UUIDField()
    language = serializers.CharField()
    prompt = serializers.CharField()
    answer = serializers.CharField()
    correct = serializers.BooleanField(allow_null=True, help_text="As the grade stands now.")
    reason = serializers.CharField(help_text="The learner's words.")
    status = serializers.ChoiceField(choices=Dispute.Status.choices)
    note = serializers.CharField(help_text="The tutor's words.")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class DisputesQuerySerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField(required=False)
    assessment_id = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(choices=Dispute.Status.choices, required=False)


class DisputeGradeView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Dispute the grade of an answer",
        description=(
            "Once an answer, by the learner, after right and wrong were told. A tutor of theirs "
            "decides. Accepted, the grade changes, and the result with it; no level falls by that. "
            "409 `not_told_yet`, `already_disputed`, `set_by_tutor`; 400 `nothing_to_dispute`: the "
            'answer was not marked wrong, or was "I don\'t know".'
        ),
        request=DisputeGradeSerializer,
        responses={201: DisputeSerializer},
        examples=[
            OpenApiExample(
                "Dispute",
                {"questionId": EXAMPLE["questionId"], "reason": EXAMPLE["reason"]},
                request_only=True,
            ),
            OpenApiExample("Waiting for a tutor", EXAMPLE, response_only=True),
        ],
    )
    @idempotent
    @rate_limited("dispute")
    def post(self, request: Request, assessment_id: UUID) -> ApiResponse:
        user = caller_of(request)
        assessment = visible(user, assessment_id)
        data = valid(DisputeGradeSerializer, request.data)
        dispute = dispute_grade(assessment=assessment, by=user, **data)
        dispute.response.assessment = assessment
        return ApiResponse(DisputeSerializer(dispute_row(dispute)).data, status=201)


class DisputePagination(NamedArrayPagination):
    array_name = "disputes"


class DisputesView(GenericAPIView[Dispute]):
    pagination_class = DisputePagination
    queryset = Dispute.objects.none()
    serializer_class = DisputeSerializer

    @extend_schema(
        tags=TAG,
        summary="Disputes of grades, the latest first",
        description="Your own, or those of a student you may see.",
        parameters=[
            OpenApiParameter("studentId", UUID, description="A student you may see."),
            OpenApiParameter("assessmentId", UUID, description="Only of this assessment."),
            OpenApiParameter(
                "status", str, enum=Dispute.Status.values, description="Only those that stand so."
            ),
        ],
        responses=DisputeSerializer(many=True),
        examples=[OpenApiExample("Waiting for a tutor", EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> ApiResponse:
        query = valid_query(DisputesQuerySerializer, request)
        learner = visible_learner(caller_of(request), query.get("student_id"))
        rows = Dispute.objects.filter(response__assessment__learner=learner)
        if "assessment_id" in query:
            rows = rows.filter(response__assessment=query["assessment_id"])
        if "status" in query:
            rows = rows.filter(status=query["status"])
        rows = rows.select_related("response__item", "response__assessment")
        page = self.paginate_queryset(rows.order_by("-created_at")) or []
        data = DisputeSerializer([dispute_row(row) for row in page], many=True).data
        return self.get_paginated_response(data)
