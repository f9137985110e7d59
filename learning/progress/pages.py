from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.callers import caller_of
from accounts.models import LearnerLanguage, User
from accounts.selectors import current_language, target_mastery
from accounts.starts import start_without_language
from learning.content.selectors import content_about
from learning.mastery.models import Evidence, Mastery, RecurringError
from learning.models import Concept
from learning.progress import selectors
from learning.progress.api import MOST_EVIDENCE, recurring_errors
from learning.progress.charts import forecast_chart, level_chart
from learning.progress.sources import Source, sources_of
from learning.progress.states import ConceptState, concepts_of, with_state

ON_A_PAGE = 60


@require_safe
@login_required
def progress_page(request: HttpRequest, student_id: UUID | None = None) -> HttpResponse:
    """The learner's own progress, or that of a student whom the caller may see."""
    caller = caller_of(request)
    student = _visible(caller, student_id) if student_id else caller
    language = current_language(student)
    if language is None:
        return redirect(start_without_language(caller))
    context = progress_context(student, language, now=timezone.now())
    return render(request, "learning/progress.html", {**context, "mine": student == caller})


def progress_context(student: User, language: LearnerLanguage, *, now: datetime) -> dict[str, Any]:
    code = language.language
    days = selectors.forecast(student, code, now=now)
    levels = selectors.level_history(student, code)
    return {
        "student": student,
        "language": language,
        "overall": selectors.overall(student, now=now),
        "levels": levels,
        "level_chart": level_chart(levels),
        "skills": selectors.skills_of(student, code),
        "states": selectors.state_counts(student, code, now=now),
        "errors": selectors.error_counts(student, code),
        "days": [day for day in days if day.count],
        "forecast_chart": forecast_chart(days),
        "activity": selectors.recent_activity(student, now=now),
        "weeks": selectors.minutes_by_week(student, now=now),
        "target": target_mastery(student),
    }


@require_safe
@login_required
def concepts_page(request: HttpRequest) -> HttpResponse:
    """Everything the learner has met, by state and kind; what fades first comes first."""
    learner, now = caller_of(request), timezone.now()
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    rows = with_state(concepts_of(learner.pk, language.language), now).select_related("concept")
    rows = rows.filter(state=state) if state in ConceptState.values else rows
    rows = rows.filter(kind=kind) if kind in Concept.Kind.values else rows
    page = Paginator(rows.order_by("forgets_at", "pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "language": language,
        "page": page,
        "rows": [selectors.concept_row(row, now=now) for row in page],
        "state": state,
        "kind": kind,
        "states": ConceptState.choices,
        "kinds": [choice for choice in Concept.Kind.choices if choice[0] != Concept.Kind.SUBJECT],
        "target": target_mastery(learner),
    }
    return render(request, "learning/concepts.html", context)


@require_safe
@login_required
def concept_page(request: HttpRequest, concept_id: UUID) -> HttpResponse:
    """One concept: what it is, how well it is known, and what says so."""
    learner, now = caller_of(request), timezone.now()
    concept = get_object_or_404(Concept, pk=concept_id)
    rows = with_state(Mastery.objects.filter(learner=learner, concept=concept), now)
    row = rows.select_related("concept").first()
    evidence = Evidence.objects.filter(learner=learner, concept=concept)
    signs = list(evidence.order_by("-occurred_at", "-id")[:MOST_EVIDENCE])
    context = {
        "concept": concept,
        "name": concept.name_in(learner.native_language),
        "explanation": concept.explanation_in(learner.native_language),
        "mastery": selectors.concept_row(row, now=now) if row else None,
        "evidence": _with_sources(signs),
        "errors": recurring_errors(learner).filter(concept=concept)[:5],
        "piece": content_about(learner, concept.pk),
        "target": target_mastery(learner),
        "now": now,
    }
    return render(request, "learning/concept.html", context)


@require_safe
@login_required
def errors_page(request: HttpRequest) -> HttpResponse:
    """Slips that came back: the open ones first, those overcome below."""
    learner = caller_of(request)
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    rows = recurring_errors(learner).filter(language=language.language)
    closed = Paginator(rows.filter(status=RecurringError.Status.CLOSED), ON_A_PAGE)
    context = {
        "language": language,
        "open": rows.filter(status=RecurringError.Status.OPEN)[:ON_A_PAGE],
        "closed": closed.get_page(request.GET.get("page")),
    }
    return render(request, "learning/errors.html", context)


@require_safe
@login_required
def error_page(request: HttpRequest, error_id: UUID) -> HttpResponse:
    seen = RecurringError.objects.visible_to(caller_of(request)).select_related("concept")
    error = get_object_or_404(seen, pk=error_id)
    events = _with_sources(list(error.events.all()))
    return render(request, "learning/error.html", {"error": error, "events": events})


def _with_sources(rows: Sequence[Any]) -> list[tuple[Any, Source | None]]:
    found = sources_of(rows)
    return [(row, found.get(row.source_id)) for row in rows]


def _visible(caller: User, student_id: UUID) -> User:
    student: User = get_object_or_404(User.objects.visible_to(caller), pk=student_id)
    return student
