from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import User
from config.api import NamedArrayPagination, valid
from config.errors import NotFound
from config.idempotency import idempotent
from config.ids import new_id
from config.ratelimit import rate_limited
from practice.vocabulary import examples, services
from practice.vocabulary.lookup import WordFacts, look_up
from practice.vocabulary.models import VocabularyItem, VocabularyList
from practice.vocabulary.selectors import described, lists_for, shown, words_for
from practice.vocabulary.serializers import (
    ChangeItemSerializer,
    ChangeListSerializer,
    ListFieldsSerializer,
    LookUpSerializer,
    MadeCardsSerializer,
    SavedSerializer,
    SaveManySerializer,
    SaveOneSerializer,
    VocabularyItemSerializer,
    VocabularyListDetailSerializer,
    VocabularyListSerializer,
    WordFactsSerializer,
    WordSerializer,
)

TAG = ["Vocabulary"]
ONE_OR_MANY = PolymorphicProxySerializer(
    component_name="WordOrWords",
    serializers=[SaveOneSerializer, SaveManySerializer],
    resource_type_field_name=None,
)


class ItemPagination(NamedArrayPagination):
    array_name = "items"


class SaveView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Save a word, or many as `{items: [...]}`",
        description="Without `listId` each goes to your list of its language. 200: there was "
        "nothing new among them; what is said of a word now is taken over.",
        request=ONE_OR_MANY,
        responses={201: SavedSerializer, 200: SavedSerializer},
        examples=examples.SAVED,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        saved = services.save_words(owner=caller, words=_words(caller, request.data))
        created = sum(one.new for one in saved)
        items = shown([one.item for one in saved], caller)
        body = {"success": True, "items": items, "created": created}
        return Response(SavedSerializer(body).data, status=201 if created else 200)


class VocabularyView(GenericAPIView[VocabularyItem]):
    pagination_class = ItemPagination
    serializer_class = VocabularyItemSerializer

    @extend_schema(
        tags=TAG,
        summary="Words you saved, or of every list you may see; searched with `q`",
        parameters=[
            OpenApiParameter("q", str, description="Either language, with or without accents."),
            OpenApiParameter("scope", str, enum=["mine", "all"]),
            OpenApiParameter("language", str),
            OpenApiParameter("level", str),
            OpenApiParameter("category", str),
            OpenApiParameter("partOfSpeech", str),
        ],
        responses=VocabularyItemSerializer(many=True),
        examples=examples.ITEMS,
    )
    def get(self, request: Request) -> Response:
        caller, asked = caller_of(request), request.query_params
        rows = words_for(
            caller,
            asked=asked.get("q", "").strip()[:100],
            everywhere=asked.get("scope") == "all",
            language=asked.get("language", ""),
            level=asked.get("level", ""),
            category=asked.get("category", ""),
            part_of_speech=asked.get("partOfSpeech", ""),
        )
        page = shown(list(self.paginate_queryset(rows) or []), caller)
        return self.get_paginated_response(VocabularyItemSerializer(page, many=True).data)


class ItemView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Change a word of yours",
        request=ChangeItemSerializer,
        responses=VocabularyItemSerializer,
        examples=examples.ITEM_CHANGED,
    )
    def patch(self, request: Request, item_id: UUID) -> Response:
        caller = caller_of(request)
        changes = valid(ChangeItemSerializer, request.data)
        item = services.update_item(item=_item(caller, item_id), changes=changes, owner=caller)
        return Response(VocabularyItemSerializer(shown([item], caller)[0]).data)

    @extend_schema(tags=TAG, summary="Remove a word of yours", responses={204: None})
    def delete(self, request: Request, item_id: UUID) -> Response:
        services.delete_items(items=[_item(caller_of(request), item_id)])
        return Response(status=204)


