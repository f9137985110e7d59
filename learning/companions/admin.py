from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import AdminActions, ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from accounts.models import User
from config.back_office import ModelAdmin
from learning.companions import services
from learning.companions.models import Companion, CompanionSession


@admin.register(Companion)
class CompanionAdmin(AdminActions, VisibleToAdmin, ModelAdmin):
    """Those for everybody: what comes with Parlance is changed in its file and can be hidden here,
    and admins add companions of the house. Learners' own are looked at."""

    about = _(
        "Whom learners talk with. What comes with Parlance can be hidden here, admins add those of"
        " the house, and learners' own are only looked at."
    )
    labels = {
        "is_active": _("Shown"),
        "language": _("Language"),
        "duration": _("Minutes"),
        "instructions": _("What it is like"),
        "keeps_private": _("Keeps to itself"),
    }
    list_display = ("name", "subject", "topic", "spoken", "made_by", "is_active", "talks")
    list_filter = ("subject", "language", "is_active")
    list_select_related = ("author",)
    search_fields = ("name", "topic", "author__email", "author__name")
    search_help_text = _("By name, topic or who made it")
    ordering = ("language", "subject", "name")
    list_per_page = 50
    show_full_result_count = False
    fields = (
        "name", "subject", "topic", "language", "voice", "style", "duration", "instructions",
        "keeps_private", "is_active",
    )  # fmt: skip
    actions = ("show", "hide")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(times=Count("sessions"))
        return counted

    def has_add_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin

    def has_change_permission(self, request: HttpRequest, obj: Companion | None = None) -> bool:
        if obj is not None and (obj.author_id or obj.slug):
            return False
        return caller_of(request).is_admin

    def has_delete_permission(self, request: HttpRequest, obj: Companion | None = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.change_companion(companion=obj, fields=form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: Companion) -> None:
        services.delete_companion(companion=obj)

    @admin.display(description=_("Language"), ordering="language")
    def spoken(self, companion: Companion) -> str:
        return companion.get_language_display() or "any"

    @admin.display(description=_("Made by"), ordering="author__email")
    def made_by(self, companion: Companion) -> User | str:
        return companion.author or ("Parlance" if companion.slug else "the house")

    @admin.display(description=_("Talks"), ordering="times")
    def talks(self, companion: Companion) -> int:
        times: int = companion.times  # type: ignore[attr-defined]  # annotated above
        return times

    @admin.action(description="Show to learners", permissions=["manage"])
    def show(self, request: HttpRequest, queryset: QuerySet[Companion]) -> None:
        self._set_shown(request, queryset, shown=True)

    @admin.action(description="Hide from learners", permissions=["manage"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Companion]) -> None:
        self._set_shown(request, queryset, shown=False)

    def _set_shown(self, request: HttpRequest, rows: QuerySet[Companion], *, shown: bool) -> None:
        changed = services.set_shown(companions=rows.filter(author__isnull=True), shown=shown)
        self.message_user(request, f"{changed} changed. Learners’ own are left as they are.")


@admin.register(CompanionSession)
class CompanionSessionAdmin(ReadOnlyAdmin, ModelAdmin):
    """For admins alone: what a plan allows is counted by these."""

    about = _("When somebody began to talk with a companion: a plan allows so many a month.")
    labels = {"user": _("Learner"), "created_at": _("Began")}
    search_help_text = _("By the learner or the companion")
    list_per_page = 50
    list_display = ("user", "companion", "created_at")
    list_select_related = ("user", "companion")
    search_fields = ("user__email", "user__name", "companion__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)

    def heading(self, obj: CompanionSession) -> str:
        return f"{obj.user.name}: {obj.companion}"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return caller_of(request).is_admin
