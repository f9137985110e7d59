from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from accounts.errors import LinkRefused
from config.errors import DomainError, Forbidden, NotFound
from config.ratelimit import rate_limited
from conversations.handover import services
from conversations.handover.context import brief_context
from conversations.handover.forms import AnswerForm, AskForm, VerdictForm
from conversations.handover.mail import request_of_link
from conversations.handover.models import TutorRequest
from conversations.handover.packet import shown_packet
from conversations.handover.selectors import (
    request_for,
    requests_of,
    require_staff,
    student_of,
    students_of,
)
from conversations.selectors import branch_of, conversation_for

ON_A_PAGE = 50
MOST_WAITING = 50
SAID = 30
"""Messages of the thread that a request shows; the conversation's page has all."""

View = Callable[..., HttpResponse]


def refused(view: View) -> View:
    """A service's refusal as a page says it: absent is 404, what may not be is 403."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except NotFound as error:
            raise Http404 from error
        except Forbidden as error:
            raise PermissionDenied from error

    return shown


@require_safe
@login_required
@refused
def queue_page(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    require_staff(caller)
    waiting = requests_of(caller, status="open").exclude(learner=caller)
    students = Paginator(students_of(caller), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"waiting": waiting[:MOST_WAITING], "students": students, "tutoring": True}
    return render(request, "conversations/handover/queue.html", context)


@require_safe
@login_required
@refused
def student_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    caller = caller_of(request)
    require_staff(caller)
    student = student_of(caller, student_id)
    context = brief_context(student, now=timezone.now())
    context["requests"] = requests_of(caller, student_id=student.pk)[:SAID]
    return render(request, "conversations/handover/student.html", context | {"tutoring": True})


@require_safe
@login_required
@refused
def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """For a tutor. The learner is led to their conversation, where the answer stands."""
    found = request_for(caller_of(request), request_id)
    if found.learner_id == caller_of(request).pk:
        return redirect("conversations:detail", conversation_id=found.conversation_id)
    return _shown(request, found, AnswerForm())


@require_POST
@login_required
@refused
def take_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _moved(request, services.take_request, request_id, "tutor")


@require_POST
@login_required
@refused
def return_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _moved(request, services.return_to_ai, request_id, "user")


@require_POST
@login_required
@refused
def withdraw_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _moved(request, services.withdraw, request_id, "learner")


@require_POST
@login_required
@refused
def answer_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    caller, form = caller_of(request), AnswerForm(request.POST)
    found = request_for(caller, request_id)
    if not form.is_valid():
        return _shown(request, found, form, status=400)
    try:
        services.answer_request(tutor=caller, request_id=found.pk, text=form.cleaned_data["text"])
    except DomainError as error:
        if isinstance(error, Forbidden):
            raise
        form.add_error("text", error.message)
        return _shown(request, found, form, status=error.status)
    if request.POST.get("then") == "return":
        services.return_to_ai(user=caller, request_id=found.pk)
    return redirect("conversations:tutor_request", request_id=found.pk)


@require_POST
@login_required
@refused
def verdict_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    caller, form = caller_of(request), VerdictForm(request.POST)
    found = request_for(caller, request_id)
    if not form.is_valid():
        return _shown(request, found, AnswerForm(), verdict=form, status=400)
    try:
        services.give_verdict(tutor=caller, request_id=found.pk, **form.cleaned_data)
    except DomainError as error:
        if isinstance(error, Forbidden):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, _("Thank you. Your verdict is noted."))
    return redirect("conversations:tutor_request", request_id=found.pk)


@require_safe
@login_required
def link_page(request: HttpRequest, token: str) -> HttpResponse:
    """What a tutor is mailed. It lets nobody in: its receiver has signed in by now."""
    try:
        request_id = request_of_link(token, caller_of(request))
    except LinkRefused as error:
        raise Http404 from error
    return redirect("conversations:tutor_request", request_id=request_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("tutor_request")
@refused
def ask_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Calls a tutor; fetched, it is the bar of the conversation as it stands now."""
    learner, form = caller_of(request), AskForm(request.POST)
    conversation = conversation_for(learner, conversation_id)
    if request.method != "POST":
        context = {
            "conversation": conversation,
            "may_write": conversation.learner_id == learner.pk,
        }
        return render(request, "conversations/handover/_bar.html", context)
    if not form.is_valid():
        messages.error(request, _("That question is too long. Use at most 1000 characters."))
        return redirect("conversations:detail", conversation_id=conversation.pk)
    try:
        services.ask_for_tutor(
            learner=learner, conversation=conversation, question=form.cleaned_data["question"]
        )
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        messages.error(request, error.message)
    return redirect("conversations:detail", conversation_id=conversation.pk)


def _moved(
    request: HttpRequest, move: Callable[..., TutorRequest], request_id: UUID, who: str
) -> HttpResponse:
    """To the request for its tutor, to the conversation for its learner; a clash is told there."""
    caller = caller_of(request)
    found = request_for(caller, request_id)
    try:
        move(request_id=found.pk, **{who: caller})
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    if found.learner_id == caller.pk:
        return redirect("conversations:detail", conversation_id=found.conversation_id)
    return redirect("conversations:tutor_request", request_id=found.pk)


def _shown(
    request: HttpRequest,
    found: TutorRequest,
    form: AnswerForm,
    *,
    verdict: VerdictForm | None = None,
    status: int = 200,
) -> HttpResponse:
    caller = caller_of(request)
    given = {"verdict": found.verdict, "note": found.verdict_note}
    context = {
        "asked": found,
        "packet": shown_packet(found),
        "thread": branch_of(found.conversation, limit=SAID).messages,
        "form": form,
        "verdict_form": verdict or VerdictForm(initial=given),
        "verdicts": TutorRequest.Verdict.choices,
        "mine": found.tutor_id == caller.pk,
        "may_act": found.tutor_id == caller.pk or caller.is_admin,
        "tutoring": True,
    }
    return render(request, "conversations/handover/request.html", context, status=status)
