from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import current_language
from config.api import NamedArrayPagination, valid, valid_query
from config.errors import DomainError, NotFound
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from practice.decks import examples, services
from practice.decks.access import own_deck, seen_deck
from practice.decks.api.decks import TAG
from practice.decks.media import checked, content_type_of
from practice.decks.models import Card, CardSchedule, Note, ReviewLog
from practice.decks.selectors import cards_of, history_of
from practice.decks.serializers import (
    BulkSerializer,
    CardsChangedSerializer,
    CardSerializer,
    CardsQuerySerializer,
    CardsSerializer,
    ChangeCardSerializer,
    LogSerializer,
    MediaSerializer,
    NewCardSerializer,
    NewCardsSerializer,
    SuspendSerializer,
)
from practice.decks.services import NewNote
from practice.decks.studying import decks_studied_by
from practice.decks.wire import card_body, log_body

ONE_OR_MANY = PolymorphicProxySerializer(
    component_name="NewCardOrCards",
    serializers=[NewCardSerializer, NewCardsSerializer],
    resource_type_field_name=None,
)
CARD_OR_CARDS = PolymorphicProxySerializer(
    component_name="CardOrCards",
    serializers=[CardSerializer, CardsSerializer],
    resource_type_field_name=None,
)


class CardPagination(NamedArrayPagination):
    array_name = "cards"


class HistoryPagination(NamedArrayPagination):
    array_name = "reviews"


class DeckCardsView(GenericAPIView[Card]):
    pagination_class = CardPagination
    serializer_class = CardSerializer

    @extend_schema(
        tags=TAG,
        summary="The cards of a deck, searched and filtered, the latest first",
        parameters=[CardsQuerySerializer],
        responses=CardSerializer(many=True),
        examples=examples.CARDS,
    )
    def get(self, request: Request, deck_id: UUID) -> Response:
        caller, asked = caller_of(request), _asked(request)
        rows = cards_of(decks=[seen_deck(caller, deck_id).pk], learner=caller, **asked)
        return self.get_paginated_response(_bodies(self.paginate_queryset(rows) or []))

    @extend_schema(
        tags=TAG,
        summary="Add a card, or many as `{cards: [...]}`",
        description="A note of several sides or gaps makes several cards; one that is sent alone "
        "is answered with its first. A source the deck has already makes no second card.",
        request=ONE_OR_MANY,
        responses={201: CARD_OR_CARDS},
        examples=examples.CARDS_ADDED,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, deck_id: UUID) -> Response:
        caller = caller_of(request)
        deck = own_deck(caller, deck_id)
        if isinstance(request.data, dict) and "cards" in request.data:
            sent = valid(NewCardsSerializer, request.data)["cards"]
            notes = services.add_notes(deck=deck, notes=[_new(one) for one in sent])
            return Response({"cards": _made(notes, deck.owner)}, status=201)
        note = services.add_note(deck=deck, **_fields(valid(NewCardSerializer, request.data)))
        return Response(_made([note], deck.owner)[0], status=201)


class CardsView(GenericAPIView[Card]):
    pagination_class = CardPagination
    serializer_class = CardSerializer

    @extend_schema(
        tags=TAG,
        summary="Search the cards of every deck you study",
        parameters=[CardsQuerySerializer],
        responses=CardSerializer(many=True),
        examples=examples.CARDS,
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        mine = decks_studied_by(caller)
        rows = cards_of(decks=mine, learner=caller, **_asked(request))
        return self.get_paginated_response(_bodies(self.paginate_queryset(rows) or []))

    @extend_schema(
        tags=TAG,
        summary="Make a single card, in the deck of its language that takes them",
        description="200: there was a card of that source already, and this is it.",
        request=NewCardSerializer,
        responses={201: CardSerializer, 200: CardSerializer},
        examples=examples.CARD_MADE,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller, data = caller_of(request), valid(NewCardSerializer, request.data)
        studies = current_language(caller)
        language = data.get("language") or (studies.language if studies else "")
        deck = services.default_deck(learner=caller, language=language)
        began = timezone.now()
        note = services.add_note(deck=deck, **_fields(data))
        status = 201 if note.created_at >= began else 200
        return Response(_made([note], caller)[0], status=status)


class CardView(APIView):
    @extend_schema(tags=TAG, summary="One card", responses=CardSerializer, examples=examples.CARD)
    def get(self, request: Request, card_id: UUID) -> Response:
        caller = caller_of(request)
        card = _card(Card.objects.visible_to(caller), card_id)
        return Response(_one(card, caller))

    @extend_schema(
        tags=TAG,
        summary="Edit the note of a card of yours",
        description="Cards of the same note change with it. A card whose gap is gone is deleted "
        "with its reviews; if that is this one, another card of the note is the answer.",
        request=ChangeCardSerializer,
        responses=CardSerializer,
        examples=examples.CARD_CHANGED,
    )
    def patch(self, request: Request, card_id: UUID) -> Response:
        caller, changes = caller_of(request), valid(ChangeCardSerializer, request.data)
        note = _card(Card.objects.editable_by(caller), card_id).note
        services.update_note(note=note, **changes)
        cards = Card.objects.filter(note=note).select_related("note", "deck")
        card = cards.filter(pk=card_id).first() or cards.order_by("ordinal")[0]
        return Response(_one(card, caller))

    @extend_schema(
        tags=TAG,
        summary="Delete the note of a card of yours, with all its cards",
        responses={204: None},
    )
    def delete(self, request: Request, card_id: UUID) -> Response:
        card = _card(Card.objects.editable_by(caller_of(request)), card_id)
        services.delete_notes(notes=[card.note])
        return Response(status=204)


class SuspendView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Keep a card out of your reviews, or let it back",
        request=SuspendSerializer,
        responses=CardSerializer,
        examples=examples.CARD_SUSPENDED,
    )
    def post(self, request: Request, card_id: UUID) -> Response:
        caller, data = caller_of(request), valid(SuspendSerializer, request.data)
        card = _card(Card.objects.filter(deck__in=decks_studied_by(caller)), card_id)
        services.suspend(learner=caller, cards=[card.pk], suspended=data["suspended"])
        return Response(_one(card, caller))


class HistoryView(GenericAPIView[ReviewLog]):
    pagination_class = HistoryPagination
    serializer_class = LogSerializer

    @extend_schema(
        tags=TAG,
        summary="Your reviews of a card and your right uses of it elsewhere, the latest first",
        responses=LogSerializer(many=True),
        examples=examples.CARD_HISTORY,
    )
    def get(self, request: Request, card_id: UUID) -> Response:
        caller = caller_of(request)
        card = _card(Card.objects.visible_to(caller), card_id)
        page = self.paginate_queryset(history_of(card=card, learner=caller)) or []
        return self.get_paginated_response([log_body(log) for log in page])


class BulkView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Do one thing to many cards",
        request=BulkSerializer,
        responses=CardsChangedSerializer,
        examples=examples.CARDS_CHANGED,
    )
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller, data = caller_of(request), valid(BulkSerializer, request.data)
        deck_id = data.get("deck_id")
        changed = services.change_cards(
            learner=caller,
            cards=data["card_ids"],
            action=data["action"],
            tags=data.get("tags", ()),
            deck=own_deck(caller, deck_id) if deck_id else None,
            now=timezone.now(),
        )
        return Response({"changed": changed})


