from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, JSON, YAML
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from accounts.models import User
from config.back_office import BoundedPaginator, ModelAdmin, StackedInline, told
from config.errors import DomainError
from config.languages import TAUGHT_CHOICES
from learning.models import Concept
from learning.sessions.services import level_for
from practice.sets.exchange import QuestionResource, drafts_in
from practice.sets.judging import right_answers
from practice.sets.models import PracticeSet, Question
from practice.sets.services import assign_questions, request_practice
from practice.sets.wording import asked, shown_answer, title_of


class AssignForm(forms.Form):
    """Whom to make a set for, and about what."""

    student = forms.ModelChoiceField(User.objects.none(), widget=UnfoldAdminSelectWidget)
    language = forms.ChoiceField(
        choices=TAUGHT_CHOICES,
        widget=UnfoldAdminSelectWidget,
        help_text="Of the points below; without any, what the student got wrong or is losing.",
    )
    points = forms.ModelMultipleChoiceField(
        Concept.objects.none(),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 12}),
    )

    questions = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=(
            "Questions of your own instead: a CSV, YAML or JSON file with the columns that the "
            "export of questions has. Type and key are needed; lists are joined by “ | ”."
        ),
    )
    title = forms.CharField(
        required=False,
        max_length=160,
        widget=UnfoldAdminTextInputWidget,
        help_text="Of questions of your own; others are named after their points.",
    )

    def __init__(self, *args: Any, caller: User, **more: Any) -> None:
        super().__init__(*args, **more)
        students: Any = self.fields["student"]
        students.queryset = User.objects.visible_to(caller).students().order_by("name")
        students.label_from_instance = lambda one: f"{one.name} ({one.email})"
        points: Any = self.fields["points"]
        grammar = Concept.objects.filter(kind=Concept.Kind.GRAMMAR)
        points.queryset = grammar.order_by("language", "level", "name")
        points.label_from_instance = lambda one: (
            f"{one.get_language_display()} {one.level}: {one.name}"
        )


class QuestionInline(StackedInline):
    """What was asked, the key, and what the learner answered."""

    model = Question
    extra = 0
    labels = {"difficulty": _("Difficulty"), "position": _("Place")}
    fields = ("position", "type", "asked", "right", "given", "help", "difficulty", "concept")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        rows: QuerySet[Question] = super().get_queryset(request)
        return rows.select_related("submission", "concept", "practice_set")

    @admin.display(description=_("Asked"))
    def asked(self, row: Question) -> str:
        return asked(row) + (f" {row.passage}" if row.type == Question.Type.DICTATION else "")

    @admin.display(description=_("Right answers"))
    def right(self, row: Question) -> str:
        return "; ".join(right_answers(row))

    @admin.display(description=_("Hints"))
    def help(self, row: Question) -> str:
        return " / ".join(row.hints) or "–"

    @admin.display(description=_("Answer"))
    def given(self, row: Question) -> str:
        given = getattr(row, "submission", None)
        if given is None or given.answered_at is None:
            return "–"
        verdict = {True: " (right)", False: " (wrong)"}.get(given.correct, "")
        return f"{shown_answer(given.answer) or 'did not know'}{verdict}"


