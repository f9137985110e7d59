from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
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
from accounts.services.tokens import revoke_all_families
from accounts.tutor_admin import TutorAssignmentAdmin, TutorProfileAdmin
from config.addresses import client_address
from config.back_office import (
    NOTHING,
    BoundedPaginator,
    DayRangeFilter,
    ModelAdmin,
    TabularInline,
    told,
)

admin.site.unregister(Group)
admin.site.register(TutorProfile, TutorProfileAdmin)
admin.site.register(TutorAssignment, TutorAssignmentAdmin)

if TYPE_CHECKING:
    _BaseUserAdmin = BaseUserAdmin[User]
else:
    _BaseUserAdmin = BaseUserAdmin

FOR_EVERYONE = ("email", "name", "role", "plan", "native_language", "timezone")
ABOUT_A_LEARNER = {
    _("Conversations"): "conversations_conversation",
    _("Assessments"): "assessments_assessment",
    _("Recurring errors"): "learning_recurringerror",
    _("Skills"): "learning_skillprogress",
    _("Mastery"): "learning_mastery",
    _("Learning sessions"): "learning_learningsession",
    _("Practice sets"): "practice_practiceset",
    _("Decks"): "practice_deck",
}
"""Lists of the apps below, by the names of their pages."""
ABOUT_ANYBODY = {
    _("Usage and cost"): "ai_usagerecord",
    _("Flagged texts"): "ai_moderationflag",
    _("Audit log"): "accounts_auditentry",
}
"""For admins only."""


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    about = _("What a group may see and do here. Approved tutors are in “Tutors”; admins may all.")


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
    extra = 0
    hide_title = True
    fields = ("motivation", "interests", "daily_minutes", "onboarded_at")


class LearnerLanguageInline(ReadOnlyAdmin, TabularInline):
    model = LearnerLanguage
    extra = 0
    hide_title = True
    fields = ("language", "level", "level_source", "level_probability", "level_set_at")


@admin.register(User)
class UserAdmin(VisibleToAdmin, AdminActions, _BaseUserAdmin, ModelAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("-created_at",)
    about = _(
        "Everybody with an account. Open one for its plan, its levels and the work behind it."
    )
    labels = {
        "is_active": _("Active"),
        "last_login": _("Last signed in"),
        "created_at": _("Joined"),
        "timezone": _("Time zone"),
        "email": _("E-mail"),
        "email_verified_at": _("E-mail confirmed"),
    }
    list_display = (
        "email", "name", "role", "plan", "studies", "last_studied", "last_login", "verified",
        "is_active",
    )  # fmt: skip
    list_filter = (
        "role", "plan", "languages__language", "is_active",
        ("email_verified_at", admin.EmptyFieldListFilter),
    )  # fmt: skip
    list_per_page = 50
    search_fields = ("email", "name")
    search_help_text = _("By name or e-mail address")
    readonly_fields = ("email_verified_at", "last_login", "created_at", "work", "on_record")
    inlines = (LearnerProfileInline, LearnerLanguageInline)
    actions = ("end_lockouts",)
    fieldsets = (
        (None, {"fields": (*FOR_EVERYONE, "password")}),
        (_("Standing"), {"fields": ("is_active", *readonly_fields)}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "password1", "password2")}),)
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        days = apps.get_model("learning.StudyDay")._default_manager.filter(learner=OuterRef("pk"))
        newest = Subquery(days.order_by("-day").values("day")[:1])
        return users.annotate(studied=newest).prefetch_related("languages")

    @admin.display(boolean=True, ordering="email_verified_at", description=_("Confirmed"))
    def verified(self, user: User) -> bool:
        return user.email_verified_at is not None

    @admin.display(description=_("Learning"))
    def studies(self, user: User) -> str:
        rows = user.languages.all()
        return ", ".join(f"{row.get_language_display()} {row.level}".strip() for row in rows) or "–"

    @admin.display(ordering="studied", description=_("Last studied"))
    def last_studied(self, user: Any) -> Any:
        return user.studied

    @admin.display(description=_("Work"))
    def work(self, user: User) -> SafeString:
        return _links(user, ABOUT_A_LEARNER if user.role == User.Role.STUDENT else {})

    @admin.display(description=_("On record"))
    def on_record(self, user: User) -> SafeString:
        return _links(user, ABOUT_ANYBODY)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None or caller_of(request).is_admin:
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": (*FOR_EVERYONE, "work")}),)

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

    about = _(
        "The level of each learner in each language, and how it is known. A level that a tutor"
        " sets here outranks a test."
    )
    labels = {
        "user": _("Learner"),
        "level_source": _("Known from"),
        "level_set_at": _("Since"),
    }
    fields = ("user", "language", "level", "level_source", "certainty", "level_set_at")
    readonly_fields = ("user", "language", "level_source", "certainty", "level_set_at")
    list_display = ("user", "language", "level", "certainty", "level_source", "level_set_at")
    list_per_page = 50
    search_help_text = _("By the learner's name or e-mail address")
    ordering = ("-level_set_at", "-created_at")
    list_filter = ("language", "level", "level_source")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")

    def heading(self, obj: LearnerLanguage) -> str:
        return f"{obj.user.name}: {obj.get_language_display()} {obj.level}".strip()

    @admin.display(description=_("Certainty"), ordering="level_probability")
    def certainty(self, row: LearnerLanguage) -> str:
        if row.level_probability is None:
            return "–"
        low, high = row.level_low, row.level_high
        span = f" ({low} to {high})" if low and low != high else ""
        return f"{row.level_probability:.0%}{span}"

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


