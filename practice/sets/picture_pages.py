"""A picture with its description, and questions about it, each told right or wrong at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from accounts.selectors import current_language
from config.errors import DomainError
from config.ratelimit import rate_limited
from practice.decks.media import content_type_of
from practice.sets.forms import AnswerForm, PictureForm, answer_in
from practice.sets.judging import right_answers
from practice.sets.making.model import available
from practice.sets.models import PracticeSet, Question
from practice.sets.pages import outcome_context, question_context
from practice.sets.selectors import set_of
from practice.sets.services import (
    answer_at_once,
    delete_picture,
    make_now,
    request_picture_questions,
)

Kind, Status = PracticeSet.Kind, PracticeSet.Status
SHOWN = 24


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("practice")
def pictures_page(request: HttpRequest) -> HttpResponse:
    """The learner's pictures, and a form for another one. POST makes its questions."""
    learner = caller_of(request)
    studied = current_language(learner)
    if studied is None:
        return redirect("accounts:onboarding")
    form = PictureForm(request.POST or None, request.FILES or None, language=studied.language)
    if request.method == "POST" and form.is_valid():
        try:
            made = request_picture_questions(
                learner=learner,
                description=form.cleaned_data["description"],
                language=studied.language,
                image=form.cleaned_data["picture"],
            )
        except DomainError as error:
            form.add_error("picture", error.message)
        else:
            make_now(practice_set=made, now=timezone.now())
            return redirect("practice:picture", made.pk)
    mine = PracticeSet.objects.filter(
        learner=learner, kind=Kind.PICTURE, language=studied.language
    ).order_by("-assigned_at", "-pk")
    context = {"form": form, "language": studied, "pictures": mine[:SHOWN], "model": available()}
    return render(request, "practice/pictures.html", context, status=400 if form.errors else 200)


@require_safe
@login_required
def picture_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """The picture with its description; then one question after the other; then how it went."""
    row = _visible(request, set_id)
    context = _context(request, row, asking="n" in request.GET)
    return render(request, _page(request), context)


@require_POST
@login_required
@rate_limited("practice")
def answer_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """Judge an answer and say so at once; without scripts the whole page says it."""
    row, form = _visible(request, set_id), AnswerForm(request.POST)
    context: dict[str, Any] = {}
    if not form.is_valid():
        context["problem"] = _("That answer is too long.")
    else:
        question = get_object_or_404(row.questions.all(), pk=form.cleaned_data["question"])
        unknown = form.cleaned_data["dont_know"]
        answer = "" if unknown else answer_in(request.POST, question)
        if not answer and not unknown:
            context["problem"] = _("Give an answer, or say that you don’t know.")
        else:
            context |= _answered(request, row, question, answer)
            row = _visible(request, set_id)
    return render(request, _page(request), _context(request, row, asking=True) | context)


@require_safe
@login_required
def image_page(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    name = _visible(request, set_id).context.get("image", "")
    if not name or not default_storage.exists(name):
        raise Http404
    answer = FileResponse(default_storage.open(name), content_type=content_type_of(name))
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@require_POST
@login_required
def delete_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    mine = PracticeSet.objects.filter(learner=caller_of(request), kind=Kind.PICTURE)
    delete_picture(practice_set=get_object_or_404(mine, pk=set_id))
    messages.success(request, _("The picture is deleted. Its questions stay."))
    return redirect("practice:picture", set_id)


def _visible(request: HttpRequest, set_id: UUID) -> PracticeSet:
    row: PracticeSet = get_object_or_404(set_of(caller_of(request), kind=Kind.PICTURE), pk=set_id)
    return row


def _answered(
    request: HttpRequest, row: PracticeSet, question: Question, answer: Any
) -> dict[str, Any]:
    """What to tell of an answer, or why it was not taken."""
    try:
        given = answer_at_once(
            learner=caller_of(request),
            practice_set=row,
            question_id=question.pk,
            answer=answer,
            now=timezone.now(),
        )
    except DomainError as error:
        return {"problem": error.message}
    right = [] if question.type == Question.Type.TRUE_FALSE else right_answers(question)[:3]
    return {"told": given, "told_right": right, "asked_about": question}


def _context(request: HttpRequest, row: PracticeSet, *, asking: bool) -> dict[str, Any]:
    questions = list(row.questions.all())
    open_ones = [one for one in questions if not hasattr(one, "submission")]
    done = len(questions) - len(open_ones)
    mine = row.learner_id == caller_of(request).pk
    context = {
        "set": row,
        "mine": mine,
        "total": len(questions),
        "done": done,
        "percent": round(100 * done / len(questions)) if questions else 0,
        "now": timezone.now(),
        "model": available(),
    }
    if row.status == Status.COMPLETED:
        return context | outcome_context(row)
    if not mine or not asking or not open_ones:
        return context
    address = reverse("practice:picture_answer", args=[row.pk])
    return context | question_context(row, open_ones[0]) | {"answer_url": address}


def _page(request: HttpRequest) -> str:
    htmx = bool(getattr(request, "htmx", False))
    return "practice/_picture.html" if htmx else "practice/picture.html"
