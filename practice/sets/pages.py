from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.callers import caller_of
from accounts.selectors import current_language
from accounts.starts import start_without_language
from config.errors import Conflict, DomainError
from config.ratelimit import rate_limited
from learning.models import Concept, ContentItem, RecurringError
from learning.progress.states import ConceptState, concepts_of, with_state
from practice.sets.forms import AnswerForm, answer_in
from practice.sets.judging import right_answers
from practice.sets.models import PracticeSet, Question
from practice.sets.selectors import OPEN, open_quiz
from practice.sets.services import (
    hand_in,
    help_with,
    keep_answer,
    make_now,
    request_practice,
    request_quiz,
)
from practice.sets.wording import instruction, shown_answer, title_of

Kind, Status = PracticeSet.Kind, PracticeSet.Status
DONE_SHOWN = 20
BELOW_TARGET = (ConceptState.FADING, ConceptState.WEAK)
HAND_IN = "end"
"""What `n` in the address is on the screen that hands the set in."""


@require_safe
@login_required
def sets_page(request: HttpRequest) -> HttpResponse:
    """What is assigned, under way and done; and a button that makes a set."""
    learner, now = caller_of(request), timezone.now()
    language = current_language(learner)
    if language is None:
        return redirect(start_without_language(learner))
    rows = PracticeSet.objects.filter(learner=learner, language=language.language)
    rows = rows.select_related("assigned_by", "lesson").order_by("-assigned_at", "-pk")
    wanted = rows.exclude(kind=Kind.PICTURE)
    open_rows = list(wanted.filter(status__in=(*OPEN, Status.FAILED))[:50])
    done = list(wanted.filter(status=Status.COMPLETED)[:DONE_SHOWN])
    errors: Any = RecurringError.objects.filter(learner=learner, language=language.language)
    met = with_state(concepts_of(learner.pk, language.language), now)
    context = {
        "language": language,
        "waiting": [(row, title_of(row)) for row in open_rows if row.status != Status.IN_PROGRESS],
        "begun": [(row, title_of(row)) for row in open_rows if row.status == Status.IN_PROGRESS],
        "done": [(row, title_of(row)) for row in done],
        "making": any(row.status == Status.GENERATING for row in open_rows),
        "errors": errors.open().count(),
        "fading": met.filter(state__in=BELOW_TARGET).count(),
    }
    return render(request, "practice/sets.html", context)


@require_POST
@login_required
@rate_limited("practice")
def make_page(request: HttpRequest) -> HttpResponse:
    """A set from the learner's weak points, or about the concept that is named."""
    learner, now = caller_of(request), timezone.now()
    try:
        made = request_practice(
            learner=learner, requested_by=learner, concepts=_named(request), now=now
        )
    except Conflict:
        return redirect("accounts:onboarding")
    return redirect("practice:set", made.pk)


def _named(request: HttpRequest) -> list[Concept]:
    named = request.POST.get("concept")
    try:
        return [get_object_or_404(Concept, pk=UUID(named))] if named else []
    except ValueError as error:
        raise Http404 from error


