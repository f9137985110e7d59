from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_of
from accounts.models import LearnerLanguage, User
from accounts.selectors import current_language
from assessments.forms import AnswerForm
from assessments.models import Assessment, Item, Response
from assessments.selectors import (
    certainty_of,
    feedback_on,
    has_bank,
    question_view,
    result_of,
    tells_at_once,
)
from assessments.services import (
    Outcome,
    abandon_assessment,
    answer_question,
    current_question,
    start_assessment,
)
from assessments.services.plans import PLANS
from config.errors import Conflict, DomainError
from config.ratelimit import rate_limited
from learning.content.selectors import lessons_on

ROWS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("assessment")
def assessment_page(request: HttpRequest, assessment_type: str) -> HttpResponse:
    """The introduction, or the open question of the test under way. POST starts one."""
    learner = caller_of(request)
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    if request.method == "POST":
        return _start(request, learner, language, assessment_type)
    assessment = active_assessment(learner, language, assessment_type)
    told = _told_before(request, assessment)
    question = current_question(assessment) if assessment else None
    if assessment and question is None and told is None:
        return redirect("assessments:result", assessment.pk)
    context = {
        "language": language,
        "type": assessment_type,
        "maximum": PLANS[assessment_type].maximum,
        "available": has_bank(language.language),
        **question_context(request, assessment, question, told),
    }
    return render(request, "assessments/test.html", context)


@require_POST
@login_required
def answer_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Take one answer. HTMX gets the next question or what is told of this one, others the page."""
    assessment = mine(request, assessment_id)
    form = AnswerForm(request.POST)
    outcome = None
    try:
        if form.is_valid():
            outcome = _answer(assessment, form.cleaned_data)
    except Conflict:
        _say_what_counts(request, form.cleaned_data["question"])
    except DomainError as error:
        messages.error(request, error.message)
    return _after_answer(request, assessment, outcome)


@require_POST
@login_required
def stop_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Give the test up."""
    assessment = mine(request, assessment_id)
    if assessment.status == Assessment.Status.ACTIVE:
        abandon_assessment(assessment=assessment)
        messages.info(request, _("The test is closed. You can take it again whenever you like."))
    return redirect("learning:today")


@require_safe
@login_required
def result_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _seen(request, assessment_id)
    result = result_of(assessment)
    if result is None:
        if assessment.learner != caller_of(request):
            raise Http404
        return redirect(page_of(assessment))
    texts = [entry for entry in result["feedback"] if entry["review"]]
    context = {
        "assessment": assessment,
        "result": result,
        "texts": texts,
        "advice": _with_lessons(caller_of(request), assessment.language, result["recommendations"]),
    }
    return render(request, "assessments/result.html", context)


