from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.callers import caller_of
from accounts.forms import add_refusal
from accounts.selectors import current_language
from config.errors import DomainError, NotFound
from config.ratelimit import rate_limited
from practice.decks.access import seen_deck
from practice.decks.exchange.api import download
from practice.decks.exchange.exporting import FORMATS, export_deck
from practice.decks.exchange.forms import LayoutForm, UploadForm
from practice.decks.exchange.importing import (
    begin_import,
    drop_import,
    preview_import,
    request_import,
)
from practice.decks.exchange.table import Preview
from practice.decks.models import Deck, DeckImport

form_page = require_http_methods(["GET", "HEAD", "POST"])
Status, Format = DeckImport.Status, DeckImport.Format
RECENT = 10


@form_page
@login_required
@rate_limited("practice")
def import_page(request: HttpRequest) -> HttpResponse:
    """A file to take in. A table is looked at first, anything else begins at once."""
    learner = caller_of(request)
    language = current_language(learner)
    start = {
        "language": language.language if language else "",
        "deck": request.GET.get("deck", ""),
        "update": True,
    }
    decks = Deck.objects.live().filter(owner=learner).order_by("name", "pk")
    form = UploadForm(request.POST or None, request.FILES or None, decks=decks, initial=start)
    if form.is_valid():
        row = _requested(form, learner)
        if row:
            return redirect("practice:import", row.pk)
    recent = DeckImport.objects.filter(learner=learner).filter(options__has_key="begun")
    context = {"form": form, "recent": recent.select_related("deck").order_by("-pk")[:RECENT]}
    return render(request, "practice/import.html", context, status=400 if form.errors else 200)


@form_page
@login_required
@rate_limited("practice")
def import_progress_page(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """How far a file is; of a table that has not begun, what would be made of it."""
    row = get_object_or_404(
        DeckImport.objects.filter(learner=caller_of(request)).select_related("deck", "learner"),
        pk=import_id,
    )
    if row.status == Status.WAITING and not row.options.get("begun"):
        return _table_page(request, row)
    if request.method == "POST":
        return redirect("practice:import", row.pk)
    htmx = bool(getattr(request, "htmx", False))
    context = {"row": row, "percent": round(100 * row.done / row.total) if row.total else 0}
    decks = Deck.objects.live().filter(pk__in=row.result.get("decks", ())).order_by("name", "pk")
    context["decks"] = decks if row.status == Status.COMPLETED else ()
    return render(
        request, "practice/_import.html" if htmx else "practice/import_done.html", context
    )


@require_safe
@login_required
@rate_limited("practice", methods=frozenset({"GET"}))
def export_page(request: HttpRequest, deck_id: UUID) -> HttpResponseBase:
    learner, deck = caller_of(request), seen_deck(caller_of(request), deck_id)
    format = request.GET.get("format", "apkg")
    if format not in FORMATS:
        raise NotFound
    return download(export_deck(deck=deck, learner=learner, format=format, now=timezone.now()))


def _requested(form: UploadForm, learner: Any) -> DeckImport | None:
    """The import, begun unless it is a table; none, with its reason on the form, if refused."""
    chosen, row = form.cleaned_data, None
    try:
        row = request_import(
            learner=learner,
            upload=chosen["file"],
            deck=chosen["deck"],
            language=chosen["language"],
            update=chosen["update"],
        )
        if row.format == Format.CSV:
            preview_import(row=row)
        else:
            begin_import(row=row, now=timezone.now())
    except DomainError as refusal:
        form.add_error("file", refusal.message)
        if row and row.format == Format.CSV:
            drop_import(row=row)
        return None
    return row


def _table_page(request: HttpRequest, row: DeckImport) -> HttpResponse:
    shown = preview_import(row=row)
    names = shown.names
    start = LayoutForm.initial_of(shown.layout)
    form = LayoutForm(request.POST or None, names=names, initial=start)
    if form.is_valid():
        layout = form.layout(shown.layout)
        try:
            if "begin" in request.POST and layout["columns"]:
                begin_import(row=row, now=timezone.now(), **layout)
                return redirect("practice:import", row.pk)
            row.options |= layout
            shown = preview_import(row=row)
            row.save(update_fields=["options"])
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            form = LayoutForm(names=shown.names, initial=LayoutForm.initial_of(shown.layout))
    context = {"row": row, "form": form, "shown": shown, "cells": _cells(shown)}
    return render(
        request, "practice/import_table.html", context, status=400 if form.errors else 200
    )


def _cells(shown: Preview) -> list[list[str]]:
    """Rows of one width."""
    width = len(shown.names)
    return [[*row[:width], *[""] * (width - len(row))] for row in shown.rows]