@admin.register(RefreshFamily)
class RefreshFamilyAdmin(AdminActions, ReadOnlyAdmin, ModelAdmin):
    about = _(
        "Apps that signed in over the API, each with its own chain of tokens. Signing one out ends"
        " it within minutes. Browsers are not listed."
    )
    labels = {
        "created_at": _("Signed in"),
        "rotated_at": _("Last seen"),
        "revoked_at": _("Signed out"),
        "revoked_because": _("Why"),
    }
    ordering = ("-rotated_at",)
    list_per_page = 50
    search_help_text = _("By e-mail address")
    list_display = ("user", "created_at", "rotated_at", "revoked_at", "revoked_because")
    list_filter = ("revoked_because",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("current_jti",)
    actions = ("revoke",)

    def heading(self, obj: RefreshFamily) -> str:
        return str(obj.user)

    @admin.action(description="Sign the selected devices out", permissions=["manage"])
    def revoke(self, request: HttpRequest, families: QuerySet[RefreshFamily]) -> None:
        for family in families:
            services.revoke_family(family=family, reason=RefreshFamily.Reason.LOGOUT)
        self.message_user(request, "Signed out.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin, ModelAdmin):
    about = _("What was done to accounts and records, by whom and from where. Nothing changes it.")
    labels = {
        "created_at": _("When"),
        "actor": _("By"),
        "subject": _("About"),
        "address": _("From address"),
    }
    list_display = ("created_at", "done", "actor", "subject", "address")
    list_filter = (("created_at", DayRangeFilter), "action")
    list_filter_submit = True
    list_select_related = ("actor", "subject")
    search_fields = ("subject__email", "actor__email", "action")
    search_help_text = _("By e-mail address, or by what was done")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    list_per_page = 50
    paginator = BoundedPaginator
    fields = ("created_at", "done", "actor", "subject", told("detail", _("Details")), "address")

    def heading(self, obj: AuditEntry) -> str:
        return self.done(obj)

    @admin.display(description=_("What was done"), ordering="action")
    def done(self, entry: AuditEntry) -> str:
        return entry.action.replace("_", " ").replace(".", ": ").capitalize()


def _links(user: User, lists: dict[Any, str]) -> SafeString:
    """To lists, searched for the user."""
    asked = urlencode({"q": user.email})
    links = [(reverse(f"admin:{name}_changelist"), asked, title) for title, name in lists.items()]
    return format_html_join(" · ", '<a class="text-link" href="{}?{}">{}</a>', links) or NOTHING