@admin.register(PracticeSet)
class PracticeSetAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    """Sets of one's students with their questions and answers; a new one is asked for here."""

    about = _(
        "Exercises made for one learner, or sent by a tutor, with what came back. “Assign a set”"
        " has one made."
    )
    labels = {
        "score": _("Score"),
        "assigned_at": _("Assigned"),
        "due_at": _("Due"),
        "generator": _("Made by"),
        "error_code": _("Error"),
        "session": _("Work on it"),
    }
    search_help_text = _("By title, or by the learner's name or e-mail address")
    list_display = (
        "titled", "learner", "kind", "language", "level", "status", "score", "assigned_by",
        "assigned_at",
    )  # fmt: skip
    list_filter = ("kind", "status", "language", "level")
    list_select_related = ("learner", "assigned_by")
    search_fields = ("title", "learner__email", "learner__name")
    date_hierarchy = "assigned_at"
    ordering = ("-assigned_at",)
    list_per_page = 50
    inlines = (QuestionInline,)
    actions_list = ("assign",)
    exclude = ("context", "source_type", "source_id")

    @admin.display(description=_("Title"), ordering="title")
    def titled(self, row: PracticeSet) -> str:
        return title_of(row)

    @action(description="Assign a set", url_path="assign")  # type: ignore[untyped-decorator]
    def assign(self, request: HttpRequest) -> HttpResponse:
        """Have a set made for a student: the form, and what it asks for."""
        caller = caller_of(request)
        form = AssignForm(request.POST or None, request.FILES or None, caller=caller)
        if request.method == "POST" and form.is_valid():
            try:
                made = _assigned(caller, form.cleaned_data)
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"{made.learner.name} gets a set.")
                return redirect(reverse("admin:practice_practiceset_changelist"))
        context = {**self.admin_site.each_context(request), "form": form, "title": "Assign a set"}
        return render(request, "admin/practice/assign.html", context)


def _assigned(caller: User, data: dict[str, Any]) -> PracticeSet:
    """Raises DomainError for a file that cannot be read, or what cannot be practised."""
    student, language = data["student"], data["language"]
    if data["questions"]:
        level = level_for(student, language) or ""
        drafts = drafts_in(data["questions"], language=language, level=level)
        return assign_questions(
            learner=student,
            requested_by=caller,
            language=language,
            title=data["title"],
            drafts=drafts,
        )
    return request_practice(
        learner=student,
        requested_by=caller,
        concepts=list(data["points"]),
        language=language,
        now=timezone.now(),
    )


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin, ExportMixin, ModelAdmin):
    """All questions of one's students, to look through and to take out as a file."""

    resource_classes = (QuestionResource,)
    export_form_class = ExportForm
    formats = (CSV, YAML, JSON)
    about = _("Every question of practice sets, to look through and to take out as a file.")
    labels = {
        "difficulty": _("Difficulty, 1 to 10"),
        "passage": _("Text"),
        "cue": _("Meaning"),
        "position": _("Place"),
    }
    search_help_text = _("By what is asked, or by the learner's e-mail address")
    fields = (
        "practice_set", "position", "type", "asked_start", "passage", "cue", "right_answers_told",
        "difficulty", "concept", told("options", _("To choose from")),
        told("hints", _("Hints")),
    )  # fmt: skip
    readonly_fields = ("asked_start", "right_answers_told")
    list_display = ("asked_start", "type", "language", "difficulty", "right", "learner", "concept")
    list_filter = ("type", "practice_set__kind", "practice_set__language", "difficulty")
    list_select_related = ("practice_set__learner", "submission", "concept")
    search_fields = ("prompt", "passage", "cue", "practice_set__learner__email")
    ordering = ("-practice_set__assigned_at", "position")
    list_per_page = 50
    paginator = BoundedPaginator
    actions_list = ("bring_in",)

    @action(description="Import as a set", permissions=["view"])  # type: ignore[untyped-decorator]
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        """Questions belong to a learner's set, so a file of them is assigned."""
        return redirect("admin:practice_practiceset_assign")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        rows: QuerySet[Question] = super().get_queryset(request)
        return rows.filter(practice_set__in=PracticeSet.objects.visible_to(caller_of(request)))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_staff

    def heading(self, obj: Question) -> str:
        return self.asked_start(obj)

    @admin.display(description=_("Right answers"))
    def right_answers_told(self, row: Question) -> str:
        return "; ".join(right_answers(row))

    @admin.display(description=_("Asked"))
    def asked_start(self, row: Question) -> str:
        return Truncator(asked(row)).chars(80)

    @admin.display(description=_("Language"), ordering="practice_set__language")
    def language(self, row: Question) -> str:
        return row.practice_set.get_language_display()

    @admin.display(description=_("Learner"))
    def learner(self, row: Question) -> str:
        return row.practice_set.learner.name

    @admin.display(description=_("Right"), boolean=True)
    def right(self, row: Question) -> bool | None:
        given = getattr(row, "submission", None)
        return given.correct if given else None
