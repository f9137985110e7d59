"""What all pages of the back office share: short words, a line of help, values in words."""

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import StackedInline as UnfoldStackedInline
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

COUNTED_AT_MOST = 10_000
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$")
LONG = 40
"""Characters from which each text of a list has a line of its own."""
SENTENCE = 5
"""Words from which on a field's name is an explanation."""

NOTHING = SafeString("–")


class Labelled:
    """Names a model's fields for a person. The model's own, longer words become the hint."""

    labels: ClassVar[dict[str, Any]] = {}
    model: Any

    def _words(self, form: Any) -> dict[str, dict[str, Any]]:
        fields = [self.model._meta.get_field(name) for name in self.labels if "__" not in name]
        hints = {field.name: hint_of(field) for field in fields if hint_of(field)}
        hints = {name: hint for name, hint in hints.items() if hint != str(self.labels[name])}
        given = getattr(getattr(form, "Meta", None), "help_texts", None) or {}
        return {"labels": self.labels, "help_texts": hints | given}


class ModelAdmin(Labelled, UnfoldModelAdmin):
    """`about` says what the list is, and stands above it. `heading` is one row's name."""

    about: ClassVar[Any] = ""
    list_before_template = "admin/about.html"

    def heading(self, obj: Any) -> str:
        return str(obj)

    def get_list_display(self, request: HttpRequest) -> Any:
        return [self._columns.get(one, one) for one in super().get_list_display(request)]

    def get_form(self, request: HttpRequest, obj: Any = None, *more: Any, **options: Any) -> Any:
        words = self._words(options.get("form") or self.form)
        return super().get_form(request, obj, *more, **(words | options))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        for spec in changelist.filter_specs:
            label = str(self.labels.get(getattr(spec, "field_path", ""), spec.title))
            spec.title = label[:1].lower() + label[1:]
        if changelist.full_result_count is None and not changelist.has_active_filters:
            # Else the heading of a whole list offers to show the whole list.
            changelist.full_result_count = None if changelist.query else changelist.result_count
        return changelist

    def render_change_form(
        self, request: HttpRequest, context: Any, *more: Any, **options: Any
    ) -> Any:
        obj = options.get("obj") or context.get("original")
        if obj is not None:
            context["subtitle"] = self.heading(obj)
        return super().render_change_form(request, context, *more, **options)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        """Made once: the theme compares columns by identity to know which ones sort."""
        fields = {field.name: field for field in self.model._meta.concrete_fields}
        named = (one for one in self.list_display if isinstance(one, str) and one in fields)
        return {
            name: column_of(
                fields[name], self.labels.get(name) or capfirst(fields[name].verbose_name)
            )
            for name in named
            if not callable(getattr(type(self), name, None))
        }


class TabularInline(Labelled, UnfoldTabularInline):
    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return super().get_formset(request, obj, **(self._words(self.form) | options))


class StackedInline(Labelled, UnfoldStackedInline):
    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return super().get_formset(request, obj, **(self._words(self.form) | options))


class BoundedPaginator(_Paginator):
    """Counts no further than a person pages: counting millions of events would be the slow part."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[:COUNTED_AT_MOST].count()


class DayRangeFilter(RangeDateFilter):
    """Whole days of the server's time zone, the last one included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self._day(end) for end in ("from", "to"))
        if first:
            queryset = queryset.filter(created_at__gte=first)
        if last:
            queryset = queryset.filter(created_at__lt=last + timedelta(days=1))
        return queryset

    def _day(self, end: str) -> datetime | None:
        day = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{end}") or "")
        return make_aware(datetime.combine(day, time.min)) if day else None


def hint_of(field: Any) -> str:
    """What the model says of a field beyond its name; a word or two more say nothing new."""
    said = str(getattr(field, "verbose_name", ""))
    return said[:1].upper() + said[1:] if len(said.split()) >= SENTENCE else ""


def column_of(field: Any, label: Any) -> Any:
    """A column of a list under a short name; sorts as the field would."""

    @admin.display(
        description=label, ordering=field.name, boolean=isinstance(field, models.BooleanField)
    )
    def shown(row: Any) -> Any:
        if field.choices:
            return getattr(row, f"get_{field.name}_display")() or None
        return getattr(row, field.name)

    shown.__name__ = field.name
    return shown


def told(name: str, label: Any) -> Any:
    """A read-only field that tells a JSON value in words instead of braces and quotes."""

    @admin.display(description=label)
    def shown(row: Any) -> SafeString:
        return in_words(getattr(row, name))

    shown.__name__ = f"told_{name}"
    return shown


def in_words(value: Any) -> SafeString:
    """Nested lists of what a JSON value holds."""
    if isinstance(value, dict) and value:
        rows = ((_spaced(key), in_words(one)) for key, one in value.items())
        body = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
        return format_html('<dl class="told">{}</dl>', body)
    if isinstance(value, list | tuple) and value:
        if any(isinstance(one, dict | list) or len(str(one)) > LONG for one in value):
            items = format_html_join("", "<li>{}</li>", ((in_words(one),) for one in value))
            return format_html('<ul class="told">{}</ul>', items)
        return format_html("{}", ", ".join(str(one) for one in value))
    return NOTHING if value in (None, "", {}, [], ()) else format_html("{}", _plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:.4g}"
    moment = parse_datetime(value) if isinstance(value, str) and INSTANT.match(value) else None
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else value


def _spaced(key: object) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", str(key)).lower()


def row_link(table: str, row_id: Any) -> SafeString:
    """The page of a row that is known by its table's name and its id. Asks no query."""
    if not table or row_id is None:
        return NOTHING
    try:
        options = apps.get_model(table)._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row_id])
    except (LookupError, ValueError):
        return format_html("{}", table)
    except NoReverseMatch:
        return format_html("{}", options.verbose_name)
    return format_html('<a href="{}" class="text-link">{}</a>', address, options.verbose_name)
