from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import services
from accounts.admin_mixins import AdminActions, ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from accounts.models import (
    AuditEntry,
    LearnerLanguage,
    LearnerProfile,
    RefreshFamily,
    TutorAssignment,
    TutorProfile,
    User,
)
from accounts.selectors import is_approved_tutor
from accounts.services.tokens import revoke_all_families
from config.addresses import client_address

admin.site.unregister(Group)

if TYPE_CHECKING:
    _AssignmentForm = forms.ModelForm[TutorAssignment]
    _BaseUserAdmin = BaseUserAdmin[User]
else:
    _BaseUserAdmin = BaseUserAdmin
    _AssignmentForm = forms.ModelForm

FOR_EVERYONE = ("email", "name", "role", "plan", "native_language", "timezone")


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    pass


class _LowerCaseEmail:
    """The address is stored, and so compared, in lower case."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserForm(_LowerCaseEmail, UserChangeForm):
    pass


class NewUserForm(_LowerCaseEmail, UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role")


class LearnerProfileInline(ReadOnlyAdmin, TabularInline):
    model = LearnerProfile
    fields = ("motivation", "interests", "daily_minutes", "onboarded_at")


class LearnerLanguageInline(ReadOnlyAdmin, TabularInline):
    model = LearnerLanguage
    fields = ("language", "level", "level_source", "level_probability", "level_set_at")


@admin.register(User)
class UserAdmin(VisibleToAdmin, AdminActions, _BaseUserAdmin, ModelAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("-created_at",)
    list_display = ("email", "name", "role", "plan", "verified", "is_active", "created_at")
    list_filter = ("role", "plan", "is_active")
    search_fields = ("email", "name")
    readonly_fields = ("email_verified_at", "last_login", "created_at")
    inlines = (LearnerProfileInline, LearnerLanguageInline)
    actions = ("end_lockouts",)
    fieldsets = (
        (None, {"fields": (*FOR_EVERYONE, "password")}),
        ("Standing", {"fields": ("is_active", *readonly_fields)}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "password1", "password2")}),)
    filter_horizontal = ()

    @admin.display(boolean=True, ordering="email_verified_at", description="Verified")
    def verified(self, user: User) -> bool:
        return user.email_verified_at is not None

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if caller_of(request).is_admin:
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": FOR_EVERYONE}),)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        mine = obj is not None and obj.pk == caller_of(request).pk
        return (*self.readonly_fields, "role", "is_active") if mine else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are switched off here; erasing one has to reach every table and file."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        chosen, stored = obj.role, form.initial.get("role") if change else User.Role.STUDENT
        obj.role = stored or obj.role
        if change and "email" in form.changed_data:
            obj.email_verified_at = None
        super().save_model(request, obj, form, change)
        if chosen != obj.role:
            address = client_address(request)
            services.change_role(user=obj, role=chosen, admin=caller_of(request), address=address)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            user = User.objects.get(pk=id)
            revoke_all_families(user=user, reason=RefreshFamily.Reason.PASSWORD)
            services.record_audit(
                actor=caller_of(request),
                subject=user,
                action="password.set_by_admin",
                address=client_address(request),
            )
        return answer

    @admin.action(description="Let in again after a lock-out", permissions=["manage"])
    def end_lockouts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            services.end_lockout(
                user=user, admin=caller_of(request), address=client_address(request)
            )
        self.message_user(request, "They can try again now.", messages.SUCCESS)


@admin.register(LearnerLanguage)
class LearnerLanguageAdmin(VisibleToAdmin, ModelAdmin):
    """A tutor may set a student's level here; what they set outranks a test."""

    fields = ("user", "language", "level", "level_source", "level_probability", "level_set_at")
    readonly_fields = ("user", "language", "level_source", "level_probability", "level_set_at")
    list_display = ("user", "language", "level", "level_source", "level_probability")
    list_filter = ("language", "level", "level_source")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: LearnerLanguage | None = None
    ) -> bool:
        mine = obj is not None and obj.user_id == caller_of(request).pk
        return not mine and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: LearnerLanguage | None = None
    ) -> bool:
        return False

    def get_form(self, request: HttpRequest, *more: Any, **options: Any) -> Any:
        form = super().get_form(request, *more, **options)
        if "level" in form.base_fields:
            form.base_fields["level"].required = True
        return form

    def save_model(
        self, request: HttpRequest, obj: LearnerLanguage, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        stored = LearnerLanguage.objects.select_related("user").get(pk=obj.pk)
        by, now = caller_of(request), timezone.now()
        services.override_level(row=stored, level=obj.level, by=by, now=now)


@admin.register(TutorProfile)
class TutorProfileAdmin(AdminActions, ReadOnlyAdmin, ModelAdmin):
    list_display = ("user", "status", "created_at", "decided_by", "decided_at")
    list_filter = ("status",)
    list_select_related = ("user", "decided_by")
    search_fields = ("user__email", "user__name")
    actions = ("approve", "decline")

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
            raise ValidationError("This account is not an approved tutor's.")
        return tutor


@admin.register(TutorAssignment)
class TutorAssignmentAdmin(VisibleToAdmin, AdminActions, ModelAdmin):
    form = AssignmentForm
    list_display = ("tutor", "student", "created_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("tutor", "student")
    search_fields = ("tutor__email", "student__email", "student__name")
    autocomplete_fields = ("tutor", "student")
    actions = ("end",)

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


@admin.register(RefreshFamily)
class RefreshFamilyAdmin(AdminActions, ReadOnlyAdmin, ModelAdmin):
    list_display = ("user", "created_at", "rotated_at", "revoked_at", "revoked_because")
    list_filter = ("revoked_because",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("current_jti",)
    actions = ("revoke",)

    @admin.action(description="Sign the selected devices out", permissions=["manage"])
    def revoke(self, request: HttpRequest, families: QuerySet[RefreshFamily]) -> None:
        for family in families:
            services.revoke_family(family=family, reason=RefreshFamily.Reason.LOGOUT)
        self.message_user(request, "Signed out.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin, ModelAdmin):
    list_display = ("created_at", "action", "actor", "subject", "address")
    list_filter = ("action",)
    list_select_related = ("actor", "subject")
    search_fields = ("subject__email", "actor__email")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"admin": caller_of(request), "address": client_address(request)}
