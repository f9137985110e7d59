from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response as ApiResponse
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import User
from assessments import examples
from assessments.feedback import spoken
from assessments.models import Assessment
from assessments.selectors import (
    certainty_of,
    feedback_on,
    finished_before,
    fitting_items,
    history_row,
    question_view,
    result_of,
    tells_at_once,
)
from assessments.serializers import (
    AnswerOutcomeSerializer,
    AnswerSerializer,
    AssessmentRowSerializer,
    AssessmentSerializer,
    CreateAssessmentSerializer,
    CreatedAssessmentSerializer,
    HistoryQuerySerializer,
    QuestionSerializer,
    ResultSerializer,
    SubmitAssessmentSerializer,
    SubmittedSerializer,
)
from assessments.services import (
    GivenAnswer,
    Outcome,
    answer_question,
    current_question,
    start_assessment,
    submit_assessment,
)
from config.api import NamedArrayPagination, valid, valid_query
from config.errors import Conflict, Forbidden, NotFound
from config.idempotency import idempotent
from config.ratelimit import rate_limited

TAG = ["Assessments"]


class CreateAssessmentView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Start an assessment, or go on with the one under way",
        request=CreateAssessmentSerializer,
        responses={201: CreatedAssessmentSerializer},
        examples=examples.CREATE,
    )
    @idempotent
    @rate_limited("assessment")
    def post(self, request: Request) -> ApiResponse:
        data = valid(CreateAssessmentSerializer, request.data)
        learner = only_the_learner(caller_of(request), data.get("user_id"))
        assessment = start_assessment(
            learner=learner,
            language=data["language"],
            assessment_type=data["assessment_type"],
            topics=data.get("topics", ()),
            difficulty=data.get("difficulty_level", ""),
        )
        body = {
            "success": True,
            "session_id": assessment.learning_session_id,
            "assessment_id": assessment.pk,
            "user_history": finished_before(assessment),
            "recommended_content": fitting_items(assessment),
            "message": "Assessment session created successfully",
            "question": open_question(assessment),
        }
        return ApiResponse(CreatedAssessmentSerializer(body).data, status=201)


class AssessmentView(APIView):
    @extend_schema(
        tags=TAG,
        summary="An assessment with its open question, or its result",
        responses=AssessmentSerializer,
        examples=examples.ASSESSMENT,
    )
    def get(self, request: Request, assessment_id: UUID) -> ApiResponse:
        user = caller_of(request)
        assessment = visible(user, assessment_id)
        mine = assessment.learner_id == user.pk
        question = open_question(assessment) if mine else None
        if question is None:
            assessment.refresh_from_db()
        body = history_row(assessment) | {
            "topics": assessment.topics,
            "certainty": certainty_of(assessment),
            "question": question,
            "result": result_of(assessment),
        }
        return ApiResponse(AssessmentSerializer(body).data)


class AnswerView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Answer the open question; get the next, or the result",
        description=(
            "A placement and a final do not tell right from wrong until they are over: `correct` "
            "and `feedback` are null until the last answer. A progress test tells at once. A free "
            "text is stored and read afterwards: its judgement comes with the result. Sending the "
            "same answer again changes nothing. 409 `stale_question`: another question is open; "
            "409 `assessment_over`."
        ),
        request=AnswerSerializer,
        responses=AnswerOutcomeSerializer,
        examples=examples.ANSWER,
    )
    def post(self, request: Request, assessment_id: UUID) -> ApiResponse:
        user = caller_of(request)
        assessment = visible(user, assessment_id)
        only_the_learner(user, assessment.learner_id)
        data = valid(AnswerSerializer, request.data)
        outcome = answer_question(assessment=assessment, **data)
        return ApiResponse(AnswerOutcomeSerializer(outcome_body(outcome)).data)


