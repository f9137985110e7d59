from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, YAML
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import action

from accounts.admin_mixins import AdminActions, ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from assessments.calibration.certainty import confirmed_certainty, simulated_certainty
from assessments.calibration.flags import MISFIT, SHOWN_TOO_OFTEN, TOO_FEW
from assessments.dispute_admin import DisputeAdmin, ResponseAdmin
from assessments.exchange import PARAMETERS, ItemResource
from assessments.feedback import answer_text
from assessments.models import Assessment, Item, Response
from assessments.services import set_item_state
from assessments.services.bank import is_from_files
from assessments.services.disputes import DISPUTED, settle_items
from config.back_office import ModelAdmin, TabularInline, told
from config.languages import TAUGHT

__all__ = ["AssessmentAdmin", "DisputeAdmin", "ItemAdmin", "ResponseAdmin"]

if TYPE_CHECKING:
    _ItemForm = forms.ModelForm[Item]
else:
    _ItemForm = forms.ModelForm


CALIBRATIONS_SHOWN = 10


class ItemForm(_ItemForm):
    class Meta:
        model = Item
        exclude = ("exposures",)
        help_texts = {
            "options": 'A list such as [{"id": "a", "text": "es"}, {"id": "b", "text": "está"}].',
            "slug": "Any name that does not look like one from the bank's files (es-a1-grammar-…).",
        }

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if is_from_files(slug) and slug != self.instance.slug:
            raise ValidationError(_("Slugs like this are kept for the bank's files."))
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("type") == Item.Type.MULTIPLE_CHOICE:
            self._check_options(data.get("options") or [], data.get("key") or [])
        return data

    def _check_options(self, options: Any, key: list[str]) -> None:
        sound = isinstance(options, list) and all(
            isinstance(option, dict) and set(option) == {"id", "text"} for option in options
        )
        if not sound:
            self.add_error("options", "Each option has an id and a text, nothing else.")
        elif len({option["id"] for option in options}) < max(len(options), 2):
            self.add_error("options", "Give at least two options, each with an id of its own.")
        elif len(key) != 1 or key[0] not in {option["id"] for option in options}:
            self.add_error("key", "Name the one right option by its id.")


