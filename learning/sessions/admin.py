from django.contrib import admin
from unfold.admin import ModelAdmin

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from learning.sessions.models import LearningSession, StudyDay


@admin.register(LearningSession)
class LearningSessionAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = (
        "learner", "session_type", "language", "level", "status", "time_on_task", "started_at",
        "active_at",
    )  # fmt: skip
    list_filter = ("session_type", "status", "language")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "started_at"
    ordering = ("-started_at",)

    @admin.display(description="Time on task", ordering="seconds")
    def time_on_task(self, session: LearningSession) -> str:
        minutes, seconds = divmod(session.seconds, 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@admin.register(StudyDay)
class StudyDayAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "language", "day", "turns", "answers", "corrections")
    list_filter = ("language",)
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "day"
    ordering = ("-day",)
