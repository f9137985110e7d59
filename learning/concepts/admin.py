from django.contrib import admin
from unfold.admin import ModelAdmin

from accounts.admin_mixins import ReadOnlyAdmin
from learning.concepts.models import Concept


@admin.register(Concept)
class ConceptAdmin(ReadOnlyAdmin, ModelAdmin):
    """What can be known. It is authored in files, and words come as they are met."""

    list_display = ("name", "kind", "language", "subject", "level", "frequency")
    list_filter = ("kind", "language", "level", "subject")
    search_fields = ("name", "slug")
    ordering = ("kind", "language", "level", "name")
    list_per_page = 50
