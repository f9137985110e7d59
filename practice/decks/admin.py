from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from accounts.admin_mixins import AdminActions, ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from config.back_office import BoundedPaginator, ModelAdmin, told
from practice.decks.exchange.api import download
from practice.decks.exchange.exporting import export_deck
from practice.decks.models import CardSchedule, Deck, Note, ReviewLog
from practice.decks.services import copy_deck, delete_deck

ANSWERS = {1: _("Again"), 2: _("Hard"), 3: _("Good"), 4: _("Easy")}
"""What the buttons of FSRS say; SM-2 grades by number."""


@admin.register(Deck)
class DeckAdmin(AdminActions, ReadOnlyAdmin, ModelAdmin):
    about = _("Cards of learners and of the house. Copy one to your own decks to work on it.")
    labels = {
        "created_at": _("Made"),
    }
    list_per_page = 50
    search_help_text = _("By name, or by the owner's name or e-mail address")
    fields = (
        "name", "description", "owner", "language", "visibility", "notes_in_it", "scheduler",
        "new_per_day", "reviews_per_day", "created_at",
    )  # fmt: skip
    readonly_fields = ("notes_in_it",)
    list_display = ("name", "owner", "language", "visibility", "notes_in_it", "created_at")
    list_filter = ("language", "visibility", "scheduler")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email", "owner__name")
    ordering = ("-created_at",)
    actions = ("copy", "as_package", "as_newest", "as_table", "as_json", "take_away")
    actions_list = ("bring_in",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deck]:
        rows = Deck.objects.visible_to(caller_of(request)).values("pk")
        counted = Note.objects.filter(deck=OuterRef("pk")).order_by().values("deck")
        count = counted.annotate(count=Count("pk")).values("count")
        return Deck.objects.filter(pk__in=rows).annotate(note_count=Coalesce(Subquery(count), 0))

    @admin.display(description=_("Notes"), ordering="note_count")
    def notes_in_it(self, deck: Any) -> int:
        return int(deck.note_count)

    @admin.action(description=_("Copy to my own decks"), permissions=["view"])
    def copy(self, request: HttpRequest, queryset: QuerySet[Deck]) -> None:
        for deck in queryset:
            copy_deck(deck=deck, owner=caller_of(request))
        count = queryset.count()
        text = ngettext("%(count)d deck copied.", "%(count)d decks copied.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Export as an Anki package"), permissions=["view"])
    def as_package(self, request: HttpRequest, queryset: QuerySet[Deck]) -> Any:
        return self._export(request, queryset, "apkg")

    @admin.action(description=_("Export as an Anki package, newest format"), permissions=["view"])
    def as_newest(self, request: HttpRequest, queryset: QuerySet[Deck]) -> Any:
        return self._export(request, queryset, "apkg-newest")

    @admin.action(description=_("Export as a table"), permissions=["view"])
    def as_table(self, request: HttpRequest, queryset: QuerySet[Deck]) -> Any:
        return self._export(request, queryset, "csv")

    @admin.action(description=_("Export as JSON"), permissions=["view"])
    def as_json(self, request: HttpRequest, queryset: QuerySet[Deck]) -> Any:
        return self._export(request, queryset, "json")

    @action(description=_("Import cards"), permissions=["view"])  # type: ignore[untyped-decorator]
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        return redirect("practice:import_cards")

    def _export(self, request: HttpRequest, queryset: QuerySet[Deck], format: str) -> Any:
        decks = list(queryset[:2])
        if len(decks) > 1:
            self.message_user(request, _("Export one deck at a time."), messages.ERROR)
            return None
        caller, now = caller_of(request), timezone.now()
        return download(export_deck(deck=decks[0], learner=caller, format=format, now=now))

    @admin.action(description=_("Take away from every shelf"), permissions=["manage"])
    def take_away(self, request: HttpRequest, queryset: QuerySet[Deck]) -> None:
        for deck in queryset:
            delete_deck(deck=deck, now=timezone.now())


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin, ModelAdmin):
    about = _("What cards are made from: a front, a back, an example.")
    labels = {"created_at": _("Made"), "source_type": _("From")}
    list_per_page = 50
    search_help_text = _("By what is written on it, or by the owner's e-mail address")
    fields = (
        "deck", "kind", "front", "back", "example", told("fields", _("Further fields")), "tags",
        "language", "concept", "created_at",
    )  # fmt: skip
    list_display = ("front_start", "back_start", "kind", "deck", "concept", "created_at")
    list_filter = ("kind", "language")
    list_select_related = ("deck", "concept")
    search_fields = ("search", "deck__owner__email")
    ordering = ("-id",)
    paginator = BoundedPaginator
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        decks = Deck.objects.visible_to(caller_of(request)).values("pk")
        return Note.objects.filter(deck__in=decks)

    @admin.display(description=_("Front"))
    def front_start(self, note: Note) -> str:
        return Truncator(note.front).chars(80)

    @admin.display(description=_("Back"))
    def back_start(self, note: Note) -> str:
        return Truncator(note.back).chars(80) or "–"


