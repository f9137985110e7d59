from typing import Any
from uuid import UUID

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
from config.errors import NotFound
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from practice.decks import examples, services
from practice.decks.access import own_deck, seen_deck, studied_deck
from practice.decks.models import Deck
from practice.decks.queue import Counts, counts_by_deck
from practice.decks.selectors import cards_in, deck_rows, public_decks
from practice.decks.serializers import (
    ChangeDeckSerializer,
    CopySerializer,
    DeckDetailSerializer,
    DeckSerializer,
    NewDeckSerializer,
    ShareSerializer,
    StudyAnswerSerializer,
    StudySerializer,
    WorkloadQuerySerializer,
    WorkloadSerializer,
)
from practice.decks.services.decks import STUDY_FIELDS
from practice.decks.services.sharing import members_of
from practice.decks.studying import studied
from practice.decks.wire import deck_body, study_body
from practice.decks.workload import workload

TAG = ["Decks and cards"]


class DeckPagination(NamedArrayPagination):
    array_name = "decks"


class DecksView(GenericAPIView[Deck]):
    pagination_class = DeckPagination
    serializer_class = DeckSerializer

    @extend_schema(
        tags=TAG,
        summary="The decks you study, with what is left of today",
        responses=DeckSerializer(many=True),
        examples=examples.DECKS,
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        page = self.paginate_queryset(deck_rows(learner=caller, now=timezone.now())) or []
        return self.get_paginated_response(
            [deck_body(row.deck, row.counts, cards=row.cards, user=caller) for row in page]
        )

    @extend_schema(
        tags=TAG,
        summary="Make a deck",
        request=NewDeckSerializer,
        responses={201: DeckDetailSerializer},
        examples=examples.DECK_MADE,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        deck = services.create_deck(owner=caller, **valid(NewDeckSerializer, request.data))
        return Response(_detail(deck, caller), status=201)


class PublicDecksView(GenericAPIView[Deck]):
    pagination_class = DeckPagination
    serializer_class = DeckSerializer

    @extend_schema(
        tags=TAG,
        summary="Decks that others share with everybody",
        parameters=[OpenApiParameter("language", str), OpenApiParameter("q", str)],
        responses=DeckSerializer(many=True),
        examples=examples.DECKS_PUBLIC,
    )
    def get(self, request: Request) -> Response:
        caller, asked = caller_of(request), request.query_params
        rows = public_decks(
            learner=caller, language=asked.get("language", ""), words=asked.get("q", "")[:100]
        )
        page = self.paginate_queryset(rows) or []
        counts = cards_in(page)
        return self.get_paginated_response(
            [deck_body(deck, Counts(), cards=counts.get(deck.pk, 0), user=caller) for deck in page]
        )


class DeckView(APIView):
    @extend_schema(
        tags=TAG, summary="One deck", responses=DeckDetailSerializer, examples=examples.DECK
    )
    def get(self, request: Request, deck_id: UUID) -> Response:
        caller = caller_of(request)
        return Response(_detail(seen_deck(caller, deck_id), caller))

    @extend_schema(
        tags=TAG,
        summary="Change a deck of yours, and how you study it",
        request=ChangeDeckSerializer,
        responses=DeckDetailSerializer,
        examples=examples.DECK_CHANGED,
    )
    def patch(self, request: Request, deck_id: UUID) -> Response:
        caller, changes = caller_of(request), valid(ChangeDeckSerializer, request.data)
        deck = own_deck(caller, deck_id)
        study = {name: changes.pop(name) for name in STUDY_FIELDS if name in changes}
        services.update_deck(deck=deck, **changes)
        if study:
            services.update_study(deck=deck, learner=deck.owner, **study)
        return Response(_detail(deck, caller))

    @extend_schema(tags=TAG, summary="Delete a deck of yours", responses={204: None})
    def delete(self, request: Request, deck_id: UUID) -> Response:
        services.delete_deck(deck=own_deck(caller_of(request), deck_id), now=timezone.now())
        return Response(status=204)


class StudyView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Change how you study a deck, yours or shared with you",
        request=StudySerializer,
        responses=StudyAnswerSerializer,
        examples=examples.STUDY,
    )
    def patch(self, request: Request, deck_id: UUID) -> Response:
        caller, options = caller_of(request), valid(StudySerializer, request.data)
        deck = studied_deck(caller, deck_id).deck
        return Response(study_body(services.update_study(deck=deck, learner=caller, **options)))


class WorkloadView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Reviews a day for the next 30 days, at a retention of your choice",
        parameters=[WorkloadQuerySerializer],
        responses=WorkloadSerializer,
        examples=examples.WORKLOAD,
    )
    def get(self, request: Request, deck_id: UUID) -> Response:
        caller = caller_of(request)
        asked = valid_query(WorkloadQuerySerializer, request)
        ahead = workload(
            learner=caller,
            found=studied_deck(caller, deck_id),
            now=timezone.now(),
            retention=asked.get("retention"),
        )
        body = {"retention": ahead.retention, "reviews": ahead.reviews, "capped": ahead.capped}
        return Response(body | {"a_day": ahead.a_day})


class CopyView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Copy a deck you may see: the cards are new to you, on a schedule of your own",
        request=CopySerializer,
        responses={201: DeckDetailSerializer},
        examples=examples.DECK_COPIED,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, deck_id: UUID) -> Response:
        caller, data = caller_of(request), valid(CopySerializer, request.data)
        deck = seen_deck(caller, deck_id)
        copy = services.copy_deck(deck=deck, owner=caller, name=data.get("name", ""))
        return Response(_detail(copy, caller), status=201)


class ShareView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Say who may see a deck of yours, and let people study it by their addresses",
        request=ShareSerializer,
        responses=DeckDetailSerializer,
        examples=examples.DECK_SHARED,
    )
    @rate_limited("practice")
    def post(self, request: Request, deck_id: UUID) -> Response:
        caller, data = caller_of(request), valid(ShareSerializer, request.data)
        deck = own_deck(caller, deck_id)
        services.share_deck(deck=deck, visibility=data["visibility"], emails=data["emails"])
        return Response(_detail(deck, caller))


class MembersView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Study a public deck where it stands",
        request=None,
        responses={201: DeckDetailSerializer},
        examples=examples.DECK_JOINED,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, deck_id: UUID) -> Response:
        caller = caller_of(request)
        deck = seen_deck(caller, deck_id)
        services.join_deck(deck=deck, learner=caller)
        return Response(_detail(deck, caller), status=201)


class MemberView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Leave a deck shared with you, or take somebody off a deck of yours",
        responses={204: None},
    )
    def delete(self, request: Request, deck_id: UUID, user_id: UUID) -> Response:
        caller = caller_of(request)
        deck = seen_deck(caller, deck_id)
        if user_id != caller.pk and deck.owner_id != caller.pk:
            raise NotFound
        member = get_object_or_404(User, pk=user_id, shared_decks__deck=deck)
        services.leave_deck(deck=deck, learner=member)
        return Response(status=204)


def _detail(deck: Deck, caller: User) -> dict[str, Any]:
    found = studied(caller, [deck.pk]).get(deck.pk)
    counts = counts_by_deck(learner=caller, now=timezone.now()) if found else {}
    cards = cards_in([deck]).get(deck.pk, 0)
    members = members_of(deck) if deck.owner_id == caller.pk else []
    return deck_body(deck, counts.get(deck.pk, Counts()), cards=cards, user=caller) | {
        "study": study_body(found.by) if found else None,
        "members": [{"id": member.pk, "name": member.name} for member in members],
    }
