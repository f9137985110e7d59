"""The queue of what is to be looked at: appeals first. Admins only: a flag may be about a tutor."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin_mixins import AdminActions
from accounts.callers import caller_of
from ai.models import ModerationFlag
from config.addresses import client_address
from config.back_office import ModelAdmin, row_link
from config.errors import DomainError
from conversations.moderation.appeals import MAX_DECISION, decide
from conversations.moderation.selectors import in_queue_order

if TYPE_CHECKING:
    _Form = forms.ModelForm[ModerationFlag]
else:
    _Form = forms.ModelForm

Status = ModerationFlag.Status


class DecisionForm(_Form):
    verdict = forms.ChoiceField(
        label=_("Decision"),
        required=False,
        choices=[
            ("", _("Not yet")),
            (Status.UPHELD, _("Uphold it")),
            (Status.OVERTURNED, _("Dismiss it: the text is fine")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
    )
    why = forms.CharField(
        label=_("Why, for its writer"),
        required=False,
        max_length=MAX_DECISION,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    class Meta:
        model = ModerationFlag
        fields = ()


class StateFilter(admin.SimpleListFilter):
    """What waits, unless another state is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), *Status.choices]

    def choices(self, changelist: Any) -> Any:
        default, *others = super().choices(changelist)
        return [default | {"display": _("Waiting")}, *others]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ModerationFlag]
    ) -> QuerySet[ModerationFlag]:
        state = self.value()
        if state == "all":
            return queryset
        if state in Status.values:
            return queryset.filter(status=state)
        return queryset.filter(status__in=(Status.QUEUED, Status.APPEALED))


@admin.register(ModerationFlag)
class ModerationFlagAdmin(AdminActions, ModelAdmin):
    form = DecisionForm
    about = _(
        "Texts that were found wanting. Appeals stand first. Uphold a flag, or dismiss it if the"
        " text is fine; its writer reads what you say."
    )
    labels = {
        "user": _("Writer"),
        "severity": _("Severity"),
        "action": _("What was done"),
        "excerpt": _("What was found"),
        "reason": _("Told to its writer"),
        "found_by": _("Found by"),
        "created_at": _("When"),
        "decision": _("Why"),
    }
    search_help_text = _("By writer, or by the words found")
    list_display = (
        "words",
        "category",
        "severity",
        "state",
        "appealed",
        "where",
        "user",
        "created_at",
    )
    list_filter = (StateFilter, "category", "severity", "action", "surface")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "excerpt", "appeal")
    date_hierarchy = "created_at"
    list_per_page = 50
    show_full_result_count = False
    actions = ("uphold", "dismiss")
    shown = (
        "user", "where", "rests_on", "category", "severity", "action", "status",
        "excerpt", "reason", "found_by", "created_at", "appeal", "appealed_at", "decision",
        "decided_by", "decided_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModerationFlag]:
        rows: QuerySet[ModerationFlag] = super().get_queryset(request)
        return in_queue_order(rows)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return caller_of(request).is_admin

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return caller_of(request).is_admin

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shown

    def get_fields(self, request: HttpRequest, obj: ModerationFlag | None = None) -> Any:
        waits = obj is not None and obj.status in (Status.QUEUED, Status.APPEALED)
        return (*self.shown, *(("verdict", "why") if waits else ()))

    def save_model(
        self, request: HttpRequest, obj: ModerationFlag, form: Any, change: bool
    ) -> None:
        said = form.cleaned_data
        if said.get("verdict"):
            self._decide(request, [obj], said["verdict"], said.get("why", ""))

    def heading(self, obj: ModerationFlag) -> str:
        return f"{obj.get_category_display()}, {obj.get_severity_display().lower()}"

    @admin.display(description=_("What was found"))
    def words(self, flag: ModerationFlag) -> str:
        return Truncator(flag.excerpt).chars(80) or "–"

    @admin.display(description=_("Where"), ordering="surface")
    def where(self, flag: ModerationFlag) -> str:
        return flag.surface.replace("_", " ").capitalize()

    @admin.display(description=_("Its text"))
    def rests_on(self, flag: ModerationFlag) -> SafeString:
        return row_link(flag.source_type, flag.source_id)

    @admin.display(description=_("Appeal"))
    def appealed(self, flag: ModerationFlag) -> str:
        return Truncator(flag.appeal).chars(60) or "–"

    @admin.display(description=_("State"), ordering="rank")
    def state(self, flag: ModerationFlag) -> str:
        return flag.get_status_display()

    @admin.action(description=_("Uphold the selected flags"), permissions=["manage"])
    def uphold(self, request: HttpRequest, flags: QuerySet[ModerationFlag]) -> None:
        count = self._decide(request, flags, Status.UPHELD)
        self.message_user(request, _("%d upheld.") % count, messages.SUCCESS)

    @admin.action(description=_("Dismiss the selected flags"), permissions=["manage"])
    def dismiss(self, request: HttpRequest, flags: QuerySet[ModerationFlag]) -> None:
        count = self._decide(request, flags, Status.OVERTURNED)
        self.message_user(request, _("%d dismissed.") % count, messages.SUCCESS)

    def _decide(self, request: HttpRequest, flags: Any, verdict: str, why: str = "") -> int:
        decided = 0
        for flag in flags:
            try:
                decide(
                    admin=caller_of(request),
                    flag_id=flag.pk,
                    verdict=verdict,
                    decision=why,
                    now=timezone.now(),
                    address=client_address(request),
                )
                decided += 1
            except DomainError as error:
                self.message_user(request, f"{flag}: {error.message}", messages.ERROR)
        return decided


def waiting(request: HttpRequest) -> int | None:
    """For the sidebar: how many flags wait for a look."""
    if not caller_of(request).is_admin:
        return None
    return ModerationFlag.objects.waiting().count() or None
