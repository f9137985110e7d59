from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from accounts.forms import add_refusal
from accounts.models import User
from accounts.selectors import current_language
from config.errors import DomainError, NotFound
from config.ratelimit import rate_limited
from practice.decks import services
from practice.decks.access import own_deck, seen_deck, studied_deck
from practice.decks.charts import load_chart
from practice.decks.faces import Face, face_of
from practice.decks.forms import BulkForm, DeckForm, FindForm, ShareForm, StudyForm
from practice.decks.models import Card, CardSchedule, Deck
from practice.decks.queue import Counts, counts_by_deck
from practice.decks.selectors import (
    cards_in,
    cards_of,
    deck_rows,
    minutes_for,
    public_decks,
    tags_of,
)
from practice.decks.services.sharing import members_of
from practice.decks.studying import Studied, calendar_of
from practice.decks.workload import workload

ON_A_PAGE = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@login_required
@rate_limited("practice")
def decks_page(request: HttpRequest) -> HttpResponse:
    """The learner's decks with what is left of today. POST makes one."""
    learner, now = caller_of(request), timezone.now()
    language = current_language(learner)
    start = {"language": language.language if language else ""}
    form = DeckForm(request.POST or None, initial=start)
    if form.is_valid():
        deck = services.create_deck(owner=learner, **form.cleaned_data)
        messages.success(request, _("The deck is made. Add its first card."))
        return redirect("practice:new_note", deck.pk)
    rows = deck_rows(learner=learner, now=now)
    left = sum(row.counts.total for row in rows)
    context = {
        "form": form,
        "rows": rows,
        "left": left,
        "minutes": minutes_for(learner=learner, cards=left, now=now) if left else 0,
    }
    return render(request, "practice/decks.html", context, status=400 if form.errors else 200)


@require_safe
@login_required
def public_decks_page(request: HttpRequest) -> HttpResponse:
    learner = caller_of(request)
    language = current_language(learner)
    asked = request.GET.get("q", "").strip()[:100]
    code = "" if "all" in request.GET or language is None else language.language
    rows = public_decks(learner=learner, language=code, words=asked)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    counts = cards_in(page.object_list)
    decks = [(deck, counts.get(deck.pk, 0)) for deck in page]
    context = {"asked": asked, "page": page, "decks": decks, "language": code}
    return render(request, "practice/public_decks.html", context)


@require_safe
@login_required
def deck_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    """A deck's cards, searched and filtered; what may be done with it depends on whose it is."""
    learner, deck = caller_of(request), seen_deck(caller_of(request), deck_id)
    find = FindForm(request.GET)
    asked = find.asked()
    rows = cards_of(decks=[deck.pk], learner=learner, **asked)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    counts = counts_by_deck(learner=learner, now=now)
    mine = deck.owner_id == learner.pk
    context = {
        "deck": deck,
        "find": find,
        "asked": asked,
        "searching": any(asked.values()),
        "page": page,
        "cards": [_row(card) for card in page],
        "counts": counts.get(deck.pk, Counts()),
        "now": now,
        "studied": deck.pk in counts,
        "mine": mine,
        "tags": tags_of(deck),
        "others": Deck.objects.live().filter(owner=learner).exclude(pk=deck.pk) if mine else (),
        "actions": BulkForm.base_fields["action"].choices,  # type: ignore[attr-defined]
    }
    return render(request, "practice/deck.html", context)


@require_POST
@login_required
@rate_limited("practice")
def bulk_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    """One thing done to the cards ticked on a deck's page."""
    learner, deck = caller_of(request), seen_deck(caller_of(request), deck_id)
    here = Card.objects.filter(deck=deck, pk__in=_ids(request)).values_list("pk", flat=True)
    form = BulkForm(
        request.POST,
        decks=Deck.objects.live().filter(owner=learner),
        cards=[(str(pk), str(pk)) for pk in here],
    )
    if not form.is_valid():
        messages.error(request, _("Tick at least one card, then choose what to do with it."))
        return _to_list(request, deck)
    try:
        changed = _change(form, learner)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        text = ngettext("%(count)d changed.", "%(count)d changed.", changed)
        messages.success(request, text % {"count": changed})
    return _to_list(request, deck)


def _to_list(request: HttpRequest, deck: Deck) -> HttpResponse:
    """Back to the cards as they were searched and turned to."""
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"{reverse('practice:deck', args=[deck.pk])}{asked}")


