"""What a learner does with a conversation beside talking: name it, put it away, sum it up."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from config.errors import Conflict, NotFound
from conversations import services
from conversations.contract import contract_of, set_contract
from conversations.forms import ContractForm, TitleForm
from conversations.selectors import conversation_for, saved_source
from conversations.streams.control import request_cancel


@require_POST
@login_required
def rename_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    form = TitleForm(request.POST)
    if form.is_valid():
        _or_404(services.rename_conversation, request, conversation_id, **form.cleaned_data)
        messages.success(request, _("The new name is saved."))
    else:
        messages.error(request, _("A name has 1 to 120 characters. The old one is kept."))
    return _back(request, conversation_id)


@require_POST
@login_required
def delete_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    for message_id in _or_404(services.delete_conversation, request, conversation_id):
        request_cancel(message_id)
    return redirect(f"{reverse('conversations:list')}?deleted={conversation_id}")


@require_POST
@login_required
def restore_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    _or_404(services.restore_conversation, request, conversation_id, now=timezone.now())
    messages.success(request, _("The conversation is back."))
    return redirect("conversations:detail", conversation_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def summary_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """POST sums up what was said since the last time; GET shows the latest summary."""
    if request.method == "POST":
        try:
            _or_404(services.summarise, request, conversation_id, now=timezone.now())
        except Conflict as nothing_said:
            messages.error(request, nothing_said.message)
            return redirect("conversations:detail", conversation_id)
        return redirect("conversations:summary", conversation_id)
    try:
        conversation = conversation_for(caller_of(request), conversation_id)
    except NotFound as error:
        raise Http404 from error
    context = {
        "conversation": conversation,
        "summary": conversation.summaries.order_by("-until").first(),
        "mine": conversation.learner_id == caller_of(request).pk,
    }
    return render(request, "conversations/summary.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_page(request: HttpRequest) -> HttpResponse:
    learner = caller_of(request)
    agreed = contract_of(learner.pk)
    now = {"timing": agreed.timing, "manner": agreed.manner, "per_turn": agreed.per_turn}
    form = ContractForm(request.POST or None, initial=now)
    if form.is_valid():
        set_contract(learner=learner, **form.cleaned_data)
        messages.success(request, _("From the next message on, that is how you are corrected."))
        return redirect("conversations:contract")
    status = 400 if form.is_bound else 200
    return render(request, "conversations/contract.html", {"form": form}, status=status)


@require_safe
@login_required
def saved_page(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """To the card or the list that a quoted word was saved in."""
    kind, pk = saved_source(caller_of(request), source_id)
    if kind is None:
        raise Http404
    return redirect("practice:note" if kind == "note" else "practice:vocabulary_list", pk)


def _or_404(service: Any, request: HttpRequest, conversation_id: UUID, **given: Any) -> Any:
    try:
        return service(learner=caller_of(request), conversation_id=conversation_id, **given)
    except NotFound as error:
        raise Http404 from error


def _back(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """To where the form stood: the conversation, or the list of them."""
    if request.POST.get("from") == "list":
        return redirect("conversations:list")
    return redirect("conversations:detail", conversation_id)
