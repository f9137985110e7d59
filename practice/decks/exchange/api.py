from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from config.api import valid, valid_query
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from practice.decks import examples
from practice.decks.access import own_deck, seen_deck
from practice.decks.exchange.exporting import CONTENT_TYPES, Exported, export_deck
from practice.decks.exchange.importing import (
    begin_import,
    drop_import,
    preview_import,
    request_import,
)
from practice.decks.exchange.notes import ReadNote
from practice.decks.exchange.serializers import (
    DeckImportSerializer,
    ExportQuerySerializer,
    ImportSerializer,
    TablePreviewSerializer,
)
from practice.decks.exchange.table import DELIMITERS, Preview
from practice.decks.models import DeckImport

TAG = ["Decks and cards"]
_LAYOUT = ("columns", "heading", "delimiter", "encoding")


class FormatIsOurs(DefaultContentNegotiation):
    """`?format=` names the kind of file here, not one of the framework's renderers."""

    def filter_renderers(
        self, renderers: Iterable[BaseRenderer], format: str
    ) -> list[BaseRenderer]:
        return list(renderers)


class ImportView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        tags=TAG,
        summary="Take in cards from an Anki package, a table or our own JSON",
        description="Up to 500 notes are brought in at once (201), more in the background (202: "
        "ask for the import by its id). A second import of a file updates, and doubles nothing; no "
        "review is lost. With `preview` a table is only looked at (200). Refusals have a code: "
        "`not_an_archive`, `unsafe_archive`, `archive_bomb`, `broken_collection`, "
        "`unsafe_collection`, `wrong_values`, `duplicate_guids`, `too_many_notes` and others.",
        request={"multipart/form-data": ImportSerializer},
        responses={
            200: TablePreviewSerializer,
            201: DeckImportSerializer,
            202: DeckImportSerializer,
            413: OpenApiResponse(description="`too_large` or `archive_bomb`."),
        },
        examples=examples.IMPORT,
    )
    @idempotent
    @rate_limited("practice")
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        data = valid(ImportSerializer, _sent(request))
        deck = own_deck(caller, data["deck_id"]) if "deck_id" in data else None
        row = request_import(
            learner=caller,
            upload=data["file"],
            deck=deck,
            language=data.get("language", ""),
            update=data["duplicates"] == "update",
            layout=_layout(data),
        )
        if data["preview"]:
            return Response(preview_body(_previewed(row)))
        begin_import(row=row, now=timezone.now())
        done = row.status == DeckImport.Status.COMPLETED
        return Response(import_body(row), status=201 if done else 202)


class DeckImportView(APIView):
    @extend_schema(
        tags=TAG,
        summary="How far an import of yours is",
        responses=DeckImportSerializer,
        examples=examples.IMPORT_STATE,
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        rows = DeckImport.objects.visible_to(caller_of(request))
        return Response(import_body(get_object_or_404(rows, pk=import_id)))


class ExportView(APIView):
    content_negotiation_class = FormatIsOurs

    @extend_schema(
        tags=TAG,
        summary="A deck you may see as a file, with your own schedule and reviews",
        description="`apkg`: an Anki package that any version opens. `apkg-newest`: the same for "
        "2.1.50 and later, and smaller. `csv`: front, back, kind, "
        "tags, example, language and guid. `json`: all there is.",
        parameters=[ExportQuerySerializer],
        responses={
            (200, kind.split(";")[0]): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()
        },
    )
    @rate_limited("practice", methods=frozenset({"GET"}))
    def get(self, request: Request, deck_id: UUID) -> HttpResponseBase:
        caller = caller_of(request)
        deck = seen_deck(caller, deck_id)
        asked = valid_query(ExportQuerySerializer, request)
        return download(
            export_deck(deck=deck, learner=caller, format=asked["format"], now=timezone.now())
        )


def download(exported: Exported) -> FileResponse:
    """Sent in pieces, and gone when it is sent."""
    answer = FileResponse(
        exported.file,
        as_attachment=True,
        filename=exported.name,
        content_type=exported.content_type,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def import_body(row: DeckImport) -> dict[str, Any]:
    return {
        "id": row.pk,
        "format": row.format,
        "file_name": row.file_name,
        "status": row.status,
        "done": row.done,
        "total": row.total,
        "deck_id": row.deck_id,
        "result": row.result or None,
        "error_code": row.error_code or None,
        "error": row.error or None,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }


def preview_body(shown: Preview) -> dict[str, Any]:
    layout = shown.layout
    return {
        "encoding": layout.encoding,
        "delimiter": next(
            (name for name, one in DELIMITERS.items() if one == layout.delimiter), layout.delimiter
        ),
        "heading": layout.heading,
        "columns": layout.columns,
        "names": shown.names,
        "rows": shown.rows,
        "notes": [_note_body(one) for one in shown.made if isinstance(one, ReadNote)],
        "refused": [asdict(one) for one in shown.refused],
        "total": shown.total,
        "good": shown.good,
    }


def _note_body(read: ReadNote) -> dict[str, Any]:
    note = read.note
    told = {name: getattr(note, name) for name in ("kind", "front", "back", "tags")}
    return {"place": read.place, **told}


def _previewed(row: DeckImport) -> Preview:
    try:
        return preview_import(row=row)
    finally:
        drop_import(row=row)


def _layout(data: dict[str, Any]) -> dict[str, Any]:
    told = {name: data[name] for name in _LAYOUT if name in data}
    if "delimiter" in told:
        told["delimiter"] = DELIMITERS[told["delimiter"]]
    return told


def _sent(request: Request) -> dict[str, Any]:
    """The names are camelCase as on all the wire."""
    sent: Any = request.data
    return {"deck_id" if name == "deckId" else name: one for name, one in sent.items()}