class ListsView(GenericAPIView[VocabularyList]):
    pagination_class = ItemPagination
    serializer_class = VocabularyListSerializer

    @extend_schema(
        tags=TAG,
        summary="Word lists: yours, the public ones and the starter lists",
        parameters=[
            OpenApiParameter("language", str),
            OpenApiParameter("scope", str, enum=["mine", "all"]),
        ],
        responses=VocabularyListSerializer(many=True),
        examples=examples.LISTS,
    )
    def get(self, request: Request) -> Response:
        caller, asked = caller_of(request), request.query_params
        mine = asked.get("scope") == "mine"
        rows = lists_for(caller, language=asked.get("language", ""), mine=mine)
        page = described(list(self.paginate_queryset(rows) or []), caller)
        return self.get_paginated_response(VocabularyListSerializer(page, many=True).data)

    @extend_schema(
        tags=TAG,
        summary="Make a list",
        request=ListFieldsSerializer,
        responses={201: VocabularyListSerializer},
        examples=examples.LIST_MADE,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        made = services.create_list(owner=caller, **valid(ListFieldsSerializer, request.data))
        return Response(_list_body(caller, made), status=201)


class ListView(APIView):
    @extend_schema(
        tags=TAG,
        summary="A list with its words",
        responses=VocabularyListDetailSerializer,
        examples=examples.LIST,
    )
    def get(self, request: Request, list_id: UUID) -> Response:
        caller = caller_of(request)
        row = described([get_object_or_404(lists_for(caller), pk=list_id)], caller)[0]
        body = VocabularyListSerializer(row).data
        items = shown(list(row.items.order_by("position", "pk")), caller)
        return Response({**body, "items": VocabularyItemSerializer(items, many=True).data})

    @extend_schema(
        tags=TAG,
        summary="Change a list of yours: its name, or who may see it",
        request=ChangeListSerializer,
        responses=VocabularyListSerializer,
        examples=examples.LIST_CHANGED,
    )
    def patch(self, request: Request, list_id: UUID) -> Response:
        caller = caller_of(request)
        changes = valid(ChangeListSerializer, request.data)
        changed = services.update_list(vocabulary_list=_own_list(caller, list_id), changes=changes)
        return Response(_list_body(caller, changed))

    @extend_schema(tags=TAG, summary="Delete a list of yours", responses={204: None})
    def delete(self, request: Request, list_id: UUID) -> Response:
        services.delete_list(vocabulary_list=_own_list(caller_of(request), list_id))
        return Response(status=204)


class CopyListView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Copy a list to change it at will",
        request=None,
        responses={201: VocabularyListSerializer},
        examples=examples.LIST_COPIED,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request, list_id: UUID) -> Response:
        caller = caller_of(request)
        seen = get_object_or_404(VocabularyList.objects.visible_to(caller), pk=list_id)
        copied = services.copy_list(vocabulary_list=seen, owner=caller)
        return Response(_list_body(caller, copied), status=201)


class ListCardsView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Make cards of a list's words, in your own deck",
        request=None,
        responses=MadeCardsSerializer,
        examples=examples.LIST_CARDS,
    )
    @rate_limited("practice")
    def post(self, request: Request, list_id: UUID) -> Response:
        caller = caller_of(request)
        seen = get_object_or_404(VocabularyList.objects.visible_to(caller), pk=list_id)
        items = list(seen.items.select_related("concept").order_by("position", "pk"))
        made = services.make_cards(learner=caller, items=items)
        return Response(MadeCardsSerializer({"success": True, "created": made}).data)


class LookUpView(APIView):
    @extend_schema(
        tags=TAG,
        summary="Look a word up as it stands in a text",
        description=(
            "In a language the caller studies, it counts a little against knowing the word, once a "
            "`sourceId`. 404 `unknown_word` for what no list has."
        ),
        request=LookUpSerializer,
        responses=WordFactsSerializer,
        examples=examples.LOOK_UP,
    )
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        data = valid(LookUpSerializer, request.data)
        facts = look_up(
            learner=caller_of(request),
            language=data["language"],
            word=data["word"],
            source_id=data.get("source_id") or new_id(),
            now=timezone.now(),
        )
        return Response(WordFactsSerializer(facts_body(facts)).data)


def facts_body(facts: WordFacts) -> dict[str, Any]:
    concept = facts.concept
    return {
        "concept_id": concept.pk if concept else None,
        "lemma": concept.slug if concept else facts.word,
        "level": facts.level,
        "frequency": concept.frequency if concept else None,
        "forms": concept.forms if concept else [],
        "meanings": facts.meanings,
        "examples": [{"text": text, "translation": other} for text, other in facts.examples],
    }


def _words(caller: User, data: Any) -> list[services.NewWord]:
    many = isinstance(data, dict) and "items" in data
    checked = valid(SaveManySerializer if many else SaveOneSerializer, data)
    given = checked["items"] if many else [checked]
    named = [one.get("list_id", checked.get("list_id")) for one in given]
    lists = VocabularyList.objects.editable_by(caller).in_bulk({one for one in named if one})
    if not {one for one in named if one} <= lists.keys():
        raise NotFound
    return [
        WordSerializer().as_word(one | _source(one) | {"into": lists.get(list_id)})
        for one, list_id in zip(given, named, strict=True)
    ]


def _source(data: dict[str, Any]) -> dict[str, Any]:
    source = data.get("source")
    return {"source_type": source["type"], "source_id": source["id"]} if source else {}


def _own_list(caller: User, list_id: UUID) -> VocabularyList:
    owned: VocabularyList = get_object_or_404(
        VocabularyList.objects.editable_by(caller), pk=list_id
    )
    return owned


def _item(caller: User, item_id: UUID) -> VocabularyItem:
    owned = VocabularyList.objects.editable_by(caller)
    item: VocabularyItem = get_object_or_404(
        VocabularyItem.objects.filter(vocabulary_list__in=owned), pk=item_id
    )
    return item


def _list_body(caller: User, row: VocabularyList) -> Any:
    counted = lists_for(caller).get(pk=row.pk)
    return VocabularyListSerializer(described([counted], caller)[0]).data
