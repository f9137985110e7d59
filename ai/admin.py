from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from ai.models import UsageRecord
from ai.prices import price_of
from config.back_office import BoundedPaginator, DayRangeFilter, ModelAdmin

DAYS_SHOWN = 60


@admin.register(UsageRecord)
class UsageRecordAdmin(ModelAdmin):
    about = _("Every call to a provider: what it was for, what it cost, how it ended.")
    labels = {
        "created_at": _("When"),
        "error_code": _("Error"),
        "first_token_ms": _("First token, ms"),
        "latency_ms": _("Took, ms"),
        "user": _("For"),
        "reference": _("Row"),
        "estimated": _("Estimated"),
    }
    list_display = (
        "created_at", "provider", "model", "what_for", "ended", "tokens", "cost", "first_token_ms",
        "latency_ms",
    )  # fmt: skip
    fields = (
        "created_at", "user", "provider", "model", "what_for", "prompt", "reference", "tokens",
        "estimated", "cost", "first_token_ms", "latency_ms", "ended",
    )  # fmt: skip
    date_hierarchy = "created_at"
    search_help_text = _("By user, model, prompt, error or the id of the row it was for")
    list_filter = ("provider", "purpose", "outcome", ("created_at", DayRangeFilter))
    list_filter_submit = True
    search_fields = ("user__email", "model", "prompt", "error_code", "reference__exact")
    ordering = ("-created_at",)
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    list_before_template = "ai/usage_totals.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: UsageRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: UsageRecord | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            context = response.context_data or {}
            rows = context["cl"].queryset
            context |= {"usage_totals": totals(rows), "usage_days": by_day(rows)}
        return response

    def heading(self, obj: UsageRecord) -> str:
        return f"{obj.provider} {obj.model}, {self.what_for(obj)}"

    @admin.display(description=_("Purpose"), ordering="purpose")
    def what_for(self, row: UsageRecord) -> str:
        return row.purpose.replace("_", " ")

    @admin.display(description=_("Outcome"), ordering="outcome")
    def ended(self, row: UsageRecord) -> str:
        why = row.error_code.replace("_", " ")
        return f"{row.get_outcome_display()}: {why}" if why else row.get_outcome_display()

    @admin.display(description=_("Tokens in / out"), ordering="tokens_out")
    def tokens(self, row: UsageRecord) -> str:
        mark = "~" if row.estimated else ""
        return f"{mark}{row.tokens_in} / {mark}{row.tokens_out}"

    @admin.display(description=_("Cost, US dollars"), ordering="cost_micros")
    def cost(self, row: UsageRecord) -> str:
        if price_of(row.provider, row.model) is None:
            return str(_("no price known"))
        return dollars(row.cost_micros)


def totals(rows: QuerySet[UsageRecord]) -> dict[str, Any]:
    """What the filtered list adds up to, in one query."""
    sums = rows.order_by().aggregate(
        calls=Count("pk"),
        failed=Count("pk", filter=Q(outcome=UsageRecord.Outcome.FAILED)),
        tokens_in=Sum("tokens_in", default=0),
        tokens_out=Sum("tokens_out", default=0),
        cost_micros=Sum("cost_micros", default=0),
    )
    return {**sums, "dollars": dollars(sums["cost_micros"])}


def by_day(rows: QuerySet[UsageRecord]) -> list[dict[str, Any]]:
    """The same by day and provider, newest first, in one query; at most `DAYS_SHOWN` lines."""
    lines = (
        rows.order_by()
        .annotate(day=TruncDate("created_at"))
        .values("day", "provider")
        .annotate(
            calls=Count("pk"),
            failed=Count("pk", filter=Q(outcome=UsageRecord.Outcome.FAILED)),
            tokens=Sum("tokens_in") + Sum("tokens_out"),
            micros=Sum("cost_micros"),
        )
        .order_by("-day", "provider")[:DAYS_SHOWN]
    )
    return [{**line, "dollars": dollars(line["micros"])} for line in lines]


def dollars(micros: int) -> str:
    return f"{micros / 1_000_000:.4f}"
