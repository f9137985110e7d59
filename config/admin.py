"""The back office of what no app of ours owns: schedules and failures to sign in."""

from axes.models import AccessAttempt
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin_mixins import ReadOnlyAdmin
from config.back_office import ModelAdmin

for _model in (PeriodicTask, ClockedSchedule, CrontabSchedule, SolarSchedule, IntervalSchedule):
    admin.site.unregister(_model)


class TaskSelectWidget(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    pass


class PeriodicTaskForm(beat.PeriodicTaskForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelectWidget()
        self.fields["enabled"].help_text = _("Off, it is not done by the clock.")


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(beat.PeriodicTaskAdmin, ModelAdmin):
    form = PeriodicTaskForm
    # The library's own brings a script in its page, which ours refuse.
    change_form_template = None
    about = _("Work that is done by the clock. Switch one off, or change when it is done.")
    list_display = ("name", "enabled", "scheduler", "last_run_at", "total_run_count")
    list_display_links = ("name",)
    labels = {
        "enabled": _("On"),
        "last_run_at": _("Last done"),
        "total_run_count": _("Times done"),
    }
    ordering = ("name",)


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(beat.IntervalScheduleAdmin, ModelAdmin):
    pass


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(beat.CrontabScheduleAdmin, ModelAdmin):
    pass


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(beat.ClockedScheduleAdmin, ModelAdmin):
    pass


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin, ModelAdmin):
    about = _("Who failed to sign in, from where and how often. After five, they are locked out.")
    list_per_page = 50
    search_help_text = _("By e-mail address or address on the network")
    list_display = ("attempt_time", "username", "ip_address", "failures_since_start")
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time",)
    fields = (*list_display, "user_agent", "path_info")
    labels = {
        "attempt_time": _("When"),
        "username": _("E-mail"),
        "ip_address": _("From address"),
        "failures_since_start": _("Failures"),
        "user_agent": _("Browser"),
        "path_info": _("Page"),
    }

    def heading(self, obj: AccessAttempt) -> str:
        return str(obj.username or obj.ip_address)
