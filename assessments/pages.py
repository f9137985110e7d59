from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_of
from accounts.models import LearnerLanguage, User
from accounts.selectors import current_language
from assessments.forms import AnswerForm
from assessments.models import Assessment, Response
from assessments.selectors import certainty_of, has_bank, question_view, result_of
from assessments.services import (
    abandon_assessment,
    answer_question,
    current_question,
    start_assessment,
)
from config.errors import Conflict, DomainError
from config.ratelimit import rate_limited


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("assessment")
def placement_page(request: HttpRequest) -> HttpResponse:
    """The introduction, or the open question of the placement under way. POST starts one."""
    learner = caller_of(request)
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    if request.method == "POST":
        return _start(request, learner, language)
    assessment = active_placement(learner, language)
    question = current_question(assessment) if assessment else None
    if assessment and question is None:
        return redirect("assessments:result", assessment.pk)
    context = {
        "language": language,
        "available": has_bank(language.language),
        **question_context(assessment, question),
    }
    return render(request, "assessments/placement.html", context)


@require_POST
@login_required
def answer_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Take one answer. HTMX gets the next question, other browsers go back to the placement."""
    assessment = mine(request, assessment_id)
    form = AnswerForm(request.POST)
    question = None
    try:
        if form.is_valid():
            question = _answer(assessment, form.cleaned_data)
        else:
            question = current_question(assessment)
    except Conflict:
        # Answered in another tab: show what is open there now.
        question = current_question(assessment)
    except DomainError as error:
        messages.error(request, error.message)
        question = current_question(assessment)
    return _after_answer(request, assessment, question)


@require_POST
@login_required
def stop_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Give the placement up."""
    assessment = mine(request, assessment_id)
    if assessment.status == Assessment.Status.ACTIVE:
        abandon_assessment(assessment=assessment)
        messages.info(request, _("The test is closed. You can take it again whenever you like."))
    return redirect("learning:today")


@require_safe
@login_required
def result_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    user = caller_of(request)
    seen = Assessment.objects.visible_to(user).select_related("learning_session", "learner")
    assessment = get_object_or_404(seen, pk=assessment_id)
    result = result_of(assessment)
    if result is None:
        if assessment.learner != user:
            raise Http404
        return redirect("assessments:placement")
    return render(request, "assessments/result.html", {"assessment": assessment, "result": result})


def mine(request: HttpRequest, assessment_id: UUID) -> Assessment:
    owned = Assessment.objects.filter(learner=caller_of(request))
    return get_object_or_404(owned.select_related("learning_session"), pk=assessment_id)


def active_placement(learner: User, language: LearnerLanguage) -> Assessment | None:
    return (
        Assessment.objects.filter(
            learner=learner,
            language=language.language,
            assessment_type=Assessment.Type.PLACEMENT,
            status=Assessment.Status.ACTIVE,
        )
        .select_related("learning_session")
        .first()
    )


def question_context(assessment: Assessment | None, question: Response | None) -> dict[str, Any]:
    return {
        "assessment": assessment,
        "question": question_view(question) if question else None,
        "certainty": certainty_of(assessment) if assessment else 0,
    }


def _start(request: HttpRequest, learner: User, language: LearnerLanguage) -> HttpResponse:
    try:
        start_assessment(learner=learner, language=language.language)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("learning:today")
    return redirect("assessments:placement")


def _answer(assessment: Assessment, data: dict[str, Any]) -> Response | None:
    outcome = answer_question(
        assessment=assessment,
        question_id=data["question"],
        answer="" if data["dont_know"] else data["answer"],
        dont_know=data["dont_know"],
        time_spent=data["time_spent"],
    )
    return outcome.question


def _after_answer(
    request: HttpRequest, assessment: Assessment, question: Response | None
) -> HttpResponse:
    htmx = bool(getattr(request, "htmx", False))
    if question is None:
        target = redirect("assessments:result", assessment.pk)
        return HttpResponseClientRedirect(target.url) if htmx else target
    if not htmx:
        return redirect("assessments:placement")
    return render(request, "assessments/_question.html", question_context(assessment, question))
