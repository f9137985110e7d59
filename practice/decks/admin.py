from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action

from accounts.admin_mixins import AdminActions, ReadOnlyAdmin, VisibleToAdmin
from accounts.callers import caller_of
from learning.mastery.admin import CappedPaginator
from practice.decks.exchange.api import download
from practice.decks.exchange.exporting import export_deck
from practice.decks.models import CardSchedule, Deck, Note, ReviewLog
from practice.decks.services import copy_deck, delete_deck


@admin.register(Deck)
class DeckAdmin(AdminActions, ReadOnlyAdmin, ModelAdmin):
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

    @admin.display(description=_("notes"))
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
    list_display = ("front_start", "kind", "deck", "concept", "created_at")
    list_filter = ("kind", "language")
    list_select_related = ("deck", "concept")
    search_fields = ("search", "deck__owner__email")
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        decks = Deck.objects.visible_to(caller_of(request)).values("pk")
        return Note.objects.filter(deck__in=decks)

    @admin.display(description=_("front"))
    def front_start(self, note: Note) -> str:
        return note.front[:80]


@admin.register(CardSchedule)
class CardScheduleAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "card_front", "deck", "state", "due_at", "reviews", "lapses")
    list_filter = ("state", "scheduler", "suspended")
    list_select_related = ("learner", "card__note", "deck")
    search_fields = ("learner__email", "learner__name")
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False

    @admin.display(description=_("card"))
    def card_front(self, schedule: CardSchedule) -> str:
        return schedule.card.note.front[:60]


@admin.register(ReviewLog)
class ReviewLogAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("learner", "card_front", "rating", "surface", "reviewed_at", "undone_at")
    list_filter = ("surface", "scheduler")
    list_select_related = ("learner", "card__note")
    search_fields = ("learner__email", "learner__name")
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False

    @admin.display(description=_("card"))
    def card_front(self, log: ReviewLog) -> str:
        return log.card.note.front[:60]
