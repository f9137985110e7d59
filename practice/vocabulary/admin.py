from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, JSON, YAML
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import action

from accounts.admin_mixins import VisibleToAdmin
from accounts.callers import caller_of
from config.back_office import BoundedPaginator, ModelAdmin, TabularInline, told
from practice.vocabulary import search
from practice.vocabulary.exchange import WordResource
from practice.vocabulary.models import VocabularyItem, VocabularyList


class VocabularyItemInline(TabularInline):
    model = VocabularyItem
    labels = {"text": _("Word"), "translation": _("Translation")}
    fields = ("position", "text", "translation", "part_of_speech", "gender", "example")
    extra = 0


@admin.register(VocabularyList)
class VocabularyListAdmin(VisibleToAdmin, ModelAdmin):
    about = _("Words by theme. Those with no owner are the house's, and every learner finds them.")
    labels = {"category": _("Theme")}
    list_per_page = 50
    ordering = ("language", "level", "name")
    search_help_text = _("By name, owner or a word in it")
    list_display = ("name", "language", "level", "category", "visibility", "owner")
    list_filter = ("language", "level", "visibility")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email", "items__text")
    autocomplete_fields = ("owner",)
    exclude = ("slug", "copied_from", "is_default")
    inlines = (VocabularyItemInline,)
    actions_list = ("import_words", "export_words")

    @action(description=_("Import words"), permissions=["add"])  # type: ignore[untyped-decorator]
    def import_words(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:practice_vocabularyitem_import")

    @action(description=_("Export words"), permissions=["add"])  # type: ignore[untyped-decorator]
    def export_words(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:practice_vocabularyitem_export")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            for item in formset.save(commit=False):
                item.language = form.instance.language
        super().save_related(request, form, formsets, change)
        native = caller_of(request).native_language
        search.index(form.instance.items.all(), language=form.instance.language, native=native)


@admin.register(VocabularyItem)
class VocabularyItemAdmin(ImportExportModelAdmin, ModelAdmin):
    """Words of the public lists, for files in and out; single ones are changed in their list."""

    resource_classes = (WordResource,)
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = (CSV, YAML, JSON)
    about = _("The words of the house's lists, to search, take out as a file, and bring in.")
    labels = {"text": _("Word"), "vocabulary_list": _("List")}
    search_help_text = _("By word, translation or list")
    fields = (
        "text", "vocabulary_list", "language", "translation",
        told("translations", _("In each language")), "part_of_speech", "gender", "example",
        told("example_translations", _("Example in each language")), "level", "position",
    )  # fmt: skip
    list_display = ("text", "meaning", "language", "level", "part_of_speech", "vocabulary_list")
    list_display_links = None
    list_filter = ("language", "level", "part_of_speech", "vocabulary_list__category")
    list_select_related = ("vocabulary_list",)
    search_fields = ("text", "translation", "vocabulary_list__name")
    ordering = ("language", "vocabulary_list", "position")
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[VocabularyItem]:
        rows: QuerySet[VocabularyItem] = super().get_queryset(request)
        return rows.filter(vocabulary_list__owner=None).defer("search")

    @admin.display(description=_("Translation"))
    def meaning(self, item: VocabularyItem) -> str:
        return item.translation or item.translations.get("en") or "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin

    def has_export_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin
