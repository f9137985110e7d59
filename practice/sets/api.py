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
from config.errors import NotFound
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from learning.models import Concept
from practice.sets import examples
from practice.sets.bodies import help_body, result_body, set_body, summary_body
from practice.sets.models import PracticeSet
from practice.sets.selectors import set_of, sets_of
from practice.sets.serializers import (
    AskHelpSerializer,
    GeneratePracticeSerializer,
    GeneratingSerializer,
    HelpSerializer,
    KeepAnswerSerializer,
    KeptSerializer,
    PracticeQuerySerializer,
    PracticeRowSerializer,
    PracticeSetSerializer,
    SetResultSerializer,
    SubmitSerializer,
)
from practice.sets.services import hand_in, help_with, keep_answer, request_practice
from practice.sets.services.handing_in import Given

TAG = ["Practice"]
Kind = PracticeSet.Kind


class PracticePagination(NamedArrayPagination):
    array_name = "practices"


class GenerateView(APIView):
    @extend_schema(
        operation_id="practice_generate",
        tags=TAG,
        summary="Have a practice set made, for oneself or for a student",
        description=(
            "From concepts, from what went wrong in a learning session, or without either from "
            "open errors and from what is weak or fading. Made in the background: read it until "
            "its status is `ready`. 409 `no_language`: the student studies no language yet."
        ),
        request=GeneratePracticeSerializer,
        responses={202: GeneratingSerializer},
        examples=[
            OpenApiExample("About a concept", examples.GENERATE, request_only=True),
            OpenApiExample("Begun", examples.GENERATING, response_only=True, status_codes=["202"]),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller, data = caller_of(request), valid(GeneratePracticeSerializer, request.data)
        learner = get_object_or_404(
            User.objects.visible_to(caller).students(), pk=data["student_id"]
        )
        made = request_practice(
            learner=learner,
            requested_by=caller,
            concepts=_concepts(data.get("concept_ids", ())),
            session_id=data.get("session_id"),
            language=data.get("language", ""),
            now=timezone.now(),
        )
        body = {
            "practice_id": made.pk,
            "status": made.status,
            "message": "Practice problems are being generated",
        }
        return Response(GeneratingSerializer(body).data, status=202)


class PracticeView(APIView):
    @extend_schema(
        operation_id="practice_read",
        tags=TAG,
        summary="A practice set: never a key, and no hint that was not asked for",
        description="Once it is handed in, `result` tells what was right.",
        responses=PracticeSetSerializer,
        examples=[OpenApiExample("Ready", examples.SET, response_only=True)],
    )
    def get(self, request: Request, practice_id: UUID) -> Response:
        row = visible(request, practice_id, Kind.PRACTICE)
        return Response(PracticeSetSerializer(set_body(row)).data)


class AnswerSetView(APIView):
    @extend_schema(
        operation_id="practice_answer",
        tags=TAG,
        summary="Keep an answer; it is judged when the set is handed in",
        description="In place of an earlier one. 409 `set_completed`, 409 `not_ready`.",
        request=KeepAnswerSerializer,
        responses=KeptSerializer,
        examples=[
            OpenApiExample(
                "A text", {"questionId": examples.QUESTION_ID, "answer": "está"}, request_only=True
            ),
            OpenApiExample(
                "Kept",
                {
                    "questionId": examples.QUESTION_ID,
                    "answer": "está",
                    "answeredAt": "2026-03-02T09:01:00Z",
                },
                response_only=True,
            ),
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request, practice_id: UUID) -> Response:
        row = visible(request, practice_id, Kind.PRACTICE)
        data = valid(KeepAnswerSerializer, request.data)
        kept = keep_answer(learner=caller_of(request), practice_set=row, now=timezone.now(), **data)
        return Response(KeptSerializer(kept).data)


class HintSetView(APIView):
    @extend_schema(
        operation_id="practice_hint",
        tags=TAG,
        summary="Ask for help with a question, or whether an answer is right",
        description=(
            "Step by step: a nudge, a hint that points, a similar one worked out. Never the "
            "answer. The answer to the question then says less about what is known."
        ),
        request=AskHelpSerializer,
        responses=HelpSerializer,
        examples=[
            OpenApiExample("Help", {"questionId": examples.QUESTION_ID}, request_only=True),
            OpenApiExample("A nudge", examples.HELP, response_only=True),
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request, practice_id: UUID) -> Response:
        row = visible(request, practice_id, Kind.PRACTICE)
        data = valid(AskHelpSerializer, request.data)
        told = help_with(learner=caller_of(request), practice_set=row, now=timezone.now(), **data)
        return Response(HelpSerializer(help_body(told)).data)


class SubmitSetView(APIView):
    @extend_schema(
        operation_id="practice_submit",
        tags=TAG,
        summary="Hand a practice set in",
        description=(
            "With answers, or with those that are kept. Handed in again, the first result stands."
        ),
        request=SubmitSerializer,
        responses=SetResultSerializer,
        examples=[
            OpenApiExample(
                "Answers",
                {"answers": [{"questionId": examples.QUESTION_ID, "answer": "está"}]},
                request_only=True,
            ),
            OpenApiExample("Judged", examples.RESULT, response_only=True),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, practice_id: UUID) -> Response:
        return Response(handed_in(request, visible(request, practice_id, Kind.PRACTICE)))


class StudentPracticeView(GenericAPIView[PracticeSet]):
    pagination_class = PracticePagination
    queryset = PracticeSet.objects.none()
    serializer_class = PracticeRowSerializer

    @extend_schema(
        operation_id="practice_of_student",
        tags=TAG,
        summary="A student's practice sets, the latest first",
        parameters=[PracticeQuerySerializer],
        responses=PracticeRowSerializer(many=True),
        examples=[OpenApiExample("One", examples.ROW, response_only=True)],
    )
    def get(self, request: Request, student_id: UUID) -> Response:
        query = valid_query(PracticeQuerySerializer, request)
        caller = caller_of(request)
        learner = get_object_or_404(User.objects.visible_to(caller), pk=student_id)
        rows = sets_of(caller, kind=Kind.PRACTICE, status=query.get("status", ""))
        page: Any = self.paginate_queryset(rows.filter(learner=learner)) or []
        body = [summary_body(row) for row in page]
        return self.get_paginated_response(PracticeRowSerializer(body, many=True).data)


def visible(request: Request, set_id: UUID, kind: str) -> PracticeSet:
    row: PracticeSet = get_object_or_404(set_of(caller_of(request), kind=kind), pk=set_id)
    return row


def handed_in(request: Request, row: PracticeSet) -> Any:
    """The result of a set that is handed in with what the request holds."""
    data = valid(SubmitSerializer, request.data)
    answers = [
        Given(one["question_id"], one["answer"])
        for one in data.get("answers", ())
        if one["answer"] is not None
    ]
    learner = caller_of(request)
    hand_in(learner=learner, practice_set=row, answers=answers, now=timezone.now())
    done = set_of(learner, kind=row.kind).get(pk=row.pk)
    return SetResultSerializer(result_body(done)).data


def _concepts(ids: Any) -> list[Concept]:
    """Raises NotFound when one of them is not there."""
    wanted = set(ids)
    rows = list(Concept.objects.filter(pk__in=wanted).order_by("pk"))
    if len(rows) < len(wanted):
        raise NotFound(_("There is no concept by one of these ids."))
    return rows
