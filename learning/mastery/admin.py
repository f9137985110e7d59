from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from config.back_office import (
    BoundedPaginator,
    ModelAdmin,
    TabularInline,
    row_link,
    told,
)
from learning.mastery.models import ErrorEvent, Evidence, Mastery, RecurringError, SkillProgress
from learning.sessions.admin import duration


@admin.register(Evidence)
class EvidenceAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _(
        "Each sign that a learner knows a word or a point, or does not: an answer, a use in a"
        " conversation, a review, a look-up. Mastery is reckoned from these."
    )
    labels = {
        "surface": _("Seen in"),
        "correct": _("Right"),
        "weight": _("Weight"),
        "hint_used": _("With a hint"),
        "spontaneous": _("Own words"),
        "occurred_at": _("When"),
    }
    list_display = ("learner", "concept", "surface", "skill", "correct", "weight", "occurred_at")
    list_filter = ("surface", "skill", "correct")
    list_select_related = ("learner", "concept")
    search_fields = ("learner__email", "learner__name", "concept__name")
    search_help_text = _("By learner, or by the word or point")
    ordering = ("-occurred_at",)
    list_per_page = 50
    paginator = BoundedPaginator
    fields = (
        "learner", "concept", "surface", "skill", "correct", "weight", "hint_used", "spontaneous",
        "rests_on", "occurred_at",
    )  # fmt: skip
    readonly_fields = ("rests_on",)

    def heading(self, obj: Evidence) -> str:
        return f"{obj.concept}: {_('right') if obj.correct else _('wrong')}"

    @admin.display(description=_("Rests on"))
    def rests_on(self, row: Evidence) -> SafeString:
        return row_link(row.source_type, row.source_id)


@admin.register(Mastery)
class MasteryAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _(
        "How well each learner holds each word and point, and when it needs seeing again. What"
        " fades first stands first."
    )
    labels = {
        "evidence_count": _("Seen, times"),
        "last_practiced": _("Last seen"),
        "forgets_at": _("Fades"),
        "stability": _("Lasts, days"),
        "difficulty": _("Difficulty"),
        "right": _("Right, weighed"),
        "wrong": _("Wrong, weighed"),
    }
    list_display = (
        "learner", "concept", "language", "kind", "command", "evidence_count", "last_practiced",
        "forgets_at",
    )  # fmt: skip
    list_filter = ("language", "kind")
    list_select_related = ("learner", "concept")
    search_fields = ("learner__email", "learner__name", "concept__name")
    search_help_text = _("By learner, or by the word or point")
    ordering = ("forgets_at",)
    list_per_page = 50
    paginator = BoundedPaginator

    def heading(self, obj: Mastery) -> str:
        return f"{obj.learner.name}: {obj.concept}"

    @admin.display(description=_("Right"))
    def command(self, row: Mastery) -> str:
        seen = row.right + row.wrong
        return f"{row.right / seen:.0%}" if seen else "–"


@admin.register(SkillProgress)
class SkillProgressAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("How each learner does in each skill: the level of the last test, and answers since.")
    labels = {
        "level": _("Level"),
        "score": _("Right lately, %"),
        "answers": _("Answers"),
        "streak_days": _("Streak, days"),
        "last_practice_date": _("Last practised"),
    }
    list_display = (
        "learner", "language", "skill", "level", "score", "answers", "streak_days",
        "last_practice_date",
    )  # fmt: skip
    fields = (*list_display, "time_on_task", told("milestones", _("Milestones")))
    readonly_fields = ("time_on_task",)
    list_filter = ("language", "skill", "level")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    search_help_text = _("By the learner's name or e-mail address")
    ordering = ("learner__email", "language", "skill")
    list_per_page = 50

    def heading(self, obj: SkillProgress) -> str:
        return f"{obj.learner.name}: {obj.get_skill_display()}, {obj.get_language_display()}"

    @admin.display(description=_("Time on task"))
    def time_on_task(self, row: SkillProgress) -> str:
        return duration(row.seconds)


class ErrorEventInline(TabularInline):
    model = ErrorEvent
    labels = {"occurred_at": _("When"), "type": _("What"), "quote": _("The learner's words")}
    fields = ("occurred_at", "type", "quote")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(RecurringError)
class RecurringErrorAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Slips that learners make again and again. One is closed once it is right on 3 days.")
    labels = {
        "original": _("Written"),
        "corrected": _("Better"),
        "kind": _("Kind"),
        "times": _("Times"),
        "first_seen_at": _("First"),
        "last_seen_at": _("Last"),
        "opened_at": _("Open since"),
        "closed_at": _("Closed"),
    }
    list_display = (
        "learner", "original", "corrected", "concept", "language", "status", "times",
        "last_seen_at",
    )  # fmt: skip
    fields = (
        "learner", "language", "original", "corrected", "reason", "concept", "kind", "status",
        "times", "first_seen_at", "last_seen_at", "opened_at", "closed_at",
    )  # fmt: skip
    list_filter = ("status", "language", "kind")
    list_select_related = ("learner", "concept")
    search_fields = ("learner__email", "learner__name", "original", "corrected")
    search_help_text = _("By learner, or by what was written")
    ordering = ("-last_seen_at",)
    list_per_page = 50
    inlines = (ErrorEventInline,)

    def heading(self, obj: RecurringError) -> str:
        return f"{obj.original} → {obj.corrected}" if obj.corrected else obj.original
