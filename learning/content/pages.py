from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.callers import caller_of
from accounts.models import LearnerLanguage, User
from accounts.selectors import current_language
from accounts.starts import start_without_language
from config.errors import Conflict, DomainError
from config.ratelimit import rate_limited
from learning.content.bodies import content_body, explanation_of, given_body, result_body, task_body
from learning.content.exercises import (
    Outcome,
    Run,
    answer_task,
    begin_exercise,
    run_of,
    show_hint,
)
from learning.content.forms import ShelfForm, TaskForm
from learning.content.models import ContentItem
from learning.content.ranking import Recommendation
from learning.content.selectors import (
    content_about,
    exercise_beside,
    recommended,
    shelf,
    standings,
    topics_on_shelf,
)
from learning.content.services import finish_content

ON_A_PAGE = 40
OFFERED = 6
Type = ContentItem.Type


@require_safe
@login_required
def shelf_page(request: HttpRequest) -> HttpResponse:
    """What to learn next and why; then everything, by level, kind and topic."""
    learner, now = caller_of(request), timezone.now()
    language = current_language(learner)
    if language is None:
        return redirect(start_without_language(learner))
    about = _about(request, learner)
    if about:
        return redirect("learning:content", about.pk)
    form = ShelfForm(_asked(request, language), topics=topics_on_shelf(learner, language.language))
    wanted = form.wanted()
    page = _page(request, learner, language, wanted)
    known = standings(learner, list(page), now=now)
    offers = [] if _filtered(request) else _offers(learner, language, now)
    context = {
        "language": language,
        "form": form,
        "filtered": _filtered(request),
        "primary": offers[0] if offers else None,
        "offers": offers[1:],
        "page": page,
        "rows": [(item, known.get(item.pk)) for item in page],
        "by_level": not (wanted["level"] or wanted["q"]),
        "query": request.GET.urlencode(),
    }
    return render(request, "learning/shelf.html", context)


@require_safe
@login_required
def content_page(request: HttpRequest, content_id: UUID) -> HttpResponse:
    """A lesson, an exercise as far as the learner has come, or the way into a conversation."""
    learner, item = caller_of(request), visible(request, content_id)
    now = timezone.now()
    context = item_context(learner, item, now)
    if item.content_type == Type.EXERCISE:
        run = run_of(learner, item)
        context |= exercise_context(learner, item, run, now=now)
        return render(request, "learning/exercise.html", context)
    if item.content_type == Type.LESSON:
        return render(request, "learning/lesson.html", context)
    language = current_language(learner)
    # A conversation is in the language studied now; of another one the situation can be read.
    context["may_talk"] = bool(language and language.language == item.language)
    return render(request, "learning/starter.html", context)


@require_POST
@login_required
@rate_limited("practice")
def begin_page(request: HttpRequest, content_id: UUID) -> HttpResponse:
    """Begin an exercise; from a lesson, its exercise, and then the lesson counts as read."""
    learner, item, now = caller_of(request), visible(request, content_id), timezone.now()
    exercise: ContentItem | None = item
    if item.content_type == Type.LESSON:
        finish_content(learner=learner, item=item, now=now)
        exercise = exercise_beside(item)
    if exercise is None or exercise.content_type != Type.EXERCISE:
        return redirect("learning:shelf")
    begin_exercise(learner=learner, item=exercise, now=now)
    return redirect("learning:content", exercise.pk)


@require_POST
@login_required
@rate_limited("practice")
def answer_page(request: HttpRequest, content_id: UUID) -> HttpResponse:
    """Take one answer and say at once what is right. HTMX gets the task's place on the page."""
    learner, item, now = caller_of(request), visible(request, content_id), timezone.now()
    form = TaskForm(request.POST)
    told: dict[str, Any] = {}
    if form.is_valid():
        told = _take(learner, item, form.cleaned_data, now)
    run = told.pop("run", None) or run_of(learner, item)
    context = item_context(learner, item, now) | exercise_context(learner, item, run, now=now)
    htmx = bool(getattr(request, "htmx", False))
    page = "learning/_exercise.html" if htmx else "learning/exercise.html"
    return render(request, page, context | told)