@form_page
@login_required
@rate_limited("practice")
def deck_settings_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    """How the learner studies a deck, with the work it makes; for its owner, its name too."""
    learner, found = caller_of(request), studied_deck(caller_of(request), deck_id)
    form = StudyForm(request.POST or None, initial=StudyForm.initial_of(found.by))
    mine = found.deck.owner_id == learner.pk
    about = {name: getattr(found.deck, name) for name in ("name", "language", "description")}
    deck_form = DeckForm(request.POST or None, initial=about) if mine else None
    if form.is_valid() and (deck_form is None or deck_form.is_valid()):
        if deck_form:
            services.update_deck(deck=found.deck, **deck_form.cleaned_data)
        try:
            services.update_study(deck=found.deck, learner=learner, **form.options())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. Cards have their new dates."))
            return redirect("practice:deck", deck_id)
    context = {"deck": found.deck, "form": form, "deck_form": deck_form, "fitted": found.by}
    context |= _load(found, learner, found.by.desired_retention)
    return render(
        request, "practice/deck_settings.html", context, status=400 if form.errors else 200
    )


@require_safe
@login_required
def workload_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    """The chart alone, while the retention is being moved."""
    learner, found = caller_of(request), studied_deck(caller_of(request), deck_id)
    asked = request.GET.get("desired_retention", "")
    share = int(asked) / 100 if asked.isdecimal() and 70 <= int(asked) <= 98 else 0.9
    return render(request, "practice/_workload.html", _load(found, learner, share))


@form_page
@login_required
@rate_limited("practice")
def share_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    deck = own_deck(caller_of(request), deck_id)
    form = ShareForm(request.POST or None, initial={"visibility": deck.visibility})
    if form.is_valid():
        try:
            came = services.share_deck(deck=deck, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _shared_words(came))
            return redirect("practice:share_deck", deck.pk)
    context = {"deck": deck, "form": form, "members": members_of(deck)}
    return render(request, "practice/share.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def leave_page(request: HttpRequest, deck_id: UUID, user_id: UUID) -> HttpResponse:
    """A member leaves, or the owner takes a member off."""
    learner, deck = caller_of(request), seen_deck(caller_of(request), deck_id)
    if user_id != learner.pk and deck.owner_id != learner.pk:
        raise NotFound
    member = get_object_or_404(User, pk=user_id, shared_decks__deck=deck)
    services.leave_deck(deck=deck, learner=member)
    messages.success(request, _("Done. The reviews stay on record."))
    if user_id == learner.pk:
        return redirect("practice:decks")
    return redirect("practice:share_deck", deck.pk)


@require_POST
@login_required
@rate_limited("practice")
def copy_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    copy = services.copy_deck(deck=seen_deck(caller_of(request), deck_id), owner=caller_of(request))
    messages.success(request, _("The deck is copied. This one is yours to change."))
    return redirect("practice:deck", copy.pk)


@require_POST
@login_required
@rate_limited("practice")
def join_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    deck = seen_deck(caller_of(request), deck_id)
    services.join_deck(deck=deck, learner=caller_of(request))
    messages.success(request, _("The deck is on your shelf."))
    return redirect("practice:deck", deck.pk)


@require_POST
@login_required
def delete_deck_page(request: HttpRequest, deck_id: UUID) -> HttpResponse:
    services.delete_deck(deck=own_deck(caller_of(request), deck_id), now=timezone.now())
    messages.success(request, _("The deck is deleted."))
    return redirect("practice:decks")


def _ids(request: HttpRequest) -> list[UUID]:
    ids = []
    for text in request.POST.getlist("cards")[:500]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


def _change(form: BulkForm, learner: User) -> int:
    chosen = form.cleaned_data
    return services.change_cards(
        learner=learner,
        cards=[UUID(pk) for pk in chosen["cards"]],
        action=chosen["action"],
        tags=[chosen["tag"]] if chosen["tag"] else (),
        deck=chosen["deck"],
        now=timezone.now(),
    )


def _row(card: Any) -> tuple[Card, Face, CardSchedule | None]:
    """A card of `cards_of` as the list shows it."""
    return card, face_of(card), card.own[0] if card.own else None


def _load(found: Studied, learner: User, retention: float) -> dict[str, Any]:
    now = timezone.now()
    asked = None if retention == found.by.desired_retention else retention
    ahead = workload(learner=learner, found=found, now=now, retention=asked)
    return {
        "chart": load_chart(ahead, today=calendar_of(learner).day(now)),
        "ahead": ahead,
        "minutes": minutes_for(learner=learner, cards=round(ahead.a_day), now=now),
    }


def _shared_words(came: list[User]) -> str:
    if not came:
        return _("Saved.")
    names = ", ".join(user.name for user in came)
    return _("Saved. On the shelf of %(names)s now.") % {"names": names}
