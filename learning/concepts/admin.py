from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import ReadOnlyAdmin
from config.back_office import ModelAdmin, told
from learning.concepts.models import Concept


@admin.register(Concept)
class ConceptAdmin(ReadOnlyAdmin, ModelAdmin):
    """What can be known. It is authored in files, and words come as they are met."""

    about = _(
        "What can be known: words, grammar points and topics. Points and topics are written in"
        " files, and words come as they are met, so nothing is changed here."
    )
    labels = {
        "language": _("Language"),
        "level": _("Level"),
        "slug": _("Stable name"),
        "frequency": _("Frequency"),
        "difficulty": _("Difficulty"),
        "forms": _("Forms"),
        "requires": _("Builds on"),
        "rules": _("Rules"),
    }
    list_display = ("name", "kind", "language", "subject", "level", "frequency")
    fields = (
        "name", told("names", _("Name by language")), "kind", "language", "subject", "level",
        "slug", "frequency", "difficulty", "forms", told("explanation", _("Explanation")),
        told("examples", _("Examples")), told("slips", _("Typical slips")), "requires", "rules",
    )  # fmt: skip
    list_filter = ("kind", "language", "level", "subject")
    search_fields = ("name", "slug")
    search_help_text = _("By name")
    ordering = ("kind", "language", "level", "name")
    list_per_page = 50
