from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.callers import caller_of
from assessments.models import Assessment
from assessments.pages import mine
from assessments.second_looks import second_looks
from assessments.services.disputes import dispute_grade
from config.errors import DomainError
from config.ratelimit import check_rate


class DisputeForm(forms.Form):
    question = forms.UUIDField()
    reason = forms.CharField(required=False, max_length=500)


@require_POST
@login_required
def dispute_page(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Ask for a second look at a grade. HTMX gets the answer's state, other browsers the result."""
    assessment = mine(request, assessment_id)
    form = DisputeForm(request.POST)
    problem = "" if form.is_valid() else _("That could not be sent. Keep it under 500 characters.")
    if not problem:
        problem = _dispute(request, assessment, form)
    question = form.cleaned_data.get("question")
    if not getattr(request, "htmx", False) or question is None:
        return _back(request, assessment, question, problem)
    look = second_looks(assessment, viewer=caller_of(request)).get(question)
    context = {"assessment": assessment, "look": look, "problem": problem}
    return render(request, "assessments/_dispute.html", context)


def _dispute(request: HttpRequest, assessment: Assessment, form: DisputeForm) -> str:
    """What went wrong, if anything did."""
    try:
        check_rate(request, "dispute")
        dispute_grade(
            assessment=assessment,
            question_id=form.cleaned_data["question"],
            by=caller_of(request),
            reason=form.cleaned_data["reason"],
        )
    except DomainError as error:
        return error.message
    return ""


def _back(
    request: HttpRequest, assessment: Assessment, question: UUID | None, problem: str
) -> HttpResponse:
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("Sent. You will read the tutor's answer beside yours."))
    place = f"#dispute-{question}" if question else ""
    return redirect(reverse("assessments:result", args=[assessment.pk]) + place)
