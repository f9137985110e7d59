from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts.admin_mixins import ReadOnlyAdmin, VisibleToAdmin
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
    fields = ("position", "role", "content", "status", "provider", "created_at")
    readonly_fields = fields
    extra = 0
    show_change_link = True


class CorrectionInline(ReadOnlyAdmin, TabularInline):
    model = Correction
    fields = ("original", "corrected", "kind", "reason", "rule")
    readonly_fields = fields
    extra = 0


@admin.register(Conversation)
class ConversationAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("__str__", "learner", "language", "level", "message_count", "last_message_at")
    list_filter = ("language", "level")
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


@admin.register(Message)
class MessageAdmin(VisibleToAdmin, ReadOnlyAdmin, ModelAdmin):
    list_display = ("excerpt", "role", "status", "provider", "conversation", "created_at")
    list_filter = ("role", "status", "provider")
    list_select_related = ("conversation",)
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
        "usage",
        "error_code",
        "rating",
        "rating_reason",
        "created_at",
        "finished_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-id")

    @admin.display(description="what was said")
    def excerpt(self, message: Message) -> str:
        return message.content[:80] or "(nothing yet)"