class SubmitView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Hand a whole assessment in",
        description=(
            "`sessionId` is the one `create` gave. A response names a question by its id in this "
            "assessment or by an item's id; questions and keys are the server's, so what the body "
            "says of them (`correctAnswer` too) is checked for shape and otherwise ignored."
        ),
        request=SubmitAssessmentSerializer,
        responses=SubmittedSerializer,
        examples=examples.SUBMIT,
    )
    @idempotent
    @rate_limited("assessment")
    def post(self, request: Request) -> ApiResponse:
        data = valid(SubmitAssessmentSerializer, request.data)
        learner = only_the_learner(caller_of(request), data["user_id"])
        assessment = submit_assessment(
            learner=learner,
            session_id=data["session_id"],
            language=data["language"],
            assessment_type=data["assessment_type"],
            answers=[given_answer(row) for row in data["responses"]],
        )
        body = {
            "success": True,
            "assessment_id": assessment.pk,
            "session_id": assessment.learning_session_id,
            "result": result_of(assessment),
        }
        return ApiResponse(SubmittedSerializer(body).data)


class ResultView(APIView):
    @extend_schema(
        tags=TAG,
        summary="What a finished assessment found",
        description="409 `assessment_not_over` while it is under way or was given up.",
        responses={200: ResultSerializer, 409: OpenApiResponse(description="There is none.")},
        examples=examples.RESULT,
    )
    def get(self, request: Request, assessment_id: UUID) -> ApiResponse:
        result = result_of(visible(caller_of(request), assessment_id))
        if result is None:
            raise Conflict(_("This assessment has no result."), code="assessment_not_over")
        return ApiResponse(ResultSerializer(result).data)


class AssessmentPagination(NamedArrayPagination):
    array_name = "assessments"


class HistoryView(GenericAPIView[Assessment]):
    """Assessments, the latest first: one's own, or a student's whom the caller may see."""

    pagination_class = AssessmentPagination
    queryset = Assessment.objects.none()
    serializer_class = AssessmentRowSerializer

    @extend_schema(
        tags=TAG,
        summary="Assessments taken, the latest first",
        parameters=[
            OpenApiParameter("studentId", UUID, description="A student you may see."),
            OpenApiParameter("language", str, description="Only this language."),
        ],
        responses=AssessmentRowSerializer(many=True),
        examples=examples.HISTORY,
    )
    def get(self, request: Request) -> ApiResponse:
        query = valid_query(HistoryQuerySerializer, request)
        learner = visible_learner(caller_of(request), query.get("student_id"))
        rows = Assessment.objects.filter(learner=learner).order_by("-created_at")
        if "language" in query:
            rows = rows.filter(language=query["language"])
        page = self.paginate_queryset(rows) or []
        data = AssessmentRowSerializer([history_row(row) for row in page], many=True).data
        return self.get_paginated_response(data)


def visible(user: User, assessment_id: UUID) -> Assessment:
    found = (
        Assessment.objects.visible_to(user)
        .select_related("learning_session", "learner")
        .filter(pk=assessment_id)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


def visible_learner(user: User, learner_id: UUID | None) -> User:
    if learner_id in (None, user.pk):
        return user
    found: User | None = User.objects.visible_to(user).filter(pk=learner_id).first()
    if found is None:
        raise NotFound()
    return found


def only_the_learner(user: User, learner_id: UUID | None) -> User:
    """The caller, if it is them: whoever may see a learner still does not answer for them."""
    if visible_learner(user, learner_id) != user:
        raise Forbidden(_("Only the learner can do this."), code="only_the_learner")
    return user


def open_question(assessment: Assessment) -> dict[str, Any] | None:
    question = current_question(assessment)
    if question is None:
        return None
    native = assessment.learner.native_language
    return QuestionSerializer(question_view(question, native=native)).data


def outcome_body(outcome: Outcome) -> dict[str, Any]:
    assessment = outcome.assessment
    body = {"answered": answered_body(outcome)}
    if outcome.question:
        native = assessment.learner.native_language
        return body | {"question": question_view(outcome.question, native=native)}
    return body | {"result": result_of(assessment)}


def answered_body(outcome: Outcome) -> dict[str, Any]:
    row = outcome.response
    body = {"question_id": row.pk, "correct": None, "feedback": None, "correct_answer": None}
    if outcome.question and not tells_at_once(outcome.assessment):
        return body | {"note": ""}
    told = feedback_on(row)
    return body | {
        "correct": row.correct,
        "feedback": spoken(told),
        "correct_answer": told["correct_answer"],
        "note": row.note,
    }


def given_answer(row: dict[str, Any]) -> GivenAnswer:
    return GivenAnswer(
        question_id=row["question_id"],
        answer=row["user_answer"],
        time_spent=row["time_spent"],
        confidence=row.get("confidence"),
    )
