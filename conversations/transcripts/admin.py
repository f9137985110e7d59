from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from config.back_office import ModelAdmin, TabularInline
from config.errors import DomainError
from conversations.transcripts.forms import AdminUploadForm
from conversations.transcripts.models import SessionConcept, TutoringSession
from conversations.transcripts.pages import noon
from conversations.transcripts.services import delete_session, retry_session, upload_transcript


class SessionConceptInline(ReadOnlyAdmin, TabularInline):
    model = SessionConcept
    labels = {
        "name": _("Word or point"),
        "difficulty": _("Difficulty"),
        "correct": _("Right"),
        "wrong": _("Wrong"),
    }
    hide_title = True
    fields = ("name", "difficulty", "correct", "wrong", "quote")
    readonly_fields = fields
    extra = 0


@admin.register(TutoringSession)
class TutoringSessionAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    """One's students' sessions; a new one is sent here, one that failed tried again."""

    about = _(
        "Meetings with a tutor, read from their transcripts. One that failed can be tried again."
    )
    labels = {
        "held_at": _("Held"),
        "duration": _("Length, seconds"),
        "progress": _("Read, %"),
        "error_code": _("Error code"),
        "error": _("What went wrong"),
        "size": _("Size, bytes"),
        "source": _("From"),
        "speakers": _("Speakers"),
        "student_speaker": _("The student is"),
        "analysed_by": _("Read by"),
        "created_at": _("Uploaded"),
        "completed_at": _("Read"),
    }
    search_help_text = _("By title, student or tutor")
    list_display = ("named", "student", "tutor", "language", "status", "step", "held_at")
    list_filter = ("status", "language", "format")
    list_select_related = ("student", "tutor")
    search_fields = ("title", "student__email", "student__name", "tutor__name")
    date_hierarchy = "held_at"
    ordering = ("-held_at",)
    list_per_page = 50
    inlines = (SessionConceptInline,)
    actions = ("retry",)
    actions_list = ("upload",)
    actions_detail = ("read_it",)
    fields = (
        "title", "student", "tutor", "uploaded_by", "language", "held_at", "duration", "status",
        "step", "progress", "attempts", "error_code", "error", "format", "encoding", "size",
        "source", "speakers", "student_speaker", "analysed_by", "created_at", "completed_at",
    )  # fmt: skip

    @admin.display(description=_("Session"), ordering="title")
    def named(self, session: TutoringSession) -> str:
        return str(session)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whom a session is shown to may delete it, as on its page."""
        return request.user.has_perm("conversations.delete_tutoringsession")

    def delete_model(self, request: HttpRequest, obj: TutoringSession) -> None:
        delete_session(session=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[TutoringSession]) -> None:
        for session in queryset:
            delete_session(session=session)

    @action(description="Try again")  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, queryset: QuerySet[TutoringSession]) -> None:
        for session in queryset:
            try:
                retry_session(session=session)
            except DomainError as error:
                messages.warning(request, f"{session}: {error.message}")

    @action(description="Open its page", url_path="open")  # type: ignore[untyped-decorator]
    def read_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("conversations:tutoring_session", object_id)

    @action(description="Add a session", url_path="upload")  # type: ignore[untyped-decorator]
    def upload(self, request: HttpRequest) -> HttpResponse:
        """The form, and what it sends."""
        caller = caller_of(request)
        form = AdminUploadForm(request.POST or None, request.FILES or None, caller=caller)
        _dress(form)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                upload_transcript(
                    uploader=caller,
                    student=data["student"],
                    held_at=noon(data["held_on"], data["student"]),
                    file=data["file"],
                    text=data["text"],
                    format=data["format"],
                    language=data["language"],
                    now=timezone.now(),
                )
            except DomainError as error:
                form.add_error("file", error.message)
            else:
                messages.success(request, "The session is being read.")
                return redirect(reverse("admin:conversations_tutoringsession_changelist"))
        context = {**self.admin_site.each_context(request), "form": form, "title": "Add a session"}
        return render(request, "admin/conversations/upload.html", context)


def _dress(form: AdminUploadForm) -> None:
    """In the widgets of the back office."""
    for name in ("student", "language", "format"):
        field: Any = form.fields[name]
        field.widget = UnfoldAdminSelectWidget(choices=field.widget.choices)
    form.fields["file"].widget = UnfoldAdminFileFieldWidget()
    form.fields["text"].widget = UnfoldAdminTextareaWidget()
    form.fields["held_on"].widget = UnfoldAdminDateWidget()