class MediaView(APIView):
    """The sound, or the picture, of a card's note: `what` is set where the address is."""

    what = "audio"
    parser_classes = (MultiPartParser,)

    @extend_schema(
        tags=TAG,
        summary="The file on a card",
        responses={
            (200, "audio/*"): OpenApiTypes.BINARY,
            (200, "image/*"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, card_id: UUID) -> HttpResponseBase:
        card = _card(Card.objects.visible_to(caller_of(request)), card_id)
        stored = getattr(card.note, self.what)
        if not stored or not stored.storage.exists(stored.name):
            raise NotFound
        answer = FileResponse(stored.open("rb"), content_type=content_type_of(stored.name))
        answer["Cache-Control"] = "private, max-age=3600"
        return answer

    @extend_schema(
        tags=TAG,
        summary="Put a file on a card of yours, at most 5 MB",
        request={"multipart/form-data": MediaSerializer},
        responses={200: CardSerializer, 415: OpenApiResponse(description="Not such a file.")},
        examples=examples.CARD_MEDIA,
    )
    @rate_limited("practice", methods=frozenset({"PUT"}))
    def put(self, request: Request, card_id: UUID) -> Response:
        caller = caller_of(request)
        card = _card(Card.objects.editable_by(caller), card_id)
        upload = request.FILES.get("file")
        if upload is None:
            raise DomainError(details={"file": [_("Send the file as `file`.")]})
        services.update_note(note=card.note, **{self.what: checked(upload, self.what)})
        return Response(_one(card, caller))

    @extend_schema(tags=TAG, summary="Take the file off a card of yours", responses={204: None})
    def delete(self, request: Request, card_id: UUID) -> Response:
        card = _card(Card.objects.editable_by(caller_of(request)), card_id)
        services.update_note(note=card.note, **{self.what: ""})
        return Response(status=204)


def _asked(request: Request) -> dict[str, Any]:
    asked = valid_query(CardsQuerySerializer, request)
    return {"words": asked.pop("q"), **asked}


def _card(rows: Any, card_id: UUID) -> Card:
    card: Card = get_object_or_404(rows.select_related("note", "deck"), pk=card_id)
    return card


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """What a client sent of a card, as `add_note` and NewNote take it."""
    source = data.pop("source", None)
    told = {"source_type": source["type"], "source_id": source["id"]} if source else {}
    return {**data, **told}


def _new(data: dict[str, Any]) -> NewNote:
    return NewNote(**_fields(dict(data)))


def _made(notes: Iterable[Note], learner: User) -> list[dict[str, Any]]:
    rows = Card.objects.filter(note__in=list(notes)).select_related("note", "deck")
    cards = list(rows.order_by("note_id", "ordinal"))
    schedules = CardSchedule.objects.filter(learner=learner, card__in=cards)
    own = {schedule.card_id: schedule for schedule in schedules}
    return [card_body(card, own.get(card.pk)) for card in cards]


def _one(card: Card, learner: User) -> dict[str, Any]:
    return card_body(card, CardSchedule.objects.filter(learner=learner, card=card).first())


def _bodies(cards: Iterable[Any]) -> list[dict[str, Any]]:
    return [card_body(card, card.own[0] if card.own else None) for card in cards]
