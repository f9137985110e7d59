"""Staff see how many memories there are and whether they may be made; never what they say."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import ReadOnlyAdmin
from accounts.callers import caller_of
from config.back_office import ModelAdmin
from conversations.memory.models import MemoryConsent


@admin.register(MemoryConsent)
class MemoryConsentAdmin(ReadOnlyAdmin, ModelAdmin):
    about = _(
        "Whether each learner lets the tutor remember things about them. What is remembered is"
        " shown to nobody here."
    )
    labels = {
        "given": _("Allowed"),
        "share_with_tutor": _("Shared with the tutor"),
        "changed_at": _("Decided"),
        "paused_until": _("Paused until"),
    }
    list_per_page = 50
    search_help_text = _("By the learner's name or e-mail address")
    list_display = (
        "learner",
        "given",
        "share_with_tutor",
        "standing",
        "kept",
        "paused_until",
        "changed_at",
    )
    list_filter = ("given", "share_with_tutor")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    ordering = ("-changed_at",)
    fields = (
        "learner",
        "given",
        "share_with_tutor",
        "paused_until",
        "standing",
        "kept",
        "changed_at",
    )

    def heading(self, obj: MemoryConsent) -> str:
        return obj.learner.name

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return caller_of(request).is_admin

    def get_queryset(self, request: HttpRequest) -> QuerySet[MemoryConsent]:
        memories = "learner__memories"
        true_now = Q(
            **{f"{memories}__valid_to__isnull": True, f"{memories}__archived_at__isnull": True}
        ) & Q(**{f"{memories}__isnull": False})
        rows: QuerySet[MemoryConsent] = super().get_queryset(request)
        return rows.annotate(
            standing_count=Count(memories, filter=true_now), kept_count=Count(memories)
        )

    @admin.display(description=_("Memories in use"), ordering="standing_count")
    def standing(self, consent: MemoryConsent) -> int:
        counted: int = consent.standing_count  # type: ignore[attr-defined]  # annotated above
        return counted

    @admin.display(description=_("Memories kept"), ordering="kept_count")
    def kept(self, consent: MemoryConsent) -> int:
        counted: int = consent.kept_count  # type: ignore[attr-defined]  # annotated above
        return counted
