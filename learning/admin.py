from django.contrib import admin
from unfold.admin import ModelAdmin

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from learning.mastery.admin import (
    EvidenceAdmin,
    MasteryAdmin,
    RecurringErrorAdmin,
    SkillProgressAdmin,
)
from learning.models import LearningSession, StudyDay

__all__ = [
    "EvidenceAdmin",
    "LearningSessionAdmin",
    "MasteryAdmin",
    "RecurringErrorAdmin",
    "SkillProgressAdmin",
    "StudyDayAdmin",
]


@admin.register(LearningSession)
class LearningSessionAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "session_type", "language", "level", "status", "started_at")
    list_filter = ("session_type", "status", "language")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "started_at"
    ordering = ("-started_at",)


@admin.register(StudyDay)
class StudyDayAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "language", "day", "turns", "answers", "corrections")
    list_filter = ("language",)
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "day"
    ordering = ("-day",)
