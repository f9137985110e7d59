import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, YAML
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from accounts.admin_mixins import AdminActions, ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from accounts.models import User
from ai.errors import ContentBlocked
from ai.moderation import Verdict
from config.back_office import BoundedPaginator, ModelAdmin, told
from learning.content.exchange import ContentResource
from learning.content.fitness import flag_content, judge_content
from learning.content.models import ContentItem, ExerciseAnswer
from learning.content.services import save_content, set_shown
from learning.content.validate import content_problems

if TYPE_CHECKING:
    _ContentForm = forms.ModelForm[ContentItem]
else:
    _ContentForm = forms.ModelForm

EXAMPLE = {
    "tasks": [
        {
            "id": "1",
            "type": "gap",
            "prompt": "Hoy ___ cansada.",
            "cue": "I am tired today.",
            "answers": ["estoy"],
        }
    ],
    "explanation": {"en": "Use estar for how things are now."},
}


class ContentForm(_ContentForm):
    author: User
    verdict: Verdict = Verdict()

    class Meta:
        model = ContentItem
        fields = (
            "content_type", "language", "level", "title", "topics", "concepts", "minutes",
            "content", "is_active",
        )  # fmt: skip
        help_texts = {
            "topics": "Slugs, with commas between.",
            "concepts": "What answers to it count towards.",
            "content": (
                "A lesson: explanation by language, examples (text, translation), slips (wrong, "
                "right). A conversation starter: setting, goal, opening. An exercise: tasks of the "
                "types correct, choice (with options), gap (___ in the prompt), order (with words),"
                f" as in {json.dumps(EXAMPLE, ensure_ascii=False)}"
            ),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "content" in data:
            kind = str(data.get("content_type") or self.instance.content_type)
            problems = list(content_problems(kind, data["content"]))
            if problems:
                self.add_error("content", ValidationError([ValidationError(p) for p in problems]))
        if not self.errors and "content" in data:
            self._moderate(data)
        return data

    def _moderate(self, data: dict[str, Any]) -> None:
        told = {name: data[name] for name in ("language", "title", "topics", "content")}
        try:
            self.verdict = judge_content(author=self.author, item=ContentItem(**told))
        except ContentBlocked as error:
            self.add_error("content", error.message)


TOLD_CONTENT = told("content", _("Content"))


@admin.register(ContentItem)
class ContentItemAdmin(AdminActions, ImportExportModelAdmin, ModelAdmin):
    """The shelf. What is made of grammar points and scenarios is changed in their files; here it
    can be hidden, and content of one's own be added."""

    form = ContentForm
    resource_classes = (ContentResource,)
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = (CSV, YAML)
    about = _(
        "Lessons, exercises and conversation starters. What comes with Parlance is changed in its"
        " files and can be hidden here; content of your own is added, or imported."
    )
    labels = {
        "content_type": _("Kind"),
        "is_active": _("Shown"),
        "minutes": _("Minutes"),
        "content": _("Content"),
        "slug": _("Name in the files"),
    }
    list_display = (
        "title", "content_type", "language", "level", "is_active", "own", "used", "share_right",
    )  # fmt: skip
    list_filter = ("content_type", "language", "level", "is_active")
    search_fields = ("title", "slug", "topics")
    search_help_text = _("By title, topic or name in the files")
    autocomplete_fields = ("concepts",)
    ordering = ("language", "level", "content_type", "title")
    list_per_page = 50
    show_full_result_count = False
    actions = ("show", "hide")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContentItem]:
        items: QuerySet[ContentItem] = super().get_queryset(request)
        return (
            items.defer("search")
            .select_related("embedding")
            .defer("search", "embedding__embedding")
            .annotate(
                users=Count("uses", distinct=True),
                answered=Count("answers", distinct=True),
                right=Count("answers", filter=Q(answers__correct=True), distinct=True),
            )
        )

    def get_form(self, request: HttpRequest, *more: Any, **options: Any) -> Any:
        form = super().get_form(request, *more, **options)
        form.author = caller_of(request)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: ContentItem | None = None) -> Any:
        if obj and obj.slug:
            kept = ("is_active", "content")
            written = (name for name in self.form.Meta.fields if name not in kept)
            return (*written, TOLD_CONTENT, "slug", "vector")
        return ("vector",)

    def get_fields(self, request: HttpRequest, obj: ContentItem | None = None) -> Any:
        if obj and obj.slug:
            names = [TOLD_CONTENT if one == "content" else one for one in self.form.Meta.fields]
            return (*names, "slug", "vector")
        return (*self.form.Meta.fields, *(["vector"] if obj else []))

    def has_delete_permission(self, request: HttpRequest, obj: ContentItem | None = None) -> bool:
        """Learners' answers point at it, and the files would bring it back: it is hidden."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin

    def has_export_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin

    def save_model(self, request: HttpRequest, obj: ContentItem, form: Any, change: bool) -> None:
        save_content(item=obj)
        flag_content(form.verdict, author=caller_of(request), item=obj)

    @admin.display(description=_("From"), ordering="slug")
    def own(self, item: ContentItem) -> str:
        return str(_("its file") if item.slug else _("this office"))

    @admin.display(description=_("Found by meaning, by"))
    def vector(self, item: ContentItem) -> str:
        held = getattr(item, "embedding", None)
        return held.embedder if held else "–"

    @admin.display(description=_("Learners"), ordering="users")
    def used(self, item: Any) -> int:
        return int(item.users)

    @admin.display(description=_("Right"))
    def share_right(self, item: Any) -> str:
        return f"{item.right / item.answered:.0%} of {item.answered}" if item.answered else "–"

    @admin.action(description="Show the selected content", permissions=["manage"])
    def show(self, request: HttpRequest, items: QuerySet[ContentItem]) -> None:
        self._set(request, items, shown=True)

    @admin.action(description="Hide the selected content", permissions=["manage"])
    def hide(self, request: HttpRequest, items: QuerySet[ContentItem]) -> None:
        self._set(request, items, shown=False)

    def _set(self, request: HttpRequest, items: QuerySet[ContentItem], *, shown: bool) -> None:
        count = set_shown(items=list(items), shown=shown)
        self.message_user(request, f"{count} pieces of content changed.", messages.SUCCESS)


@admin.register(ExerciseAnswer)
class ExerciseAnswerAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("What learners answered in the exercises of the library.")
    labels = {
        "item": _("Exercise"),
        "prompt": _("Task"),
        "answer": _("Answer"),
        "correct": _("Right"),
        "hint_used": _("With a hint"),
        "answered_at": _("When"),
    }
    list_per_page = 50
    paginator = BoundedPaginator
    search_help_text = _("By learner, exercise, task or answer")
    list_display = ("learner", "item", "prompt", "answer", "correct", "hint_used", "answered_at")
    list_filter = ("correct", "hint_used", "item__language")
    list_select_related = ("session__learner", "item")
    search_fields = ("session__learner__email", "item__title", "prompt", "answer")
    date_hierarchy = "answered_at"
    ordering = ("-answered_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExerciseAnswer]:
        rows: QuerySet[ExerciseAnswer] = super().get_queryset(request)
        return rows.defer("item__content", "item__search")

    @admin.display(description=_("Learner"), ordering="session__learner__email")
    def learner(self, row: ExerciseAnswer) -> SafeString:
        return format_html("{}", row.session.learner)
