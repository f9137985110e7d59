"""Tutors in the back office: who asked to teach, and whom they see."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from accounts import services
from accounts.admin_mixins import AdminActions, VisibleToAdmin
from accounts.callers import caller_of
from accounts.models import TutorAssignment, TutorProfile, User
from accounts.selectors import is_approved_tutor
from config.addresses import client_address
from config.back_office import ModelAdmin

if TYPE_CHECKING:
    _AssignmentForm = forms.ModelForm[TutorAssignment]
    _StandingForm = forms.ModelForm[TutorProfile]
else:
    _AssignmentForm = forms.ModelForm
    _StandingForm = forms.ModelForm


class StandingForm(_StandingForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        required=False,
        choices=[
            ("", _("Leave it as it is")),
            (TutorProfile.Status.APPROVED, _("Approve: they may teach, and see their students")),
            (TutorProfile.Status.DECLINED, _("Decline: they see no learner")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
    )

    class Meta:
        model = TutorProfile
        fields = ()


class TutorProfileAdmin(AdminActions, ModelAdmin):
    form = StandingForm
    about = _(
        "Who asked to teach. An approved tutor enters the back office and sees the students whom"
        " an admin assigns to them."
    )
    labels = {"user": _("E-mail"), "about": _("About them"), "created_at": _("Asked")}
    list_display = ("user", "name", "status", "in_short", "created_at", "decided_by", "decided_at")
    list_filter = ("status",)
    list_select_related = ("user", "decided_by")
    search_fields = ("user__email", "user__name")
    search_help_text = _("By name or e-mail address")
    # "pending" comes last in the alphabet, so it stands first; of these who waits longest.
    ordering = ("-status", "created_at")
    list_per_page = 50
    readonly_fields = ("user", "name", "status", "about", "created_at", "decided_by", "decided_at")
    fields = (*readonly_fields, "decision")
    actions = ("approve", "decline")

    def heading(self, obj: TutorProfile) -> str:
        return obj.user.name

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TutorProfile | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: TutorProfile, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        verdict = form.cleaned_data["decision"]
        if verdict:
            approves = verdict == TutorProfile.Status.APPROVED
            decide = services.approve_tutor if approves else services.decline_tutor
            decide(tutor=obj.user, **_by(request))

    @admin.display(description=_("Name"), ordering="user__name")
    def name(self, profile: TutorProfile) -> str:
        return profile.user.name

    @admin.display(description=_("About them"))
    def in_short(self, profile: TutorProfile) -> str:
        return Truncator(profile.about).words(12) or "–"

    @admin.action(description="Approve the selected tutors", permissions=["manage"])
    def approve(self, request: HttpRequest, profiles: QuerySet[TutorProfile]) -> None:
        for profile in profiles.select_related("user"):
            services.approve_tutor(tutor=profile.user, **_by(request))
        self.message_user(request, "Approved: they can enter the back office.", messages.SUCCESS)

    @admin.action(description="Decline the selected tutors", permissions=["manage"])
    def decline(self, request: HttpRequest, profiles: QuerySet[TutorProfile]) -> None:
        for profile in profiles.select_related("user"):
            services.decline_tutor(tutor=profile.user, **_by(request))
        self.message_user(request, "Declined: they see no learner.", messages.SUCCESS)


class AssignmentForm(_AssignmentForm):
    class Meta:
        model = TutorAssignment
        fields = ("tutor", "student")

    def clean_tutor(self) -> User:
        tutor: User = self.cleaned_data["tutor"]
        if not is_approved_tutor(tutor):
            raise ValidationError(_("This account is not an approved tutor's."))
        return tutor


class TutorAssignmentAdmin(VisibleToAdmin, AdminActions, ModelAdmin):
    form = AssignmentForm
    about = _(
        "Which tutor sees which student. An assignment that has ended shows the tutor nothing."
    )
    labels = {"created_at": _("Since"), "ended_at": _("Until")}
    ordering = ("-created_at",)
    list_per_page = 50
    search_help_text = _("By the tutor's or the student's name or e-mail address")
    list_display = ("tutor", "student", "created_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("tutor", "student")
    search_fields = ("tutor__email", "tutor__name", "student__email", "student__name")
    autocomplete_fields = ("tutor", "student")
    actions = ("end",)

    def heading(self, obj: TutorAssignment) -> str:
        return _("%(tutor)s teaches %(student)s") % {
            "tutor": obj.tutor.name,
            "student": obj.student.name,
        }

    def has_change_permission(
        self, request: HttpRequest, obj: TutorAssignment | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: TutorAssignment | None = None
    ) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: TutorAssignment, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        admin_user = caller_of(request)
        made = services.assign_tutor(tutor=obj.tutor, student=obj.student, admin=admin_user)
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False

    @admin.action(description="End the selected assignments", permissions=["manage"])
    def end(self, request: HttpRequest, assignments: QuerySet[TutorAssignment]) -> None:
        for assignment in assignments.select_related("student"):
            services.end_assignment(assignment=assignment, admin=caller_of(request))
        self.message_user(request, "Ended: the tutors no longer see them.", messages.SUCCESS)


def waiting(request: HttpRequest) -> int | None:
    """For the sidebar: how many tutors wait to be let in."""
    if not caller_of(request).is_admin:
        return None
    return TutorProfile.objects.filter(status=TutorProfile.Status.PENDING).count() or None


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"admin": caller_of(request), "address": client_address(request)}
