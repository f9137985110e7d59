"""Quizzes about lessons, questions about pictures, phrases of a text."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from config.api import valid
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from learning.models import ContentItem
from practice.sets import examples
from practice.sets.api import handed_in, visible
from practice.sets.bodies import feedback_body, set_body
from practice.sets.models import PracticeSet
from practice.sets.phrases import extract
from practice.sets.selectors import set_of
from practice.sets.serializers import (
    AnswerFeedbackSerializer,
    ExtractPhrasesSerializer,
    GeneratePictureQuestionsSerializer,
    GenerateQuizSerializer,
    PhrasesSerializer,
    PictureAnswerSerializer,
    PictureQuestionsSerializer,
    QuizSerializer,
    SetResultSerializer,
    SubmitSerializer,
)
from practice.sets.services import (
    answer_at_once,
    make_now,
    request_picture_questions,
    request_quiz,
)

Kind, Status = PracticeSet.Kind, PracticeSet.Status
IN_TIME = (
    "201 with the questions where no provider has to be asked; else 202 with status `generating`: "
    "read it until it is `ready`."
)


class GenerateQuizView(APIView):
    @extend_schema(
        operation_id="quiz_generate",
        tags=["Quizzes"],
        summary="A quiz about a lesson: multiple choice, true or false, short answer",
        description=IN_TIME,
        request=GenerateQuizSerializer,
        responses={201: QuizSerializer, 202: QuizSerializer},
        examples=[
            OpenApiExample("Of a lesson", {"lessonId": examples.CONCEPT_ID}, request_only=True),
            OpenApiExample("Ready", examples.QUIZ, response_only=True, status_codes=["201"]),
            OpenApiExample(
                "Being made",
                examples.QUIZ | examples.UNMADE,
                response_only=True,
                status_codes=["202"],
            ),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        lesson_id = valid(GenerateQuizSerializer, request.data)["lesson_id"]
        rows = ContentItem.objects.visible_to(caller).defer("search")
        made = request_quiz(learner=caller, lesson=get_object_or_404(rows, pk=lesson_id))
        row = _made_now(request, made)
        return Response(QuizSerializer(quiz_body(row)).data, status=_status_of(row))


class QuizView(APIView):
    @extend_schema(
        operation_id="quiz_read",
        tags=["Quizzes"],
        summary="A quiz: never a key before it is handed in",
        responses=QuizSerializer,
        examples=[OpenApiExample("Ready", examples.QUIZ, response_only=True)],
    )
    def get(self, request: Request, quiz_id: UUID) -> Response:
        return Response(QuizSerializer(quiz_body(visible(request, quiz_id, Kind.QUIZ))).data)


class SubmitQuizView(APIView):
    @extend_schema(
        operation_id="quiz_submit",
        tags=["Quizzes"],
        summary="Hand a quiz in; handed in again, the first result stands",
        request=SubmitSerializer,
        responses=SetResultSerializer,
        examples=[
            OpenApiExample("Answers", examples.ANSWERS, request_only=True),
            OpenApiExample("Judged", examples.RESULT, response_only=True),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, quiz_id: UUID) -> Response:
        return Response(handed_in(request, visible(request, quiz_id, Kind.QUIZ)))


class GeneratePictureQuestionsView(APIView):
    @extend_schema(
        operation_id="qa_generate",
        tags=["Pictures"],
        summary="Questions about a picture, from its description",
        description=IN_TIME,
        request=GeneratePictureQuestionsSerializer,
        responses={201: PictureQuestionsSerializer, 202: PictureQuestionsSerializer},
        examples=[
            OpenApiExample(
                "A description",
                {"description": "Una mujer lee en el parque.", "language": "es"},
                request_only=True,
            ),
            OpenApiExample("Ready", examples.PICTURE, response_only=True, status_codes=["201"]),
            OpenApiExample(
                "Being made",
                examples.PICTURE | examples.UNMADE,
                response_only=True,
                status_codes=["202"],
            ),
        ],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        data = valid(GeneratePictureQuestionsSerializer, request.data)
        made = request_picture_questions(learner=caller_of(request), **data)
        row = _made_now(request, made)
        return Response(PictureQuestionsSerializer(picture_body(row)).data, status=_status_of(row))


class PictureQuestionsView(APIView):
    @extend_schema(
        operation_id="qa_read",
        tags=["Pictures"],
        summary="Questions about a picture",
        responses=PictureQuestionsSerializer,
        examples=[OpenApiExample("Ready", examples.PICTURE, response_only=True)],
    )
    def get(self, request: Request, qa_id: UUID) -> Response:
        row = visible(request, qa_id, Kind.PICTURE)
        return Response(PictureQuestionsSerializer(picture_body(row)).data)


class AnswerPictureView(APIView):
    @extend_schema(
        operation_id="qa_answer",
        tags=["Pictures"],
        summary="Answer a question about a picture; told at once whether it is right",
        description="The same answer again gives the same; 409 `already_answered` for another.",
        request=PictureAnswerSerializer,
        responses=AnswerFeedbackSerializer,
        examples=[
            OpenApiExample(
                "A word", {"questionId": examples.QUESTION_ID, "answer": "mujer"}, request_only=True
            ),
            OpenApiExample("Right", examples.FEEDBACK, response_only=True),
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request, qa_id: UUID) -> Response:
        row = visible(request, qa_id, Kind.PICTURE)
        data = valid(PictureAnswerSerializer, request.data)
        given = answer_at_once(
            learner=caller_of(request), practice_set=row, now=timezone.now(), **data
        )
        return Response(AnswerFeedbackSerializer(feedback_body(given.question)).data)


class ExtractPhrasesView(APIView):
    @extend_schema(
        operation_id="phrases_extract",
        tags=["Vocabulary"],
        summary="Useful words and phrases of a text, as they stand in it",
        description=(
            "To be saved with `POST /api/vocabulary/save`: `text` (or `lemma`), `translation`, "
            "`partOfSpeech` (`kind`), `example`."
        ),
        request=ExtractPhrasesSerializer,
        responses=PhrasesSerializer,
        examples=[
            OpenApiExample(
                "A text", {"text": "Como una manzana.", "language": "es"}, request_only=True
            ),
            OpenApiExample("Found", examples.PHRASES, response_only=True),
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        data = valid(ExtractPhrasesSerializer, request.data)
        found = extract(learner=caller_of(request), **data)
        body = {
            "success": True,
            "language": data["language"],
            "phrases": [asdict(one) for one in found],
        }
        return Response(PhrasesSerializer(body).data)


def quiz_body(row: PracticeSet) -> dict[str, Any]:
    return set_body(row) | {"quiz_id": row.pk, "lesson_id": row.lesson_id}


def picture_body(row: PracticeSet) -> dict[str, Any]:
    told = row.context
    return set_body(row) | {
        "qa_id": row.pk,
        "image_url": told.get("image_url", "") or _address_of_image(row),
        "description": told.get("description", ""),
    }


def _address_of_image(row: PracticeSet) -> str:
    return reverse("practice:picture_image", args=[row.pk]) if row.context.get("image") else ""


def _made_now(request: Request, made: PracticeSet) -> PracticeSet:
    """The set with its questions where they need no provider; else as it stands."""
    make_now(practice_set=made, now=timezone.now())
    row: PracticeSet = set_of(caller_of(request), kind=made.kind).get(pk=made.pk)
    return row


def _status_of(row: PracticeSet) -> int:
    return 202 if row.status == Status.GENERATING else 201
