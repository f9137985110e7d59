from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import current_language
from accounts.starts import start_without_language
from ai.errors import ContentBlocked
from ai.factory import has_model
from config.errors import Forbidden, NotFound
from config.ratelimit import rate_limited
from learning.companions import services
from learning.companions.defaults import DEFAULTS
from learning.companions.forms import CompanionForm, CompanionsForm
from learning.companions.limits import PlanLimitReached, companions_allowed, sessions_allowed
from learning.companions.models import Companion
from learning.companions.selectors import companion_for, companions_of, own_companion, talks_with

ON_A_PAGE = 24


@require_safe
@login_required
def companions_page(request: HttpRequest) -> HttpResponse:
    learner = caller_of(request)
    language = current_language(learner)
    if language is None:
        return redirect(start_without_language(learner))
    form = CompanionsForm(request.GET)
    wanted = form.wanted()
    rows = companions_of(
        learner,
        language=language.language,
        topic=wanted["topic"],
        subject=wanted["subject"],
    )
    context = {
        "language": language,
        "form": form,
        "filtered": any(wanted.values()),
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "allowed": companions_allowed(learner),
    }
    return render(request, "learning/companions/list.html", context)


@require_safe
@login_required
def companion_page(request: HttpRequest, companion_id: UUID) -> HttpResponse:
    learner = caller_of(request)
    companion = _or_404(learner, companion_id)
    context = {
        "companion": companion,
        "mine": companion.author_id == learner.pk,
        "talks": talks_with(learner, companion),
        "allowed": sessions_allowed(learner),
        "by_model": has_model(),
    }
    return render(request, "learning/companions/companion.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("practice")
def new_companion_page(request: HttpRequest) -> HttpResponse:
    author = caller_of(request)
    allowed = companions_allowed(author)
    form = CompanionForm(request.POST or None, initial=_suggested(author))
    if form.is_valid():
        try:
            made = services.create_companion(author=author, fields=form.cleaned_data)
        except (ContentBlocked, PlanLimitReached) as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your companion is ready."))
            return redirect("learning:companion", made.pk)
    context = {"form": form, "allowed": allowed}
    return render(request, "learning/companions/form.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("practice")
def change_companion_page(request: HttpRequest, companion_id: UUID) -> HttpResponse:
    companion = _own_or_404(caller_of(request), companion_id)
    told = {name: getattr(companion, name) for name in services.TOLD}
    form = CompanionForm(request.POST or None, initial=told)
    if form.is_valid():
        try:
            services.change_companion(companion=companion, fields=form.cleaned_data)
        except ContentBlocked as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved. It is like that from the next message on."))
            return redirect("learning:companion", companion.pk)
    context = {"form": form, "companion": companion}
    return render(request, "learning/companions/form.html", context, status=_status(form))


@require_POST
@login_required
def delete_companion_page(request: HttpRequest, companion_id: UUID) -> HttpResponse:
    services.delete_companion(companion=_own_or_404(caller_of(request), companion_id))
    messages.success(request, _("The companion is deleted. Your conversations with it are kept."))
    return redirect("learning:companions")


@require_POST
@login_required
def bookmark_page(request: HttpRequest, companion_id: UUID) -> HttpResponse:
    learner = caller_of(request)
    companion = _or_404(learner, companion_id)
    if request.POST.get("do") == "remove":
        services.remove_bookmark(user=learner, companion=companion)
    else:
        services.bookmark(user=learner, companion=companion)
    to = request.POST.get("next", "")
    if to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return redirect(to)
    return redirect("learning:companion", companion.pk)


def _suggested(author: User) -> dict[str, Any]:
    studied = current_language(author)
    language = studied.language if studied else ""
    return {**DEFAULTS, "subject": Companion.Subject.LANGUAGE, "language": language}


def _status(form: CompanionForm) -> int:
    return 400 if form.is_bound else 200


def _or_404(learner: User, companion_id: UUID) -> Companion:
    try:
        return companion_for(learner, companion_id)
    except NotFound as error:
        raise Http404 from error


def _own_or_404(learner: User, companion_id: UUID) -> Companion:
    try:
        return own_companion(learner, companion_id)
    except (NotFound, Forbidden) as error:
        raise Http404 from error