@require_POST
@login_required
@rate_limited("practice")
def quiz_page(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """A quiz about a lesson; one that is not handed in yet is gone on with."""
    learner = caller_of(request)
    rows = ContentItem.objects.visible_to(learner).defer("search")
    lesson = get_object_or_404(rows, pk=lesson_id, content_type=ContentItem.Type.LESSON)
    row = open_quiz(learner, lesson)
    if row is None:
        row = request_quiz(learner=learner, lesson=lesson)
        make_now(practice_set=row, now=timezone.now())
    return redirect("practice:set", row.pk)


@require_safe
@login_required
def set_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """One exercise of a set, the screen that hands it in, or how it went."""
    row = visible(request, set_id)
    context = set_context(request, row, request.GET.get("n", ""))
    htmx = bool(getattr(request, "htmx", False))
    return render(request, "practice/_set.html" if htmx else "practice/set.html", context)


@require_POST
@login_required
@rate_limited("practice")
def answer_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """Keep an answer and go on to the next exercise that has none."""
    row, form = visible(request, set_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, "", problem=_("That answer is too long."))
    question = _question(row, form.cleaned_data["question"])
    place = str(question.position)
    answer = "" if form.cleaned_data["dont_know"] else answer_in(request.POST, question)
    if not answer and not (form.cleaned_data["dont_know"] or form.cleaned_data["unheard"]):
        problem = _("Give an answer, or say that you don’t know.")
        return _shown(request, row, place, problem=problem)
    try:
        keep_answer(
            learner=caller_of(request),
            practice_set=row,
            question_id=question.pk,
            answer=answer,
            unheard=form.cleaned_data["unheard"],
            now=timezone.now(),
        )
    except DomainError as error:
        return _shown(request, row, place, problem=error.message)
    return _shown(request, visible(request, set_id), following(row, question))


@require_POST
@login_required
@rate_limited("practice")
def hint_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """The next hint, or that what was typed is right."""
    row, form = visible(request, set_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, "", problem=_("That answer is too long."))
    question = _question(row, form.cleaned_data["question"])
    typed = answer_in(request.POST, question)
    try:
        told = help_with(
            learner=caller_of(request),
            practice_set=row,
            question_id=question.pk,
            answer=typed or None,
            now=timezone.now(),
        )
    except DomainError as error:
        return _shown(request, row, str(question.position), problem=error.message)
    more = {"told": told, "typed": typed, "pair_rows": _pair_rows(question, typed)}
    return _shown(request, visible(request, set_id), str(question.position), **more)


@require_POST
@login_required
@rate_limited("practice")
def submit_page(request: HttpRequest, set_id: UUID) -> HttpResponse:
    row = visible(request, set_id)
    try:
        hand_in(learner=caller_of(request), practice_set=row, now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("practice:set", row.pk)


def visible(request: HttpRequest, set_id: UUID) -> PracticeSet:
    """Practice sets and quizzes; questions about a picture have no page of their own."""
    rows = PracticeSet.objects.visible_to(caller_of(request)).exclude(kind=Kind.PICTURE)
    rows = rows.select_related("assigned_by", "learner", "session", "lesson")
    row: PracticeSet = get_object_or_404(
        rows.prefetch_related("questions__submission", "questions__concept"), pk=set_id
    )
    return row


def following(row: PracticeSet, question: Question) -> str:
    """Where to go after a question: the next that has no answer, else the end."""
    questions = list(row.questions.all())
    later = [one for one in questions if one.position > question.position]
    earlier = [one for one in questions if one.position < question.position]
    open_one = next((one for one in (*later, *earlier) if not _given(one)), None)
    return str(open_one.position) if open_one else HAND_IN


def set_context(request: HttpRequest, row: PracticeSet, place: str) -> dict[str, Any]:
    questions = list(row.questions.all())
    answered = [one for one in questions if _given(one)]
    mine = row.learner_id == caller_of(request).pk
    context = {
        "set": row,
        "title": title_of(row),
        "mine": mine,
        "total": len(questions),
        "answered": len(answered),
        "percent": round(100 * len(answered) / len(questions)) if questions else 0,
        "now": timezone.now(),
    }
    if row.status == Status.COMPLETED:
        return context | outcome_context(row)
    if row.status in (Status.GENERATING, Status.FAILED) or not mine:
        return context
    question = _chosen(questions, place)
    if question is None:
        missing = [one.position for one in questions if not _given(one)]
        return context | {"ending": True, "missing": missing}
    address = reverse("practice:set_answer", args=[row.pk])
    return context | question_context(row, question) | {"answer_url": address, "helped": True}


def _shown(request: HttpRequest, row: PracticeSet, place: str, **more: Any) -> HttpResponse:
    """The set at a place: to HTMX the part that changes, else the page there."""
    if getattr(request, "htmx", False) or more:
        context = set_context(request, row, place) | more
        page = "practice/_set.html" if getattr(request, "htmx", False) else "practice/set.html"
        return render(request, page, context)
    return redirect(f"{reverse('practice:set', args=[row.pk])}?n={place}")


def question_context(row: PracticeSet, question: Question) -> dict[str, Any]:
    given = getattr(question, "submission", None)
    used = given.hints_used if given else 0
    typed = given.answer if given and given.answered_at else ""
    languages = question.languages
    return {
        "question": question,
        "instruction": instruction(question),
        "number": question.position,
        "typed": typed,
        "hints": question.hints[:used],
        "hints_left": max(len(question.hints) - used, 0),
        "pair_rows": _pair_rows(question, typed),
        "target": row.language,
        "prompt_language": languages.get("prompt", ""),
        "passage_language": languages.get("passage", row.language),
        "cue_language": languages.get("cue", "en"),
        "tab": question.position - 1,
    }


def _pair_rows(question: Question, typed: Any) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Each left side with what it can go with, and which of them is chosen."""
    if question.type != Question.Type.MATCHING:
        return []
    chosen = {pair[0]: pair[1] for pair in typed} if isinstance(typed, list) else {}
    sides = question.options
    return [
        (left, [(right, chosen.get(left) == right) for right in sides["right"]])
        for left in sides["left"]
    ]


def _chosen(questions: list[Question], place: str) -> Question | None:
    """The question at a place; without one, the first that is open; None for the end."""
    if place == HAND_IN:
        return None
    at_place = next((one for one in questions if str(one.position) == place), None)
    return at_place or next((one for one in questions if not _given(one)), None)


def _given(question: Question) -> bool:
    given = getattr(question, "submission", None)
    return bool(given and given.answered_at)


def _question(row: PracticeSet, question_id: UUID) -> Question:
    return get_object_or_404(row.questions.all(), pk=question_id)


def outcome_context(row: PracticeSet) -> dict[str, Any]:
    """How a set that is handed in went."""
    questions = list(row.questions.all())
    counted = [one.submission for one in questions if not one.submission.unheard]
    changes = row.context.get("changes", ())
    return {
        "results": _results(questions),
        "changes": [one | {"forgets_at": _moment(one["forgets_at"])} for one in changes],
        "right": sum(bool(one.correct) for one in counted),
        "counted": len(counted),
    }


def _results(questions: list[Question]) -> list[dict[str, Any]]:
    return [
        {
            "question": one,
            "instruction": instruction(one),
            "given": one.submission,
            "answer": shown_answer(one.submission.answer),
            "right": _right_words(one),
            "passage_language": one.languages.get("passage", ""),
            "cue_language": one.languages.get("cue", "en"),
            "prompt_language": one.languages.get("prompt", ""),
        }
        for one in questions
    ]


def _right_words(question: Question) -> str:
    """What is right, to be shown; of a statement the feedback says it."""
    if question.type == Question.Type.TRUE_FALSE:
        return ""
    shown = None if question.type == Question.Type.MATCHING else 3
    return "; ".join(right_answers(question)[:shown])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
