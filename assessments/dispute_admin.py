"""The tutor's queue of disputed grades, and the answers whose grades a tutor may set."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin_mixins import VisibleToAdmin
from accounts.callers import caller_of
from assessments.feedback import answer_text
from assessments.models import Dispute, Response
from assessments.services.disputes import accept_dispute, decline_dispute, override_grade
from config.back_office import BoundedPaginator, ModelAdmin
from config.errors import DomainError

if TYPE_CHECKING:
    _DisputeForm = forms.ModelForm[Dispute]
    _ResponseForm = forms.ModelForm[Response]
else:
    _DisputeForm = _ResponseForm = forms.ModelForm

ACCEPT, DECLINE = Dispute.Status.ACCEPTED.value, Dispute.Status.DECLINED.value
RIGHT, WRONG = "right", "wrong"


def remark(label: Any) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
    return forms.CharField(label=label, required=False, max_length=500, widget=widget)


class DecisionForm(_DisputeForm):
    decision = forms.ChoiceField(
        choices=[
            (ACCEPT, _("The answer is right. A typed one joins the key, for everybody")),
            (DECLINE, _("The grade stands")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
    )
    remark = remark(_("Your words to the learner"))

    class Meta:
        model = Dispute
        fields = ()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("decision") == DECLINE and not data.get("remark", "").strip():
            self.add_error("remark", _("Tell the learner why the grade stands."))
        return data


class GradeForm(_ResponseForm):
    grade = forms.ChoiceField(
        choices=[(RIGHT, _("Right")), (WRONG, _("Wrong"))], widget=UnfoldAdminRadioSelectWidget
    )
    remark = remark(_("Why, for the audit log"))

    class Meta:
        model = Response
        fields = ()


class AboutAnAnswer(VisibleToAdmin, ModelAdmin):
    """Rows that stand for one answer: shown with the question and its key, never edited."""

    show_full_result_count = False
    list_per_page = 50

    def answer(self, row: Any) -> Response:
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def is_own(self, request: HttpRequest, row: Any) -> bool:
        """A tutor who learns, too, decides nothing about themselves."""
        return bool(self.answer(row).assessment.learner_id == caller_of(request).pk)

    @admin.display(description=_("Learner"))
    def learner(self, row: Any) -> str:
        return str(self.answer(row).assessment.learner)

    @admin.display(description=_("Question"))
    def prompt(self, row: Any) -> str:
        return self.answer(row).item.prompt

    @admin.display(description=_("Text"))
    def passage(self, row: Any) -> str:
        return self.answer(row).item.passage or "–"

    @admin.display(description=_("Answer"))
    def given(self, row: Any) -> str:
        response = self.answer(row)
        if response.dont_know:
            return str(_("I don't know"))
        return answer_text(response.item, response.answer) or "–"

    @admin.display(description=_("Key"))
    def key(self, row: Any) -> str:
        item = self.answer(row).item
        return " | ".join(answer_text(item, key) for key in item.key)

    @admin.display(description=_("Item"))
    def item_name(self, row: Any) -> str:
        return self.answer(row).item.slug


@admin.register(Dispute)
class DisputeAdmin(AboutAnAnswer):
    form = DecisionForm
    about = _(
        "Grades that a learner says are wrong. Accept one and a typed answer joins the key for"
        " everybody; else say why the grade stands."
    )
    labels = {"reason": _("Why"), "note": _("Told to the learner"), "created_at": _("Asked")}
    search_help_text = _("By the learner's e-mail address, or by item")
    list_display = ("learner", "prompt", "given", "key", "reason", "status", "created_at")
    list_filter = ("status", "response__assessment__language", "response__item__type")
    list_select_related = ("response__item", "response__assessment__learner")
    search_fields = ("response__assessment__learner__email", "response__item__slug")
    # "open" comes last in the alphabet, so it stands first; of these the one that waits longest.
    ordering = ("-status", "created_at")
    shown = ("learner", "item_name", "passage", "prompt", "given", "key", "reason", "created_at")
    decided = ("status", "decided_by", "decided_at", "note")
    actions = ("accept",)

    def answer(self, row: Dispute) -> Response:
        return row.response

    def heading(self, obj: Dispute) -> str:
        return f"{self.learner(obj)}: {obj.response.item.slug}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        rows: QuerySet[Dispute] = super().get_queryset(request)
        return rows.select_related(*self.list_select_related)

    def get_fields(self, request: HttpRequest, obj: Dispute | None = None) -> Any:
        asked = ("decision", "remark") if self._waits(request, obj) else self.decided
        return (*self.shown, *asked)

    def get_readonly_fields(self, request: HttpRequest, obj: Dispute | None = None) -> Any:
        return (*self.shown, *self.decided)

    def has_change_permission(self, request: HttpRequest, obj: Dispute | None = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or self._waits(request, obj))

    def save_model(
        self, request: HttpRequest, obj: Dispute, form: _DisputeForm, change: bool
    ) -> None:
        decide = accept_dispute if form.cleaned_data["decision"] == ACCEPT else decline_dispute
        decide(dispute=obj, by=caller_of(request), note=form.cleaned_data["remark"])

    @admin.action(description=_("Accept: the answers are right"), permissions=["change"])
    def accept(self, request: HttpRequest, disputes: QuerySet[Dispute]) -> None:
        done, refused = 0, []
        for dispute in disputes.filter(status=Dispute.Status.OPEN):
            try:
                accept_dispute(dispute=dispute, by=caller_of(request))
                done += 1
            except DomainError as error:
                refused.append(f"{dispute.response.item.slug}: {error.message}")
        self.message_user(request, f"Accepted: {done}.", messages.SUCCESS)
        for text in refused:
            self.message_user(request, text, messages.ERROR)

    def _waits(self, request: HttpRequest, obj: Dispute | None) -> bool:
        return bool(obj and obj.status == Dispute.Status.OPEN and not self.is_own(request, obj))


@admin.register(Response)
class ResponseAdmin(AboutAnAnswer):
    """A tutor's word on a grade wins over every rule."""

    form = GradeForm
    about = _("What learners answered in tests. A tutor's word on a grade wins over every rule.")
    labels = {
        "correct": _("Right"),
        "score": _("Score, 0 to 1"),
        "asked_at": _("Asked"),
        "answered_at": _("Answered"),
        "regraded_at": _("Grade set"),
    }
    paginator = BoundedPaginator
    search_help_text = _("By the learner's e-mail address, or by item")
    list_display = ("learner", "item_name", "prompt", "given", "correct", "set_by", "asked_at")
    list_filter = ("correct", "assessment__language", "item__type")
    list_select_related = ("item", "assessment__learner", "graded_by")
    search_fields = ("assessment__learner__email", "item__slug")
    ordering = ("-id",)  # by time, on the primary key
    shown = (
        "learner", "item_name", "passage", "prompt", "given", "key", "correct", "score", "set_by",
        "regraded_at", "answered_at",
    )  # fmt: skip
    actions = ("mark_right", "mark_wrong")

    def answer(self, row: Response) -> Response:
        return row

    def heading(self, obj: Response) -> str:
        return f"{self.learner(obj)}: {obj.item.slug}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        rows: QuerySet[Response] = super().get_queryset(request)
        return rows.select_related(*self.list_select_related)

    def get_fields(self, request: HttpRequest, obj: Response | None = None) -> Any:
        asked = ("grade", "remark") if self.has_change_permission(request, obj) else ()
        return (*self.shown, *asked)

    def get_readonly_fields(self, request: HttpRequest, obj: Response | None = None) -> Any:
        return self.shown

    def has_change_permission(self, request: HttpRequest, obj: Response | None = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        open_or_own = obj is not None and (obj.answered_at is None or self.is_own(request, obj))
        return allowed and not open_or_own

    def save_model(
        self, request: HttpRequest, obj: Response, form: _ResponseForm, change: bool
    ) -> None:
        override_grade(
            response=obj,
            correct=form.cleaned_data["grade"] == RIGHT,
            by=caller_of(request),
            note=form.cleaned_data["remark"],
        )

    @admin.display(description=_("Set by"))
    def set_by(self, row: Response) -> str:
        return str(row.graded_by) if row.graded_by else "–"

    @admin.action(description=_("Set the grade: right"), permissions=["change"])
    def mark_right(self, request: HttpRequest, responses: QuerySet[Response]) -> None:
        self._mark(request, responses, correct=True)

    @admin.action(description=_("Set the grade: wrong"), permissions=["change"])
    def mark_wrong(self, request: HttpRequest, responses: QuerySet[Response]) -> None:
        self._mark(request, responses, correct=False)

    def _mark(self, request: HttpRequest, responses: QuerySet[Response], *, correct: bool) -> None:
        done, refused = 0, []
        for response in responses:
            try:
                override_grade(response=response, correct=correct, by=caller_of(request))
                done += 1
            except DomainError as error:
                refused.append(f"{response.item.slug}: {error.message}")
        self.message_user(request, f"Grades set: {done}.", messages.SUCCESS)
        for text in refused:
            self.message_user(request, text, messages.ERROR)


def waiting(request: HttpRequest) -> int | None:
    """For the sidebar: how many disputes wait for the caller's decision."""
    rows = Dispute.objects.visible_to(caller_of(request)).open()
    return rows.count() or None
