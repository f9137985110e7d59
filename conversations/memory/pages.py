from collections.abc import Callable, Iterable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import learner_record
from config.errors import DomainError, NotFound
from conversations.memory import services
from conversations.memory.extraction.builtin import SPEAKS
from conversations.memory.forms import (
    KeptForForm,
    MemoryFilterForm,
    MemoryForm,
    PauseForm,
    tomorrow,
)
from conversations.memory.models import Memory
from conversations.memory.selectors import consent_of, counts_of, memories_of, memory_for
from learning.companions.selectors import companions_known_to
from learning.models import Companion

ON_A_PAGE = 20


@require_safe
@login_required
def memory_page(request: HttpRequest) -> HttpResponse:
    learner, now = caller_of(request), timezone.now()
    asked = MemoryFilterForm(request.GET).asked()
    rows = memories_of(learner, **asked)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    consent = consent_of(learner)
    context = {
        "page": page,
        "consent": consent,
        "paused": consent.paused(now),
        "counts": counts_of(learner),
        "asked": asked,
        "namespaces": Memory.Namespace.choices,
        "filtered": bool(asked["namespace"] or asked["search"]),
        "tomorrow": tomorrow(now, learner.timezone),
        "needs_model": learner.native_language not in SPEAKS,
        "record": learner_record(learner),
        "companions": _name_companions(learner, page.object_list),
    }
    return render(request, "conversations/memory/list.html", context)


def _name_companions(learner: User, memories: Iterable[Memory]) -> list[Companion]:
    """The companions a memory may be kept for; each memory gets the one it is kept for."""
    kept_for = {memory.companion_id for memory in memories if memory.companion_id}
    companions = companions_known_to(learner, also=kept_for)
    by_id = {companion.pk: companion for companion in companions}
    for memory in memories:
        memory.companion = memory.companion_id and by_id.get(memory.companion_id)
    return companions


@require_POST
@login_required
def change_page(request: HttpRequest, memory_id: UUID) -> HttpResponse:
    try:
        memory = memory_for(caller_of(request), memory_id)
    except NotFound as error:
        raise Http404 from error
    act = CHANGES.get(request.POST.get("do", ""))
    if act is None:
        return HttpResponseBadRequest()
    try:
        messages.success(request, act(request, memory))
    except DomainError as refusal:
        if "companion_id" in (refusal.details or {}):
            raise Http404 from refusal
        messages.error(request, _("Use 1 to 240 characters. What was remembered is as it was."))
    return _back(request)


@require_POST
@login_required
def consent_page(request: HttpRequest) -> HttpResponse:
    act = CONSENTS.get(request.POST.get("do", ""))
    if act is None:
        return HttpResponseBadRequest()
    try:
        messages.success(request, act(request))
    except DomainError:
        messages.error(request, _("Choose a day within the next year."))
    return _back(request)


def _rewrite(request: HttpRequest, memory: Memory) -> str:
    form = MemoryForm(request.POST)
    if not form.is_valid():
        raise DomainError
    services.change(memory=memory, changes=form.cleaned_data, now=timezone.now())
    return _("It is remembered in your words now.")


def _pin(request: HttpRequest, memory: Memory) -> str:
    services.change(memory=memory, changes={"pinned": True}, now=timezone.now())
    return _("Pinned. It is never put away, and does not fade.")


def _unpin(request: HttpRequest, memory: Memory) -> str:
    services.change(memory=memory, changes={"pinned": False}, now=timezone.now())
    return _("Not pinned any more.")


def _keep_for(request: HttpRequest, memory: Memory) -> str:
    form = KeptForForm(request.POST)
    if not form.is_valid():
        raise DomainError(details={"companion_id": []})
    companion = form.cleaned_data["companion"]
    services.change(memory=memory, changes={"companion_id": companion}, now=timezone.now())
    if companion:
        return _("From now on it is told to that companion alone.")
    return _("From now on it is told to the tutor and every companion.")


def _end(request: HttpRequest, memory: Memory) -> str:
    services.expire(memory=memory, now=timezone.now())
    return _("Kept as something that was true before. The tutor does not use it.")


def _forget(request: HttpRequest, memory: Memory) -> str:
    services.forget(memory=memory)
    return _("Forgotten, with everything that came of it.")


def _unfill(request: HttpRequest, memory: Memory) -> str:
    services.unfill(memory=memory)
    return _("Taken out of your profile.")


CHANGES: dict[str, Callable[[HttpRequest, Memory], str]] = {
    "rewrite": _rewrite,
    "pin": _pin,
    "unpin": _unpin,
    "keep_for": _keep_for,
    "end": _end,
    "forget": _forget,
    "unfill": _unfill,
}


def _give(request: HttpRequest) -> str:
    services.give_consent(
        learner=caller_of(request),
        now=timezone.now(),
        share_with_tutor="share" in request.POST,
        include_earlier="earlier" in request.POST,
    )
    return _("The tutor may remember you. The first notes come a day after a conversation.")


def _decline(request: HttpRequest) -> str:
    services.withdraw_consent(learner=caller_of(request), forget=False)
    return _("Nothing is remembered. You can change your mind under Settings, Memory.")


def _erase(request: HttpRequest) -> str:
    services.withdraw_consent(learner=caller_of(request), forget=True)
    return _("Everything is forgotten, and nothing new is remembered.")


def _pause(request: HttpRequest) -> str:
    form, learner = PauseForm(request.POST), caller_of(request)
    if not form.is_valid():
        raise DomainError
    services.pause(learner=learner, until=form.moment(learner.timezone), now=timezone.now())
    return _("Paused. What you say until then is never read for memories.")


def _resume(request: HttpRequest) -> str:
    services.pause(learner=caller_of(request), until=None, now=timezone.now())
    return _("The tutor remembers again, from now on.")


def _share(request: HttpRequest) -> str:
    services.set_sharing(learner=caller_of(request), share=True)
    return _("Your tutor may see what is remembered, when you ask for them.")


def _unshare(request: HttpRequest) -> str:
    services.set_sharing(learner=caller_of(request), share=False)
    return _("Your tutor does not see what is remembered.")


CONSENTS: dict[str, Callable[[HttpRequest], str]] = {
    "give": _give,
    "decline": _decline,
    "erase": _erase,
    "pause": _pause,
    "resume": _resume,
    "share": _share,
    "unshare": _unshare,
}


def _back(request: HttpRequest) -> HttpResponse:
    """To where it was asked for, within the site."""
    to = request.POST.get("next", "")
    if to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return redirect(to)
    return redirect("conversations:memory")
