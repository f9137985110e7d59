from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
from config.back_office import BoundedPaginator, ModelAdmin, TabularInline, told
from conversations.handover.admin import RoutingDecisionAdmin, TutorRequestAdmin
from conversations.memory.admin import MemoryConsentAdmin
from conversations.models import Conversation, Correction, Message
from conversations.moderation.admin import ModerationFlagAdmin
from conversations.transcripts.admin import TutoringSessionAdmin

__all__ = [
    "ConversationAdmin",
    "MemoryConsentAdmin",
    "MessageAdmin",
    "ModerationFlagAdmin",
    "RoutingDecisionAdmin",
    "TutorRequestAdmin",
    "TutoringSessionAdmin",
]


class MessageInline(ReadOnlyAdmin, TabularInline):
    model = Message
    labels = {"position": _("No."), "role": _("Who"), "content": _("What was said")}
    fields = ("position", "role", "content", "status", "provider", "created_at")
    readonly_fields = fields
    per_page = 50
    hide_title = True
    extra = 0
    show_change_link = True


class CorrectionInline(ReadOnlyAdmin, TabularInline):
    model = Correction
    labels = {"original": _("Written"), "corrected": _("Better"), "reason": _("Why")}
    hide_title = True
    fields = ("original", "corrected", "kind", "reason", "rule")
    readonly_fields = fields
    extra = 0


@admin.register(Conversation)
class ConversationAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("What learners and the tutor said to each other. It is read here, never changed.")
    labels = {
        "message_count": _("Messages"),
        "last_message_at": _("Last message"),
        "scenario": _("Scenario"),
        "tokens_used": _("Tokens"),
        "created_at": _("Began"),
    }
    list_display = ("named", "learner", "language", "level", "message_count", "last_message_at")
    list_filter = ("language", "level")
    list_per_page = 50
    paginator = BoundedPaginator
    date_hierarchy = "last_message_at"
    search_help_text = _("By title, or by the learner's name or e-mail address")
    list_select_related = ("learner",)
    search_fields = ("title", "learner__email", "learner__name")
    ordering = ("-last_message_at",)
    inlines = (MessageInline,)
    fields = (
        "learner",
        "title",
        "language",
        "level",
        "scenario",
        "message_count",
        "tokens_used",
        "created_at",
        "last_message_at",
    )

    @admin.display(description=_("Conversation"), ordering="title")
    def named(self, conversation: Conversation) -> str:
        return str(conversation)


@admin.register(Message)
class MessageAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    about = _("Every message on its own, newest first: to find what was said, or what went wrong.")
    labels = {
        "role": _("Who"),
        "position": _("No."),
        "content": _("What was said"),
        "error_code": _("Error"),
        "rating": _("Thumb"),
        "rating_reason": _("Why"),
        "created_at": _("When"),
        "finished_at": _("Finished"),
    }
    list_display = (
        "excerpt",
        "role",
        "learner",
        "conversation",
        "status",
        "provider",
        "created_at",
    )
    list_filter = ("role", "status", "provider", "rating")
    list_select_related = ("conversation__learner",)
    list_per_page = 50
    paginator = BoundedPaginator
    search_help_text = _("By what was said, or by the learner's e-mail address")
    search_fields = ("content", "conversation__learner__email")
    ordering = ("-id",)
    inlines = (CorrectionInline,)
    fields = (
        "conversation",
        "position",
        "role",
        "status",
        "content",
        "provider",
        "model",
        "prompt",
        told("usage", _("Usage")),
        "error_code",
        "rating",
        "rating_reason",
        "created_at",
        "finished_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-id")

    def heading(self, obj: Message) -> str:
        return self.excerpt(obj)

    @admin.display(description=_("What was said"))
    def excerpt(self, message: Message) -> str:
        return Truncator(message.content).chars(80) or str(_("(nothing yet)"))

    @admin.display(description=_("Learner"), ordering="conversation__learner__email")
    def learner(self, message: Message) -> str:
        return str(message.conversation.learner)
