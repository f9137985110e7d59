from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.selectors import current_language
from ai.scenarios import catalogue
from config.errors import NotFound
from config.levels import Level
from conversations.forms import StartConversationForm
from conversations.selectors import (
    branch_of,
    conversation_for,
    conversations_of,
    first_provider,
)
from conversations.services import start_conversation

RECENT = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def conversation_list_page(request: HttpRequest) -> HttpResponse:
    learner = _learner(request)
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    level = language.level or Level.A1
    if request.method == "POST":
        return _start(request, learner, language.language, level)
    context = {
        "language": language,
        "level": level,
        "conversations": conversations_of(learner)[:RECENT],
        "scenarios": catalogue(language.language, level),
        "provider": first_provider(),
    }
    return render(request, "conversations/list.html", context)


def _start(request: HttpRequest, learner: User, language: str, level: str) -> HttpResponse:
    form = StartConversationForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    scenario = form.cleaned_data["scenario"]
    try:
        conversation = start_conversation(
            learner=learner,
            language=language,
            level=(scenario and form.cleaned_data["level"]) or level,
            scenario=scenario,
        )
    except NotFound as error:
        raise Http404 from error
    return redirect("conversations:detail", conversation_id=conversation.pk)


@require_safe
@login_required
def conversation_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    user = _learner(request)
    try:
        conversation = conversation_for(user, conversation_id)
    except NotFound as error:
        raise Http404 from error
    branch = branch_of(conversation, before=_before(request))
    turns = branch.messages
    spoke = [message.provider for message in turns if message.provider]
    context = {
        "conversation": conversation,
        "turns": turns,
        "earlier": branch.earlier,
        "conversations": conversations_of(conversation.learner)[:RECENT],
        "provider": spoke[-1] if spoke else first_provider(),
        "may_write": conversation.learner_id == user.pk,
    }
    return render(request, "conversations/detail.html", context)


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError as error:
        raise Http404 from error


def _learner(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101 - login_required has seen to it; tells mypy
    return request.user
