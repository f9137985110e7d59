from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from learning.mastery.admin import CappedPaginator
from practice.decks.models import DeckImport


@admin.register(DeckImport)
class DeckImportAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("file_name", "learner", "format", "status", "progress", "error", "created_at")
    list_filter = ("status", "format", "error_code")
    list_select_related = ("learner", "deck")
    search_fields = ("file_name", "learner__email", "learner__name")
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False

    @admin.display(description=_("notes"))
    def progress(self, row: Any) -> str:
        return f"{row.done} / {row.total}"
