from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import LearnerLanguage, User
from accounts.selectors import current_language
from config.api import NamedArrayPagination, valid, valid_query
from config.errors import Conflict
from config.idempotency import idempotent
from config.levels import LEVELS, difficulty_of
from config.ratelimit import rate_limited
from learning.content import examples
from learning.content.bodies import (
    content_body,
    explanation_of,
    given_body,
    next_body,
    result_body,
    run_body,
)
from learning.content.exercises import answer_task, begin_exercise, run_of, show_hint
from learning.content.models import ContentItem
from learning.content.selectors import recommended, shelf
from learning.content.serializers import (
    ContentDetailSerializer,
    ContentQuerySerializer,
    ContentRowSerializer,
    HintGivenSerializer,
    HintSerializer,
    OfferSerializer,
    RecommendedQuerySerializer,
    RunSerializer,
    TaskAnswerSerializer,
    TaskOutcomeSerializer,
)

TAG = ["Content"]


class ContentPagination(NamedArrayPagination):
    array_name = "content"


class ContentListView(GenericAPIView[ContentItem]):
    pagination_class = ContentPagination
    queryset = ContentItem.objects.none()
    serializer_class = ContentRowSerializer

    @extend_schema(
        operation_id="content_list",
        tags=TAG,
        summary="Lessons, exercises and conversation starters",
        parameters=[ContentQuerySerializer],
        responses=ContentRowSerializer(many=True),
        examples=[OpenApiExample("One", examples.ROW, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        query = valid_query(ContentQuerySerializer, request)
        caller = caller_of(request)
        rows = shelf(
            caller,
            search=query.get("q", ""),
            topic=query.get("topic", ""),
            native=caller.native_language,
            language=query.get("language", ""),
            level=query.get("level", ""),
            content_type=query.get("content_type", ""),
        )
        if "difficulty_level" in query:
            wanted = query["difficulty_level"]
            rows = rows.filter(level__in=[one for one in LEVELS if difficulty_of(one) == wanted])
        page: Any = self.paginate_queryset(rows)
        return self.get_paginated_response(ContentRowSerializer(page, many=True).data)


class RecommendedView(GenericAPIView[ContentItem]):
    pagination_class = ContentPagination
    queryset = ContentItem.objects.none()
    serializer_class = OfferSerializer

    @extend_schema(
        operation_id="content_recommended",
        tags=TAG,
        summary="What to learn next, and why: weak areas first",
        description=(
            "Chosen from what was missed, what is weak or fading, what comes next at the level, "
            "and what the learner wants. 409 `no_language`: no language is studied yet."
        ),
        parameters=[RecommendedQuerySerializer],
        responses={
            200: OfferSerializer(many=True),
            409: OpenApiResponse(description="No language is studied yet."),
        },
        examples=[OpenApiExample("One", examples.RECOMMENDATION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        query = valid_query(RecommendedQuerySerializer, request)
        learner = caller_of(request)
        language, level = _studied(learner, query.get("language", ""))
        offers = recommended(learner=learner, language=language, level=level, now=timezone.now())
        kind = query.get("content_type", "")
        offers = [one for one in offers if not kind or one.candidate.content_type == kind]
        page: Any = self.paginate_queryset(offers)
        return self.get_paginated_response(OfferSerializer(page, many=True).data)


class ContentView(APIView):
    @extend_schema(
        operation_id="content_read",
        tags=TAG,
        summary="A piece of content; of an exercise never the key",
        responses=ContentDetailSerializer,
        examples=[OpenApiExample("An exercise", examples.DETAIL, response_only=True)],
    )
    def get(self, request: Request, content_id: UUID) -> Response:
        caller, item = caller_of(request), visible(request, content_id)
        run = run_of(caller, item)
        concepts = [{"concept_id": one.pk, "name": one.name} for one in item.concepts.all()]
        body = {
            "concepts": concepts,
            "content": content_body(item, caller.native_language),
            "run": RunSerializer(run_body(caller, run)).data if run else None,
        }
        return Response(ContentRowSerializer(item).data | body)


class BeginView(APIView):
    @extend_schema(
        operation_id="content_begin",
        tags=TAG,
        summary="Begin an exercise, or go on with it",
        description="404 `no_exercise`: lessons and conversation starters have nothing to answer.",
        request=None,
        responses={201: RunSerializer},
        examples=[OpenApiExample("Begun", examples.RUN, response_only=True, status_codes=["201"])],
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, content_id: UUID) -> Response:
        learner, item = caller_of(request), visible(request, content_id)
        run = begin_exercise(learner=learner, item=item, now=timezone.now())
        return Response(RunSerializer(run_body(learner, run)).data, status=201)


class HintView(APIView):
    @extend_schema(
        operation_id="content_hint",
        tags=TAG,
        summary="Ask for help with a task",
        description="The answer then counts for less. Asking again changes nothing.",
        request=HintSerializer,
        responses=HintGivenSerializer,
        examples=[
            OpenApiExample("Which", {"taskId": "slip-1"}, request_only=True),
            OpenApiExample(
                "Help",
                {"taskId": "slip-1", "hint": "Soy", "explanation": "Use estar for states."},
                response_only=True,
            ),
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request, content_id: UUID) -> Response:
        learner, item = caller_of(request), visible(request, content_id)
        task_id = valid(HintSerializer, request.data)["task_id"]
        run = show_hint(learner=learner, item=item, task_id=task_id, now=timezone.now())
        hint = next(task.get("hint", "") for task in run.tasks if task["id"] == task_id)
        told = explanation_of(item, learner.native_language)
        body = {"task_id": task_id, "hint": hint, "explanation": told}
        return Response(HintGivenSerializer(body).data)


class AnswerView(APIView):
    @extend_schema(
        operation_id="content_answer",
        tags=TAG,
        summary="Answer a task of an exercise",
        description=(
            "The server judges; the first answer begins the exercise. The same answer sent again "
            "changes nothing. 409 `already_answered`: another answer was given; 409 "
            "`exercise_over`: begin again to go through it once more."
        ),
        request=TaskAnswerSerializer,
        responses=TaskOutcomeSerializer,
        examples=[
            OpenApiExample(
                "Typed", {"taskId": "slip-1", "answer": "Estoy cansado."}, request_only=True
            ),
            OpenApiExample(
                "I don't know", {"taskId": "slip-1", "dontKnow": True}, request_only=True
            ),
            OpenApiExample("Right", examples.OUTCOME, response_only=True),
        ],
    )
    @rate_limited("practice")
    def post(self, request: Request, content_id: UUID) -> Response:
        learner, item = caller_of(request), visible(request, content_id)
        data = valid(TaskAnswerSerializer, request.data)
        outcome = answer_task(learner=learner, item=item, now=timezone.now(), **data)
        body = {
            "answered": given_body(outcome.answer, outcome.task),
            "next": next_body(outcome.run),
            "result": result_body(learner, outcome.run),
        }
        return Response(TaskOutcomeSerializer(body).data)


def visible(request: Any, content_id: UUID) -> ContentItem:
    rows: QuerySet[ContentItem] = ContentItem.objects.visible_to(caller_of(request))
    return get_object_or_404(rows.defer("search"), pk=content_id)


def _studied(learner: User, language: str) -> tuple[str, str]:
    """A language and the learner's level in it. Raises Conflict `no_language`."""
    known: LearnerLanguage | None = (
        learner.languages.filter(language=language).first()
        if language
        else current_language(learner)
    )
    if known is None and not language:
        raise Conflict(_("Say what you want to learn first."), code="no_language")
    return (known.language, known.level) if known else (language, "")
