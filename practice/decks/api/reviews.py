from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from config.api import valid, valid_query
from config.ids import new_id
from learning.today import tell_by_stamp
from practice.decks import examples, services
from practice.decks.queue import due_queue
from practice.decks.sent import BatchParser, ReviewParser, sent_batch, sent_review
from practice.decks.serializers import (
    BatchSerializer,
    DueQuerySerializer,
    DueSerializer,
    OutcomesSerializer,
    ReviewedSerializer,
    ReviewSerializer,
    UndoSerializer,
)
from practice.decks.services import Outcome
from practice.decks.wire import card_body, next_body, outcome_body, queue_body, schedule_body

TAG = ["Reviews"]


class DueView(APIView):
    @extend_schema(
        tags=TAG,
        summary="What to review now, in order, with what each rating would do",
        parameters=[DueQuerySerializer],
        responses=DueSerializer,
        examples=examples.DUE,
    )
    def get(self, request: Request) -> Response:
        caller, now = caller_of(request), timezone.now()
        asked = valid_query(DueQuerySerializer, request)
        queue = due_queue(learner=caller, deck=asked.get("deck"), limit=asked["limit"], now=now)
        return Response(queue_body(queue, now))


class ReviewView(APIView):
    parser_classes = (ReviewParser,)

    @extend_schema(
        tags=TAG,
        summary="Review a card",
        description="400 `invalid_rating`: not on the scale of the card's scheduler. 409 "
        "`client_id_reused`: the id was given to the review of another card. A time to come, or "
        "from before the card was made, counts as now; one before the card's last review takes its "
        "place in the history.",
        request=ReviewSerializer,
        responses=ReviewedSerializer,
        examples=examples.REVIEW,
    )
    def put(self, request: Request, card_id: UUID) -> Response:
        caller, now = caller_of(request), timezone.now()
        data = sent_review(request.data)
        data.setdefault("client_id", new_id())
        tell_by_stamp(request._request)
        outcome = services.review_card(learner=caller, card=card_id, now=now, **data)
        return Response(_reviewed(outcome, now))


class ReviewsView(APIView):
    parser_classes = (BatchParser,)

    @extend_schema(
        tags=TAG,
        summary="Send up to 500 reviews, in the order they were given",
        description="What a page sends after a lost connection. Each has its own result; one that "
        "was sent before is `repeated`, one that cannot be is `refused` with a code.",
        request=BatchSerializer,
        responses=OutcomesSerializer,
        examples=examples.REVIEWS,
    )
    def post(self, request: Request) -> Response:
        answers = sent_batch(request.data)
        caller, now = caller_of(request), timezone.now()
        tell_by_stamp(request._request)
        outcomes = services.review_batch(learner=caller, answers=answers, now=now)
        return Response({"results": [outcome_body(outcome, now) for outcome in outcomes]})


class UndoView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Take back the last review of today",
        description="409 `nothing_to_undo`: there is none, or the one that is meant has another "
        "after it.",
        request=UndoSerializer,
        responses=ReviewedSerializer,
        examples=examples.UNDO,
    )
    def post(self, request: Request) -> Response:
        caller, now = caller_of(request), timezone.now()
        outcome = services.undo_last_review(
            learner=caller, now=now, **valid(UndoSerializer, request.data)
        )
        return Response(_reviewed(outcome, now))


def _reviewed(outcome: Outcome, now: datetime) -> dict[str, Any]:
    schedule, desk = outcome.schedule, outcome.desk
    assert schedule and desk  # noqa: S101, PT018 - it was not refused
    return {
        "card": card_body(schedule.card, schedule),
        "schedule": schedule_body(schedule),
        "next": next_body(schedule, desk, now),
        "repeated": outcome.repeated,
    }