@admin.register(CardSchedule)
class CardScheduleAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("When each learner sees each card again. What is due first stands first.")
    labels = {
        "due_at": _("Due"),
        "position": _("Order among the new"),
        "stability": _("Stability, days"),
        "difficulty": _("Difficulty"),
        "ease_factor": _("Ease"),
        "interval_days": _("Interval, days"),
    }
    list_per_page = 50
    search_help_text = _("By the learner's name or e-mail address")
    fields = (
        "learner", "card_front", "deck", "scheduler", "state", "due_at", "interval_days",
        "stability", "difficulty", "ease_factor", "reviews", "lapses", "suspended",
    )  # fmt: skip
    readonly_fields = ("card_front",)
    list_display = ("learner", "card_front", "deck", "state", "due_at", "reviews", "lapses")
    list_filter = ("state", "scheduler", "suspended")
    list_select_related = ("learner", "card__note", "deck")
    search_fields = ("learner__email", "learner__name")
    ordering = ("due_at",)
    paginator = BoundedPaginator
    show_full_result_count = False

    def heading(self, obj: CardSchedule) -> str:
        return f"{obj.learner.name}: {self.card_front(obj)}"

    @admin.display(description=_("Card"))
    def card_front(self, schedule: CardSchedule) -> str:
        return Truncator(schedule.card.note.front).chars(60)


@admin.register(ReviewLog)
class ReviewLogAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Every answer to a card, newest first, with the schedule before it and after.")
    labels = {"reviewed_at": _("When"), "undone_at": _("Undone"), "surface": _("Where")}
    list_per_page = 50
    search_help_text = _("By the learner's name or e-mail address")
    fields = (
        "learner", "card_front", "deck", "said", "surface", "reviewed_at", "undone_at",
        told("before", _("Schedule before")), told("after", _("Schedule after")),
    )  # fmt: skip
    readonly_fields = ("card_front", "said")
    list_display = ("learner", "card_front", "said", "surface", "reviewed_at", "undone_at")
    list_filter = ("surface", "scheduler")
    list_select_related = ("learner", "card__note")
    search_fields = ("learner__email", "learner__name")
    ordering = ("-id",)
    paginator = BoundedPaginator
    show_full_result_count = False

    def heading(self, obj: ReviewLog) -> str:
        return f"{obj.learner.name}: {self.card_front(obj)}, {obj.reviewed_at:%-d %b %Y}"

    @admin.display(description=_("Answer"), ordering="rating")
    def said(self, log: ReviewLog) -> str:
        words = ANSWERS if log.scheduler == Deck.Scheduler.FSRS else {}
        return str(words.get(log.rating, log.rating))

    @admin.display(description=_("Card"))
    def card_front(self, log: ReviewLog) -> str:
        return Truncator(log.card.note.front).chars(60)
