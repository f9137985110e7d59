from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.callers import caller_of
from accounts.forms import add_refusal
from config.errors import DomainError
from config.ratelimit import rate_limited
from practice.decks import services
from practice.decks.access import own_deck
from practice.decks.faces import face_of
from practice.decks.forms import NoteForm
from practice.decks.media import checked
from practice.decks.models import Deck, Note
from practice.decks.pages import form_page
from practice.decks.selectors import history_of_note

MOST_LINES = 30
MOST_FILLED_IN = 1000


@form_page
@login_required
@rate_limited("practice")
def new_note_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    """One note after another, of the same kind and language; `front` is filled in for the first."""
    deck = own_deck(caller_of(request), deck_id)
    kind = request.GET.get("kind", Note.Kind.BASIC)
    front = request.GET.get("front", "")[:MOST_FILLED_IN]
    start = {"kind": kind, "language": deck.language, "front": front}
    form = NoteForm(request.POST or None, request.FILES or None, initial=start)
    if form.is_valid():
        try:
            services.add_note(deck=deck, **_note_fields(form))
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Added. The next one:"))
            address = f"?kind={form.cleaned_data['kind']}"
            return redirect(f"{request.path}{address}")
    context = {"deck": deck, "form": form, "note": None}
    return render(request, "practice/note.html", context, status=400 if form.errors else 200)


@form_page
@login_required
@rate_limited("practice")
def note_page(request: HttpRequest, note_id: UUID) -> HttpResponse:
    learner = caller_of(request)
    mine = Note.objects.filter(deck__in=Deck.objects.editable_by(learner))
    note = get_object_or_404(mine.select_related("deck"), pk=note_id)
    start = NoteForm.initial_of(note)
    form = NoteForm(request.POST or None, request.FILES or None, initial=start)
    if form.is_valid():
        try:
            services.update_note(note=note, **_note_fields(form))
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(_back(request, note))
    context = {
        "back": _back(request, note) if "from" in request.GET else "",
        "deck": note.deck,
        "form": form,
        "note": note,
        "cards": [(card, face_of(card)) for card in note.cards.order_by("ordinal")],
        "history": history_of_note(note=note, learner=learner)[:MOST_LINES],
    }
    return render(request, "practice/note.html", context, status=400 if form.errors else 200)


def _back(request: HttpRequest, note: Note) -> str:
    """Where the note was opened from: the deck, or the review of it or of all."""
    place = request.GET.get("from")
    if place == "review":
        return reverse("practice:review")
    return reverse(
        "practice:review_deck" if place == "deck" else "practice:deck", args=[note.deck_id]
    )


@require_POST
@login_required
def delete_note_page(request: HttpRequest, note_id: UUID) -> HttpResponse:
    mine = Note.objects.filter(deck__in=Deck.objects.editable_by(caller_of(request)))
    note = get_object_or_404(mine, pk=note_id)
    services.delete_notes(notes=[note])
    messages.success(request, _("Deleted."))
    return redirect("practice:deck", note.deck_id)


def _note_fields(form: NoteForm) -> dict[str, Any]:
    """What the form says, files only where one was chosen. Raises WrongMedia or TooLarge."""
    fields = dict(form.cleaned_data)
    for what in ("audio", "image"):
        upload = fields.pop(what)
        if upload:
            fields[what] = checked(upload, what)
    return fields
