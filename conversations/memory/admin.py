"""Staff see how many memories there are and whether they may be made; never what they say."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.admin_mixins import ReadOnlyAdmin
from accounts.callers import caller_of
from conversations.memory.models import MemoryConsent


@admin.register(MemoryConsent)
class MemoryConsentAdmin(ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "given", "standing", "kept", "paused_until", "changed_at")
    list_filter = ("given", "share_with_tutor")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    ordering = ("-changed_at",)
    fields = ("learner", "given", "share_with_tutor", "paused_until", "standing", "kept")

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

    @admin.display(description="memories in use", ordering="standing_count")
    def standing(self, consent: MemoryConsent) -> int:
        counted: int = consent.standing_count  # type: ignore[attr-defined]  # annotated above
        return counted

    @admin.display(description="memories kept", ordering="kept_count")
    def kept(self, consent: MemoryConsent) -> int:
        counted: int = consent.kept_count  # type: ignore[attr-defined]  # annotated above
        return counted
