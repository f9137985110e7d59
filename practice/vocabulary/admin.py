from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts.admin_mixins import VisibleToAdmin
from accounts.callers import caller_of
from practice.vocabulary import search
from practice.vocabulary.models import VocabularyItem, VocabularyList


class VocabularyItemInline(TabularInline):
    model = VocabularyItem
    fields = ("position", "text", "translation", "part_of_speech", "gender", "example")
    extra = 0


@admin.register(VocabularyList)
class VocabularyListAdmin(VisibleToAdmin, ModelAdmin):
    list_display = ("name", "language", "level", "category", "visibility", "owner")
    list_filter = ("language", "level", "visibility")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email", "items__text")
    autocomplete_fields = ("owner",)
    exclude = ("slug", "copied_from", "is_default")
    inlines = (VocabularyItemInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            for item in formset.save(commit=False):
                item.language = form.instance.language
        super().save_related(request, form, formsets, change)
        native = caller_of(request).native_language
        search.index(form.instance.items.all(), language=form.instance.language, native=native)
