"""The review page: the server gives the first cards with the page, a script asks for the rest."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from djangorestframework_camel_case.util import camelize

from accounts.callers import caller_of
from practice.decks.models import Deck
from practice.decks.queue import due_queue
from practice.decks.studying import decks_studied_by
from practice.decks.wire import queue_body

AT_ONCE = 20
NOBODY = UUID(int=0)
"""Where the page's script puts the note of the card at hand."""


@require_safe
@never_cache
@login_required
def review_page(request: HttpRequest, deck_id: UUID | None = None) -> HttpResponse:
    """What is due of one deck, or of all."""
    learner, now = caller_of(request), timezone.now()
    deck = get_object_or_404(decks_studied_by(learner), pk=deck_id) if deck_id else None
    queue = due_queue(learner=learner, deck=deck_id, limit=AT_ONCE, now=now)
    start: dict[str, Any] = camelize(queue_body(queue, now))
    editable = Deck.objects.editable_by(learner).filter(owner=learner)
    context = {
        "deck": deck,
        "start": start,
        "counts": queue.counts,
        "editable": list(editable.values_list("pk", flat=True)),
        "nobody": NOBODY,
    }
    return render(request, "practice/review.html", context)
