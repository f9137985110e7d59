from datetime import UTC, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import current_language
from config.errors import DomainError
from config.ratelimit import rate_limited
from conversations.transcripts.forms import ChangeForm, UploadForm
from conversations.transcripts.models import TranscriptChunk, TutoringSession
from conversations.transcripts.practice import SOURCE, practised
from conversations.transcripts.selectors import (
    CHUNKS_A_PAGE,
    chunks_on,
    concepts_of,
    page_at,
    practice_of,
    sessions_of,
)
from conversations.transcripts.services import (
    change_session,
    delete_session,
    retry_session,
    upload_transcript,
)
from conversations.transcripts.telling import LISTS, told
from conversations.transcripts.turns import Turn, turns_in
from practice.sets.services import request_practice

ON_A_PAGE: Final = 20
Status = TutoringSession.Status


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("transcript")
def sessions_page(request: HttpRequest) -> HttpResponse:
    """The caller's sessions, or their students'; and a form that takes another."""
    caller = caller_of(request)
    studied = current_language(caller)
    if studied is None and caller.role == User.Role.STUDENT:
        return redirect("accounts:onboarding")
    chosen = {"language": studied.language if studied else "es"}
    form = UploadForm(request.POST or None, request.FILES or None, caller=caller, initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            session = _uploaded(caller, form.cleaned_data)
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return redirect("conversations:tutoring_session", session.pk)
    page = Paginator(sessions_of(caller).defer("analysis"), ON_A_PAGE)
    context = {
        "form": form,
        "page": page.get_page(request.GET.get("page")),
        "of_students": caller.role != User.Role.STUDENT,
    }
    return render(
        request, "conversations/transcripts/list.html", context, status=400 if form.errors else 200
    )


@require_safe
@login_required
def session_page(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A session: how its reading goes, what was found, and its transcript by pages."""
    session = visible(request, session_id)
    context = session_context(request, session)
    part = bool(getattr(request, "htmx", False))
    name = "_session.html" if part else "session.html"
    return render(request, f"conversations/transcripts/{name}", context)


@require_POST
@login_required
@rate_limited("practice")
def change_page(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session, form = visible(request, session_id), ChangeForm(request.POST)
    given = {name for name in form.fields if name in request.POST}
    if form.is_valid():
        data = {name: form.cleaned_data[name] for name in given}
        try:
            change_session(session=session, **data)
        except DomainError as error:
            messages.error(request, error.message)
    return redirect("conversations:tutoring_session", session.pk)


@require_POST
@login_required
@rate_limited("transcript")
def retry_page(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = visible(request, session_id)
    try:
        retry_session(session=session)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("conversations:tutoring_session", session.pk)


@require_POST
@login_required
@rate_limited("practice")
def practise_page(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A practice set about what came up; to the student it opens."""
    session, caller = visible(request, session_id), caller_of(request)
    concepts = practised(session)
    if not concepts:
        messages.error(request, _("Nothing was found in this session that we can ask about."))
        return redirect("conversations:tutoring_session", session.pk)
    made = request_practice(
        learner=session.student,
        requested_by=caller,
        concepts=concepts,
        language=session.language,
        session_id=session.pk,
        source_type=SOURCE,
        title=session.title[:160],
        now=timezone.now(),
    )
    return redirect("practice:set", made.pk)


@require_POST
@login_required
def delete_page(request: HttpRequest, session_id: UUID) -> HttpResponse:
    delete_session(session=visible(request, session_id))
    messages.success(request, _("The session is deleted, and what was counted from it."))
    return redirect("conversations:tutoring")


def visible(request: HttpRequest, session_id: UUID) -> TutoringSession:
    row: TutoringSession = get_object_or_404(sessions_of(caller_of(request)), pk=session_id)
    return row


def session_context(request: HttpRequest, session: TutoringSession) -> dict[str, Any]:
    context = {
        "session": session,
        "mine": session.student_id == caller_of(request).pk,
        "working": session.status == Status.PROCESSING,
    }
    if session.status != Status.COMPLETED:
        return context
    return context | _found(session, caller_of(request)) | _transcript(request, session)


def _found(session: TutoringSession, reader: User) -> dict[str, Any]:
    lists = [told(session, name, reader=reader) for name in LISTS]
    return {
        "topics": session.analysis.get("topics", []),
        "strengths": lists[0],
        "areas": lists[1],
        "actions": lists[2],
        "concepts": concepts_of(session, now=timezone.now()),
        "sets": practice_of(session),
        "builtin": session.analysed_by == "builtin",
    }


def _transcript(request: HttpRequest, session: TutoringSession) -> dict[str, Any]:
    total = session.chunks.count()
    pages = max(1, -(-total // CHUNKS_A_PAGE))
    number = _asked(request, session, pages)
    chunks = chunks_on(session, number)
    return {
        "lines": _lines(chunks),
        "number": number,
        "pages": pages,
        "before": number - 1 if number > 1 else 0,
        "after": number + 1 if number < pages else 0,
    }


def _lines(chunks: list[TranscriptChunk]) -> list[tuple[str, Turn]]:
    """Each turn with the anchor it is reached by: the first of a second, else of a chunk."""
    seen: set[str] = set()
    lines = []
    for chunk in chunks:
        for turn in turns_in(chunk):
            anchor = f"c={chunk.position}" if turn.start is None else f"t={int(turn.start)}"
            lines.append(("" if anchor in seen else anchor, turn))
            seen.add(anchor)
    return lines


def _asked(request: HttpRequest, session: TutoringSession, pages: int) -> int:
    """The page of the transcript that was asked for: by number, by second, or by chunk."""
    given = {name: request.GET.get(name, "") for name in ("page", "t", "c")}
    numbers = {name: int(value) for name, value in given.items() if _is_number(value)}
    if "page" in numbers:
        wanted = numbers["page"]
    else:
        wanted = page_at(session, seconds=numbers.get("t"), position=numbers.get("c"))
    return min(max(wanted, 1), pages)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 7


def _uploaded(caller: User, data: dict[str, Any]) -> TutoringSession:
    student = data.get("student") or caller
    return upload_transcript(
        uploader=caller,
        student=student,
        held_at=noon(data.get("held_on"), student),
        file=data["file"],
        text=data["text"],
        language=data["language"],
        now=timezone.now(),
    )


def noon(day: Any, student: User) -> datetime | None:
    """Of a day without a time, the middle of it where the student is; of today, now."""
    now = timezone.now()
    if day is None or day == now.astimezone(ZoneInfo(student.timezone)).date():
        return None
    return datetime.combine(day, time(12), ZoneInfo(student.timezone)).astimezone(UTC)
