from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from learning.mastery.models import ErrorEvent, Evidence, Mastery, RecurringError, SkillProgress

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class CappedPaginator(_Paginator):
    """Counts no further than anybody pages: counting all of a log takes longer than showing it."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most].count())


@admin.register(Evidence)
class EvidenceAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "concept", "surface", "skill", "correct", "weight", "occurred_at")
    list_filter = ("surface", "skill", "correct")
    list_select_related = ("learner", "concept")
    search_fields = ("learner__email", "concept__name")
    ordering = ("-occurred_at",)
    paginator = CappedPaginator


@admin.register(Mastery)
class MasteryAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = (
        "learner",
        "concept",
        "language",
        "kind",
        "command",
        "evidence_count",
        "forgets_at",
    )
    list_filter = ("language", "kind")
    list_select_related = ("learner", "concept")
    search_fields = ("learner__email", "concept__name")
    ordering = ("forgets_at",)
    paginator = CappedPaginator

    @admin.display(description=_("right, %"))
    def command(self, row: Mastery) -> int:
        seen = row.right + row.wrong
        return round(100 * row.right / seen) if seen else 0


@admin.register(SkillProgress)
class SkillProgressAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "language", "skill", "level", "score", "answers", "streak_days")
    list_filter = ("language", "skill", "level")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    ordering = ("learner", "language", "skill")


class ErrorEventInline(TabularInline):
    model = ErrorEvent
    fields = ("occurred_at", "type", "quote")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(RecurringError)
class RecurringErrorAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = (
        "learner",
        "original",
        "corrected",
        "concept",
        "status",
        "times",
        "last_seen_at",
    )
    list_filter = ("status", "language", "kind")
    list_select_related = ("learner", "concept")
    search_fields = ("learner__email", "original", "corrected")
    ordering = ("-last_seen_at",)
    inlines = (ErrorEventInline,)
