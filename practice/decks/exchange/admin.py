from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from config.back_office import BoundedPaginator, ModelAdmin
from practice.decks.models import DeckImport


@admin.register(DeckImport)
class DeckImportAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Files that learners bring in as cards, and how far each has come.")
    labels = {"file_name": _("File"), "created_at": _("When"), "error": _("What went wrong")}
    search_help_text = _("By file, or by the learner's name or e-mail address")
    list_per_page = 50
    list_display = ("file_name", "learner", "format", "status", "progress", "error", "created_at")
    list_filter = ("status", "format", "error_code")
    list_select_related = ("learner", "deck")
    search_fields = ("file_name", "learner__email", "learner__name")
    ordering = ("-id",)
    paginator = BoundedPaginator
    show_full_result_count = False

    @admin.display(description=_("Notes"))
    def progress(self, row: Any) -> str:
        return f"{row.done} / {row.total}"
