from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import current_language
from config.errors import DomainError
from config.ratelimit import rate_limited
from practice.vocabulary import services
from practice.vocabulary.forms import ListForm, WordForm
from practice.vocabulary.models import VocabularyItem, VocabularyList
from practice.vocabulary.selectors import described, lists_for, shown, words_for

ON_A_PAGE = 50
OWN_ON_A_PAGE = 20
"""On the page that leads to the lists as well."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("practice")
def vocabulary_page(request: HttpRequest) -> HttpResponse:
    """The learner's words and every list they may see; a search looks through all. POST saves."""
    learner = caller_of(request)
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    form = WordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        word = services.NewWord(language=language.language, **form.cleaned_data)
        services.save_words(owner=learner, words=[word])
        messages.success(request, _("“%(word)s” is saved.") % {"word": word.text})
        return redirect("practice:vocabulary")
    asked = request.GET.get("q", "").strip()[:100]
    rows = words_for(learner, asked=asked, everywhere=bool(asked), language=language.language)
    page = Paginator(rows.select_related("vocabulary_list"), OWN_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    lists = described(list(lists_for(learner, language=language.language)), learner)
    context = {
        "language": language,
        "form": form,
        "asked": asked,
        "page": page,
        "words": shown(list(page), learner),
        "mine": [row for row in lists if row.owned],
        "others": [row for row in lists if not row.owned],
    }
    return render(request, "practice/vocabulary.html", context, status=400 if form.errors else 200)


@require_safe
@login_required
def list_page(request: HttpRequest, list_id: UUID) -> HttpResponse:
    learner = caller_of(request)
    row = described([get_object_or_404(lists_for(learner), pk=list_id)], learner)[0]
    page = Paginator(row.items.order_by("position", "pk"), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"list": row, "page": page, "words": shown(list(page), learner)}
    return render(request, "practice/vocabulary_list.html", context)


@require_POST
@login_required
@rate_limited("practice")
def make_list_page(request: HttpRequest) -> HttpResponse:
    learner, form = caller_of(request), ListForm(request.POST)
    language = current_language(learner)
    if language is None or not form.is_valid():
        messages.error(request, _("Give the list a name of at most 120 characters."))
        return redirect("practice:vocabulary")
    try:
        made = services.create_list(
            owner=learner, name=form.cleaned_data["name"], language=language.language
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("practice:vocabulary")
    return redirect("practice:vocabulary_list", made.pk)


@require_POST
@login_required
@rate_limited("practice")
def copy_list_page(request: HttpRequest, list_id: UUID) -> HttpResponse:
    learner = caller_of(request)
    seen = get_object_or_404(VocabularyList.objects.visible_to(learner), pk=list_id)
    copied = services.copy_list(vocabulary_list=seen, owner=learner)
    messages.success(request, _("The list is copied. This one is yours to change."))
    return redirect("practice:vocabulary_list", copied.pk)


@require_POST
@login_required
def delete_list_page(request: HttpRequest, list_id: UUID) -> HttpResponse:
    owned = VocabularyList.objects.filter(owner=caller_of(request))
    services.delete_list(vocabulary_list=get_object_or_404(owned, pk=list_id))
    messages.success(request, _("The list is deleted. Cards made from it stay."))
    return redirect("practice:vocabulary")


@require_POST
@login_required
@rate_limited("practice")
def list_cards_page(request: HttpRequest, list_id: UUID) -> HttpResponse:
    learner = caller_of(request)
    seen = get_object_or_404(VocabularyList.objects.visible_to(learner), pk=list_id)
    items = list(seen.items.select_related("concept").order_by("position", "pk"))
    _make_cards(request, learner, items)
    return redirect("practice:vocabulary_list", list_id)


@require_POST
@login_required
@rate_limited("practice")
def word_card_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """A card of one word; back to where it was asked for."""
    learner = caller_of(request)
    item = get_object_or_404(
        VocabularyItem.objects.filter(
            vocabulary_list__in=VocabularyList.objects.visible_to(learner)
        ),
        pk=item_id,
    )
    _make_cards(request, learner, [item])
    asked_at = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked_at, allowed_hosts=None):
        return redirect(asked_at)
    return redirect("practice:vocabulary_list", item.vocabulary_list_id)


@require_POST
@login_required
def delete_word_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    owned = VocabularyList.objects.filter(owner=caller_of(request))
    item = get_object_or_404(VocabularyItem.objects.filter(vocabulary_list__in=owned), pk=item_id)
    services.delete_items(items=[item])
    return redirect("practice:vocabulary_list", item.vocabulary_list_id)


def _make_cards(request: HttpRequest, learner: User, items: list[VocabularyItem]) -> None:
    try:
        made = services.make_cards(learner=learner, items=items)
    except DomainError as error:
        messages.error(request, error.message)
        return
    if not made:
        messages.info(request, _("The cards are there already."))
        return
    text = ngettext("%(count)d word is in your cards.", "%(count)d words are in your cards.", made)
    messages.success(request, text % {"count": made})