def _take(learner: User, item: ContentItem, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What to add to the page: what is told of the answer, or why it was not taken."""
    try:
        if data["hint"]:
            run = show_hint(learner=learner, item=item, task_id=data["task"], now=now)
            return {"run": run, "typed": data["answer"]}
        outcome = answer_task(
            learner=learner,
            item=item,
            task_id=data["task"],
            answer=data["answer"],
            dont_know=data["dont_know"],
            now=now,
        )
    except Conflict:
        # Answered in another tab: the page shows where the exercise stands now.
        return {}
    except DomainError as error:
        return {"problem": error.message}
    return {"run": outcome.run, "told": told_of(outcome)}


def told_of(outcome: Outcome) -> dict[str, Any]:
    return given_body(outcome.answer, outcome.task) | {
        "prompt": outcome.answer.prompt if outcome.task["type"] != "order" else "",
        "cue": outcome.task.get("cue", ""),
        "type": outcome.task["type"],
    }


def item_context(learner: User, item: ContentItem, now: datetime) -> dict[str, Any]:
    native = learner.native_language
    told = item.content.get("explanation", {})
    return {
        "item": item,
        "body": content_body(item, native),
        "explanation": explanation_of(item, native),
        "explanation_language": native if told.get(native) else "en",
        "standing": standings(learner, [item], now=now).get(item.pk),
        "exercise": exercise_beside(item) if item.content_type == Type.LESSON else None,
    }


def exercise_context(
    learner: User, item: ContentItem, run: Run | None, *, now: datetime
) -> dict[str, Any]:
    task = run.next_task if run and not run.over else None
    over = bool(run and run.over)
    return {
        "run": run,
        "task": task_body(task) if task else None,
        "hint": task.get("hint", "") if run and task and run.hinted(task) else "",
        "hinted": bool(run and task and run.hinted(task)),
        "number": len(run.answers) + 1 if run else 1,
        "total": len(item.content.get("tasks", ())),
        "percent": _percent(run),
        "now": now,
        "result": result_body(learner, run) if run else None,
        "following": _following(learner, item, now) if over else None,
    }


def visible(request: HttpRequest, content_id: UUID) -> ContentItem:
    rows = ContentItem.objects.visible_to(caller_of(request)).defer("search")
    return get_object_or_404(rows.prefetch_related("concepts"), pk=content_id)


def _percent(run: Run | None) -> int:
    return round(100 * len(run.answers) / len(run.tasks)) if run and run.tasks else 0


def _following(learner: User, item: ContentItem, now: datetime) -> Any:
    """What comes after this exercise."""
    known = learner.languages.filter(language=item.language).first()
    level = known.level if known else item.level
    offers = recommended(learner=learner, language=item.language, level=level, now=now)
    return next((offer for offer in offers if offer.candidate.item_id != item.pk), None)


def _offers(learner: User, language: LearnerLanguage, now: datetime) -> list[Recommendation]:
    return recommended(learner=learner, language=language.language, level=language.level, now=now)[
        :OFFERED
    ]


def _about(request: HttpRequest, learner: User) -> ContentItem | None:
    """What there is about the concept that the address names, as links from elsewhere do."""
    try:
        concept = UUID(request.GET.get("concept", ""))
    except ValueError:
        return None
    return content_about(learner, concept)


def _asked(request: HttpRequest, language: LearnerLanguage) -> dict[str, str]:
    """The query, at the learner's own level until they choose another."""
    asked = {name: str(value) for name, value in request.GET.items()}
    return asked if _filtered(request) else asked | {"level": language.level}


def _filtered(request: HttpRequest) -> bool:
    return bool({"q", "level", "kind", "topic"} & request.GET.keys())


def _page(
    request: HttpRequest, learner: User, language: LearnerLanguage, wanted: dict[str, str]
) -> Any:
    rows = shelf(
        learner,
        search=wanted["q"],
        topic=wanted["topic"],
        native=learner.native_language,
        language=language.language,
        level=wanted["level"],
        content_type=wanted["kind"],
        paired=not wanted["kind"],
    ).prefetch_related("concepts")
    return Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
