from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import current_language
from ai.factory import has_model
from ai.scenarios import catalogue
from config.errors import NotFound
from config.levels import Level
from conversations.forms import StartConversationForm
from conversations.memory.selectors import was_asked
from conversations.models import Conversation
from conversations.moderation.safety import safety_message
from conversations.moderation.selectors import in_distress
from conversations.openers import openers
from conversations.selectors import (
    branch_of,
    conversation_for,
    conversations_of,
    first_provider,
    unbegun,
)
from conversations.services import UNDO, chosen_companion, start_conversation
from learning.companions.limits import PlanLimitReached
from learning.companions.selectors import companions_of

ON_A_PAGE = 20
LONGEST_SEARCH = 100
COMPANIONS_SHOWN = 3
ASK_AFTER = timedelta(days=1)
"""An account's age from which on it is asked whether the tutor may remember."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def conversation_list_page(request: HttpRequest) -> HttpResponse:
    learner = caller_of(request)
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    level = language.level or Level.A1
    if request.method == "POST":
        return _start(request, learner, language.language, level)
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    # Where nothing was said yet is nothing to look for: it stands at the end, not at the top.
    talked = F("last_message_at").desc(nulls_last=True)
    rows = conversations_of(learner, search=search).order_by(talked, "-created_at")
    context = {
        "language": language,
        "level": level,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "search": search,
        "scenarios": catalogue(language.language, level),
        "companions": companions_of(learner, language=language.language)[:COMPANIONS_SHOWN],
        "deleted": _deleted(request, learner),
        "ask_memory": _may_ask_memory(learner),
    }
    return render(request, "conversations/list.html", context)


def _start(request: HttpRequest, learner: User, language: str, level: str) -> HttpResponse:
    form = StartConversationForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    scenario, companion_id = form.cleaned_data["scenario"], form.cleaned_data["companion"]
    left = None if scenario or companion_id else unbegun(learner, language, level)
    if left:
        return redirect("conversations:detail", conversation_id=left.pk)
    try:
        conversation = start_conversation(
            learner=learner,
            language=language,
            level=(scenario and form.cleaned_data["level"]) or level,
            scenario=scenario,
            companion=chosen_companion(learner, companion_id),
        )
    except NotFound as error:
        raise Http404 from error
    except PlanLimitReached as refusal:
        messages.error(request, refusal.message)
        return redirect("learning:companion", companion_id)
    return redirect("conversations:detail", conversation_id=conversation.pk)


def _deleted(request: HttpRequest, learner: User) -> Conversation | None:
    """What was just put away, to be brought back in one step."""
    wanted = _uuid(request, "deleted")
    if wanted is None:
        return None
    mine = Conversation.objects.filter(learner=learner, deleted_at__gte=timezone.now() - UNDO)
    return mine.filter(pk=wanted).first()


def _may_ask_memory(learner: User) -> bool:
    """Not of a newcomer, who has more pressing things to decide."""
    return timezone.now() - learner.created_at > ASK_AFTER and not was_asked(learner)


@require_safe
@login_required
def conversation_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The end of the conversation; `?before=` a message or `?at=` one, an earlier part to read."""
    user = caller_of(request)
    try:
        conversation = conversation_for(user, conversation_id)
    except NotFound as error:
        raise Http404 from error
    branch = branch_of(conversation)
    before, at = _uuid(request, "before"), _uuid(request, "at")
    if at and conversation.messages.filter(pk=at).exists():
        elsewhere = all(message.pk != at for message in branch.messages)
    else:
        at, elsewhere = None, before is not None
    if elsewhere:
        branch = branch_of(conversation, before=before, until=at)
    mine = conversation.learner_id == user.pk
    safety = safety_message(user.native_language)
    if mine:
        distressed = in_distress([message.pk for message in branch.messages])
        for message in branch.messages:
            message.safety = safety if message.pk in distressed else None
    spoke = [message.provider for message in branch.messages if message.provider]
    context = {
        "conversation": conversation,
        "turns": branch.messages,
        "earlier": branch.earlier,
        "elsewhere": elsewhere,
        "provider": spoke[-1] if spoke else first_provider(),
        "mine": mine,
        "learner": "" if mine else conversation.learner.name,
        "may_write": mine and not elsewhere,
        "openers": _openers(conversation) if mine and not branch.messages else [],
        "safety": safety,
        "translates": has_model(),
    }
    return render(request, "conversations/detail.html", context)


def _openers(conversation: Conversation) -> list[str]:
    name = conversation.learner.get_short_name()
    return openers(conversation.language, conversation.level, name=name)


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET[name]) if name in request.GET else None
    except ValueError as error:
        raise Http404 from error
