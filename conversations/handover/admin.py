"""Requests for a tutor, answered here as on the tutor's pages; and how good the reasons were."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from config.back_office import ModelAdmin, told
from config.errors import DomainError
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.handover.selectors import rule_records
from conversations.handover.services import answer_request, give_verdict, take_request
from conversations.handover.services.requests import MAX_NOTE
from conversations.handover.services.thread import MAX_LENGTH

if TYPE_CHECKING:
    _RequestForm = forms.ModelForm[TutorRequest]
else:
    _RequestForm = forms.ModelForm

STATES = {
    "asked": _("Asked"),
    "queued": _("Waiting"),
    "human": _("With a tutor"),
    "returned": _("Given back"),
    "withdrawn": _("Withdrawn"),
}
UNDECIDED = ("", _("No verdict"))


def _words(label: Any, *, most: int, rows: int) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class AnswerForm(_RequestForm):
    """Answering takes a question that waits."""

    answer = _words(_("Your answer, in the learner's conversation"), most=MAX_LENGTH, rows=6)
    judged = forms.ChoiceField(
        label=_("Was it right to call a tutor?"),
        required=False,
        choices=[UNDECIDED, *TutorRequest.Verdict.choices],
        widget=UnfoldAdminRadioSelectWidget,
    )
    why = _words(_("Why"), most=MAX_NOTE, rows=2)

    class Meta:
        model = TutorRequest
        fields = ()


@admin.register(TutorRequest)
class TutorRequestAdmin(VisibleToAdmin, ModelAdmin):
    form = AnswerForm
    about = _(
        "Learners who asked for a person, or were sent to one. Open a call to answer it; the answer"
        " stands in the learner's conversation."
    )
    labels = {
        "question": _("Question"),
        "tutor": _("Taken by"),
        "requested_at": _("Asked"),
        "queued_at": _("Tutors told"),
        "taken_at": _("Taken"),
        "answered_at": _("Answered"),
        "returned_at": _("Given back to the AI tutor"),
        "withdrawn_at": _("Withdrawn by the learner"),
        "verdict_note": _("Why"),
    }
    search_help_text = _("By the question, or by the learner's name or e-mail address")
    list_display = ("learner", "question", "state", "urgency", "tutor", "verdict", "requested_at")
    list_filter = ("decision__urgency", "decision__rule", "verdict")
    list_select_related = ("learner", "tutor", "decision")
    search_fields = ("learner__email", "learner__name", "question")
    date_hierarchy = "requested_at"
    ordering = ("-requested_at",)
    list_per_page = 50
    show_full_result_count = False
    shown = (
        "learner", "conversation", "question", "state", "tutor", "reason", "requested_at",
        "queued_at", "taken_at", "answered_at", "returned_at", "withdrawn_at", "verdict",
        "verdict_note",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[TutorRequest]:
        """A tutor who learns, too, has their own requests in their chat."""
        rows: QuerySet[TutorRequest] = super().get_queryset(request)
        return rows.exclude(learner=caller_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TutorRequest | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shown

    def get_fields(self, request: HttpRequest, obj: TutorRequest | None = None) -> Any:
        if obj is None or not self.has_change_permission(request, obj):
            return self.shown
        asked = ("answer",) if obj.is_open and obj.queued_at else ()
        return (*self.shown, *asked, *(("judged", "why") if obj.queued_at else ()))

    def save_model(
        self, request: HttpRequest, obj: TutorRequest, form: _RequestForm, change: bool
    ) -> None:
        try:
            _done(obj, by=request, said=form.cleaned_data)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)

    def heading(self, obj: TutorRequest) -> str:
        return _("%(name)s asks for a tutor") % {"name": obj.learner.name}

    @admin.display(description=_("State"))
    def state(self, request: TutorRequest) -> str:
        return str(STATES.get(request.state, request.state))

    @admin.display(description=_("Urgency"), ordering="decision__urgency")
    def urgency(self, request: TutorRequest) -> str:
        return request.decision.get_urgency_display() if request.decision else "–"

    @admin.display(description=_("Why a tutor was called"))
    def reason(self, request: TutorRequest) -> str:
        return request.decision.reason if request.decision else "–"


@transaction.atomic
def _done(obj: TutorRequest, *, by: HttpRequest, said: dict[str, Any]) -> None:
    tutor = caller_of(by)
    if said.get("answer", "").strip():
        if obj.taken_at is None:
            take_request(tutor=tutor, request_id=obj.pk)
        answer_request(tutor=tutor, request_id=obj.pk, text=said["answer"])
    if said.get("judged"):
        give_verdict(
            tutor=tutor, request_id=obj.pk, verdict=said["judged"], note=said.get("why", "")
        )


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Whether a message called for a human tutor, by which rule, and why.")
    labels = {
        "should_route": _("Tutor called"),
        "reason": _("Reason"),
        "created_at": _("When"),
    }
    search_help_text = _("By learner, topic or reason")
    list_display = ("learner", "should_route", "rule", "urgency", "topic", "reason", "created_at")
    list_filter = ("should_route", "rule", "urgency")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name", "topic", "reason")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    list_per_page = 50
    actions_list = ("rules",)
    fields = (
        "learner", "conversation", "message", "should_route", "rule", "reason", "urgency", "topic",
        told("context", _("What the tutor was told")), "created_at",
    )  # fmt: skip

    def heading(self, obj: RoutingDecision) -> str:
        return f"{obj.learner.name}: {obj.get_rule_display()}"

    @action(  # type: ignore[untyped-decorator]
        description=_("How right each rule was"), url_path="rules", permissions=["view"]
    )
    def rules(self, request: HttpRequest) -> HttpResponse:
        """By the verdicts of the tutors who were called; a tutor sees those of their students."""
        context = self.admin_site.each_context(request) | {
            "title": _("How right each rule was"),
            "records": rule_records(caller_of(request)),
        }
        return render(request, "admin/conversations/rules.html", context)


def waiting(request: HttpRequest) -> int | None:
    """For the sidebar: how many questions wait for the caller."""
    rows = TutorRequest.objects.for_tutor(caller_of(request)).open()
    return rows.filter(taken_at__isnull=True).count() or None