def _with_lessons(
    user: User, language: str, recommendations: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Each with the lesson that explains it, where there is one."""
    lessons = lessons_on(user, language, {_point_of(one) for one in recommendations} - {""})
    return [one | {"lesson": lessons.get(_point_of(one))} for one in recommendations]


def _point_of(recommendation: dict[str, Any]) -> str:
    """The slug of the grammar point to work on, if it is one."""
    on_grammar = recommendation.get("skill") == Item.Skill.GRAMMAR
    return recommendation.get("topic", "") if on_grammar else ""


@require_safe
@login_required
def text_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """The part of a result with the free texts: a page that shows one being read asks for it."""
    assessment = _seen(request, assessment_id)
    result = result_of(assessment)
    if result is None:
        raise Http404
    texts = [entry for entry in result["feedback"] if entry["review"]]
    context = {"assessment": assessment, "texts": texts}
    return render(request, "assessments/_texts.html", context)


@require_safe
@login_required
def history_page(request: HttpRequest) -> HttpResponse:
    """The tests taken, the latest first, and the ways to take another."""
    learner = caller_of(request)
    taken = Assessment.objects.filter(learner=learner).exclude(status=Assessment.Status.ABANDONED)
    page = Paginator(taken.order_by("-created_at"), ROWS).get_page(request.GET.get("page"))
    language = current_language(learner)
    return render(request, "assessments/history.html", {"page": page, "language": language})


def mine(request: HttpRequest, assessment_id: UUID) -> Assessment:
    owned = Assessment.objects.filter(learner=caller_of(request))
    return get_object_or_404(owned.select_related("learning_session", "learner"), pk=assessment_id)


def _seen(request: HttpRequest, assessment_id: UUID) -> Assessment:
    seen = Assessment.objects.visible_to(caller_of(request))
    return get_object_or_404(seen.select_related("learning_session", "learner"), pk=assessment_id)


def active_assessment(
    learner: User, language: LearnerLanguage, assessment_type: str
) -> Assessment | None:
    return (
        Assessment.objects.filter(
            learner=learner,
            language=language.language,
            assessment_type=assessment_type,
            status=Assessment.Status.ACTIVE,
        )
        .select_related("learning_session", "learner")
        .first()
    )


def page_of(assessment: Assessment) -> str:
    return reverse(f"assessments:{assessment.assessment_type}")


def question_context(
    request: HttpRequest,
    assessment: Assessment | None,
    question: Response | None,
    told: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """`told` is what is said of the answer before: it is shown first, the question after it."""
    native = assessment.learner.native_language if assessment else "en"
    return {
        "assessment": assessment,
        "question": question_view(question, native=native) if question else None,
        "told": told,
        "as_text": "text" in request.GET,
        "certainty": certainty_of(assessment) if assessment else 0,
    }


def _start(
    request: HttpRequest, learner: User, language: LearnerLanguage, assessment_type: str
) -> HttpResponse:
    try:
        assessment = start_assessment(
            learner=learner, language=language.language, assessment_type=assessment_type
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("learning:today")
    return redirect(page_of(assessment))


def _answer(assessment: Assessment, data: dict[str, Any]) -> Outcome:
    return answer_question(
        assessment=assessment,
        question_id=data["question"],
        answer="" if data["dont_know"] else data["answer"],
        dont_know=data["dont_know"],
        read=data["read"],
        time_spent=data["time_spent"],
    )


def _say_what_counts(request: HttpRequest, question_id: UUID) -> None:
    """Of two tabs the first answer counts; who wrote a text in the second one is told so."""
    written = Response.objects.filter(pk=question_id, item__type=Item.Type.CONVERSATION)
    if written.exists():
        messages.warning(
            request, _("A text was handed in for this task before. That first text counts.")
        )


def _told_before(request: HttpRequest, assessment: Assessment | None) -> dict[str, Any] | None:
    """What was said of the last answer, when `?after=` names it: the way without scripts."""
    after = request.GET.get("after", "")
    if assessment is None or not after or not tells_at_once(assessment):
        return None
    answered = assessment.responses.filter(answered_at__isnull=False)
    row = answered.select_related("item", "assessment__learner").order_by("-number").first()
    return feedback_on(row) if row and str(row.number) == after else None


def _after_answer(
    request: HttpRequest, assessment: Assessment, outcome: Outcome | None
) -> HttpResponse:
    htmx = bool(getattr(request, "htmx", False))
    question = outcome.question if outcome else current_question(assessment)
    told = feedback_on(outcome.response) if outcome and _tells(outcome) else None
    if question is None and (told is None or not htmx):
        target = redirect("assessments:result", assessment.pk)
        return HttpResponseClientRedirect(target.url) if htmx else target
    if not htmx:
        after = f"?after={told['number']}" if told else ""
        return redirect(page_of(assessment) + after)
    context = question_context(request, assessment, question, told)
    return render(request, "assessments/_question.html", context)


def _tells(outcome: Outcome) -> bool:
    return tells_at_once(outcome.assessment) and outcome.response.correct is not None
