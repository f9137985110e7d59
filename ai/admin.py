from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from ai.models import UsageRecord
from ai.prices import price_of

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

COUNTED_AT_MOST = 10_000


class BoundedPaginator(_Paginator):
    """Counts no further than a person pages: counting millions of events would be the slow part."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[UsageRecord], self.object_list)
        return rows.order_by()[:COUNTED_AT_MOST].count()


class DayRangeFilter(RangeDateFilter):
    """Whole days of the server's time zone, the last one included."""

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[UsageRecord]
    ) -> QuerySet[UsageRecord]:
        first, last = (self._day(end) for end in ("from", "to"))
        if first:
            queryset = queryset.filter(created_at__gte=first)
        if last:
            queryset = queryset.filter(created_at__lt=last + timedelta(days=1))
        return queryset

    def _day(self, end: str) -> datetime | None:
        day = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{end}") or "")
        return make_aware(datetime.combine(day, time.min)) if day else None


@admin.register(UsageRecord)
class UsageRecordAdmin(ModelAdmin):
    list_display = (
        "created_at",
        "provider",
        "model",
        "purpose",
        "outcome",
        "error_code",
        "tokens",
        "cost",
        "first_token_ms",
        "latency_ms",
    )
    list_filter = ("provider", "purpose", "outcome", ("created_at", DayRangeFilter))
    list_filter_submit = True
    search_fields = ("model", "prompt", "error_code", "reference__exact")
    ordering = ("-created_at",)
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    list_before_template = "ai/usage_totals.html"
    raw_id_fields = ("user",)

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
            context["usage_totals"] = totals(context["cl"].queryset)
        return response

    @admin.display(description=_("tokens in / out"), ordering="tokens_out")
    def tokens(self, row: UsageRecord) -> str:
        mark = "~" if row.estimated else ""
        return f"{mark}{row.tokens_in} / {mark}{row.tokens_out}"

    @admin.display(description=_("cost, US dollars"), ordering="cost_micros")
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


def dollars(micros: int) -> str:
    return f"{micros / 1_000_000:.4f}"
