from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from config.back_office import BoundedPaginator, ModelAdmin, told
from learning.sessions.models import LearningSession, StudyDay


@admin.register(LearningSession)
class LearningSessionAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Spans of work: a conversation, a test, a stretch of practice, with the time on it.")
    labels = {
        "session_type": _("Kind"),
        "started_at": _("Began"),
        "active_at": _("Last sign of work"),
        "completed_at": _("Ended"),
    }
    fields = (
        "learner", "session_type", "language", "level", "topics", "status", "time_on_task",
        "started_at", "active_at", "completed_at", told("metadata", _("Details")),
    )  # fmt: skip
    readonly_fields = ("time_on_task",)
    list_per_page = 50
    paginator = BoundedPaginator
    search_help_text = _("By the learner's name or e-mail address")
    list_display = (
        "learner", "session_type", "language", "level", "status", "time_on_task", "started_at",
        "active_at",
    )  # fmt: skip
    list_filter = ("session_type", "status", "language")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "started_at"
    ordering = ("-started_at",)

    def heading(self, obj: LearningSession) -> str:
        return f"{obj.learner.name}: {obj.get_session_type_display()}, {obj.started_at:%-d %b %Y}"

    @admin.display(description=_("Time on task"), ordering="seconds")
    def time_on_task(self, session: LearningSession) -> str:
        return duration(session.seconds)


@admin.register(StudyDay)
class StudyDayAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("What each learner did on each of their days, in their own time zone.")
    labels = {
        "turns": _("Messages"),
        "answers": _("Answers"),
        "corrections": _("Corrections"),
    }
    list_per_page = 50
    paginator = BoundedPaginator
    search_help_text = _("By the learner's name or e-mail address")
    list_display = ("learner", "language", "day", "turns", "answers", "corrections")
    list_filter = ("language",)
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "day"
    ordering = ("-day",)

    def heading(self, obj: StudyDay) -> str:
        return f"{obj.learner.name}: {obj.day:%-d %b %Y}, {obj.get_language_display()}"


def duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