class FlagFilter(admin.SimpleListFilter):
    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (MISFIT, "Misfit: answers do not fit the model"),
            (SHOWN_TOO_OFTEN, "Over-exposed: in too many tests"),
            (TOO_FEW, "Too few answers yet"),
            (DISPUTED, "Disputed: a tutor found another answer right"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        return queryset.filter(flags__contains=[self.value()]) if self.value() else queryset


TOLD_EXPLANATION = told("explanation", _("Explanation"))


@admin.register(Item)
class ItemAdmin(AdminActions, ImportExportModelAdmin, ModelAdmin):
    """The item bank. Content of items from the bank's files is changed there, not here."""

    form = ItemForm
    resource_classes = (ItemResource,)
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = (CSV, YAML)
    about = _(
        "The calibrated questions of tests. Those of the bank's files are changed there; here they"
        " are looked at, asked or retired, and your own are added or imported."
    )
    labels = {
        "slug": _("Item"),
        "level": _("Level"),
        "topic": _("Point or theme"),
        "options": _("Options"),
        "key": _("Key"),
        "difficulty": _("Difficulty (b)"),
        "discrimination": _("Discrimination (a)"),
        "guessing": _("Guessing (c)"),
        "exposures": _("Asked, times"),
        "calibrated_at": _("Calibrated"),
    }
    list_display = (
        "slug", "language", "level", "skill", "state", "difficulty", "calibrated_at", "exposures",
        "share_right", "flagged",
    )  # fmt: skip
    list_filter = ("language", "level", "skill", "state", "type", FlagFilter)
    search_fields = ("slug", "topic", "prompt")
    search_help_text = _("By name, point or theme, or what is asked")
    ordering = ("language", "level", "skill", "slug")
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("preview", "exposures", "calibrated_at", "flagged", "history")
    fieldsets = (
        (None, {"fields": ("preview", "slug", "language", "level", "skill", "topic", "state")}),
        ("Question", {"fields": ("type", "prompt", "passage", "options", "key", "explanation")}),
        ("Parameters", {"fields": (PARAMETERS, ("calibrated_at", "exposures"))}),
        ("Calibration", {"fields": ("flagged", "history")}),
    )
    actions = ("activate", "retire", "settle")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        items: QuerySet[Item] = super().get_queryset(request)
        # Each counted by itself, so that a page of items never reads the answers to all of them.
        answers = Response.objects.filter(item=OuterRef("pk"), answered_at__isnull=False)
        return items.annotate(answered=_count(answers), right=_count(answers.filter(correct=True)))

    def get_readonly_fields(self, request: HttpRequest, obj: Item | None = None) -> Any:
        if obj and is_from_files(obj.slug):
            content = ("language", "level", "skill", "slug", "topic", "type", "prompt", "passage")
            return (*self.readonly_fields, *content, TOLD_EXPLANATION)
        return self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Item | None = None) -> Any:
        """One from the files shows its options and its key as a learner sees them, and no code."""
        if not (obj and is_from_files(obj.slug)):
            return super().get_fieldsets(request, obj)
        first, question, *rest = self.fieldsets
        asked = ("type", "prompt", "passage", TOLD_EXPLANATION)
        return (first, (question[0], {"fields": asked}), *rest)

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """Answers point at items, so they are retired instead."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin

    def has_export_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin

    def save_model(self, request: HttpRequest, obj: Item, form: _ItemForm, change: bool) -> None:
        if set(PARAMETERS) & set(form.changed_data):
            # Set by hand counts as measured: loading the bank's files keeps its hands off.
            obj.calibrated_at = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Right"))
    def share_right(self, item: Any) -> str:
        return f"{item.right / item.answered:.0%} of {item.answered}" if item.answered else "–"

    @admin.display(description=_("As a learner sees it"))
    def preview(self, item: Item) -> SafeString:
        if not (item.prompt and item.key):
            return SafeString("–")
        options = format_html_join(
            "",
            "<li>{} {}</li>",
            ((row["text"], "✓" if row["id"] in item.key else "") for row in item.options),
        )
        return format_html(
            '<div lang="{}"><p>{}</p><p><strong>{}</strong></p><ul>{}</ul></div>',
            item.language,
            item.passage,
            item.prompt,
            options,
        )

    @admin.display(description=_("Flags"))
    def flagged(self, item: Item) -> str:
        return ", ".join(flag.replace("_", " ") for flag in item.flags) or "–"

    @admin.display(description=_("Last calibrations"))
    def history(self, item: Item) -> SafeString:
        rows = item.calibrations.order_by("-created_at")[:CALIBRATIONS_SHOWN]
        lines = format_html_join(
            "",
            "<li>{}: {} answers, b {} → {}, a {} → {}, outfit {}{}</li>",
            (
                (
                    f"{row.created_at:%Y-%m-%d}",
                    row.responses,
                    f"{row.difficulty_before:.2f}",
                    f"{row.difficulty:.2f}",
                    f"{row.discrimination_before:.2f}",
                    f"{row.discrimination:.2f}",
                    "–" if row.misfit is None else f"{row.misfit:.2f}",
                    "" if row.applied else " (not applied)",
                )
                for row in rows
            ),
        )
        return format_html("<ul>{}</ul>", lines) if lines else SafeString("–")

    @admin.action(description="Take the disputed flag off", permissions=["manage"])
    def settle(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        count = settle_items(items=list(items))
        self.message_user(request, f"Settled: {count} items.", messages.SUCCESS)

    @admin.action(description="Ask the selected items", permissions=["manage"])
    def activate(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        self._set_state(request, items, Item.State.ACTIVE)

    @admin.action(description="Retire the selected items", permissions=["manage"])
    def retire(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        self._set_state(request, items, Item.State.RETIRED)

    def _set_state(self, request: HttpRequest, items: QuerySet[Item], state: Item.State) -> None:
        count = set_item_state(items=list(items), state=state)
        self.message_user(request, f"{state.label}: {count} items changed.", messages.SUCCESS)


def _count(answers: QuerySet[Response]) -> Coalesce:
    counted = answers.order_by().values("item").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class ResponseInline(ReadOnlyAdmin, TabularInline):
    model = Response
    labels = {"number": _("No."), "correct": _("Right"), "time_spent": _("Seconds")}
    fields = ("number", "item", "item_level", "given", "correct", "time_spent", "asked_at")
    readonly_fields = ("item_level", "given", "asked_at")
    extra = 0
    can_delete = False
    show_change_link = True
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        responses: QuerySet[Response] = super().get_queryset(request)
        return responses.select_related("item")

    @admin.display(description=_("Level"))
    def item_level(self, response: Response) -> str:
        return response.item.level

    @admin.display(description=_("Answer"))
    def given(self, response: Response) -> str:
        if response.dont_know:
            return "I don't know"
        return answer_text(response.item, response.answer) if response.answered_at else "–"


@admin.register(Assessment)
class AssessmentAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Tests that learners took: the level found, how sure it is, and every answer.")
    labels = {
        "assessment_type": _("Kind"),
        "stopped_because": _("Ended since"),
        "ability": _("Ability, on the items' scale"),
        "created_at": _("Begun"),
        "completed_at": _("Finished"),
    }
    search_help_text = _("By the learner's name or e-mail address")
    list_per_page = 50
    list_display = (
        "learner", "language", "assessment_type", "status", "level", "certainty", "interval",
        "created_at",
    )  # fmt: skip
    list_filter = ("status", "assessment_type", "language", "level", "stopped_because")
    list_select_related = ("learner",)
    search_fields = ("learner__email", "learner__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    inlines = (ResponseInline,)
    actions_list = ("stated_certainty",)
    fieldsets = (
        (None, {"fields": ("learner", ("language", "assessment_type"), ("status", "topics"))}),
        (
            "Result",
            {
                "fields": (
                    ("level", "certainty"),
                    ("interval", "stopped_because"),
                    ("ability", "standard_error"),
                    "skills",
                    "strengths",
                    "weaknesses",
                )
            },
        ),
        ("When", {"fields": (("created_at", "completed_at"),)}),
    )
    readonly_fields = ("certainty", "interval", "skills")

    def heading(self, obj: Assessment) -> str:
        kind, language = obj.get_assessment_type_display(), obj.get_language_display()
        return f"{obj.learner.name}: {kind}, {language}"

    @admin.display(description=_("Certainty"), ordering="probability")
    def certainty(self, assessment: Assessment) -> str:
        return _sure(assessment.probability)

    @admin.display(description=_("Interval"))
    def interval(self, assessment: Assessment) -> str:
        low, high = assessment.level_low, assessment.level_high
        return "–" if not low else low if low == high else f"{low} to {high}"

    @admin.display(description=_("By skill"))
    def skills(self, assessment: Assessment) -> SafeString:
        rows = (
            (Item.Skill(row["skill"]).label, row["level"], _sure(row["probability"]))
            for row in assessment.scores
        )
        return format_html_join("", "<p>{}: <strong>{}</strong> ({})</p>", rows)

    @action(  # type: ignore[untyped-decorator]
        description="Stated and real certainty", url_path="certainty", permissions=["view"]
    )
    def stated_certainty(self, request: HttpRequest) -> HttpResponse:
        """When a test said "80 % sure", how often was it right?"""
        context = {
            **self.admin_site.each_context(request),
            "title": "Stated and real certainty",
            "confirmed": confirmed_certainty(caller_of(request), now=timezone.now()),
            "simulated": [
                (language.name, bands)
                for code, language in TAUGHT.items()
                if (bands := simulated_certainty(code))
            ],
        }
        return render(request, "admin/assessments/certainty.html", context)


def _sure(probability: float | None) -> str:
    return "–" if probability is None else f"{probability:.0%}"
