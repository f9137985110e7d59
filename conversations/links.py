from uuid import UUID

from django.urls import reverse

from accounts.models import User
from conversations.models import Conversation, Correction, Message
from learning.companions.selectors import Talk
from learning.progress.sources import Source

LONGEST = 90
MOST_TALKS = 20


def of_messages(ids: set[UUID]) -> dict[UUID, Source]:
    rows = Message.objects.filter(pk__in=ids, conversation__deleted_at__isnull=True)
    return {row.pk: _source(row) for row in rows}


def of_corrections(ids: set[UUID]) -> dict[UUID, Source]:
    rows = Correction.objects.filter(
        pk__in=ids, message__conversation__deleted_at__isnull=True
    ).select_related("message")
    return {row.pk: _source(row.message) for row in rows}


def talks_with(learner: User, companion_id: UUID) -> list[Talk]:
    """The learner's own conversations with a companion, the latest first."""
    mine = Conversation.objects.owned_by(learner).filter(companion=companion_id)
    return [_talk(row) for row in mine.order_by("-last_message_at", "-pk")[:MOST_TALKS]]


def _talk(conversation: Conversation) -> Talk:
    return Talk(
        title=conversation.title,
        url=reverse("conversations:detail", args=[conversation.pk]),
        language=conversation.language,
        at=conversation.last_message_at or conversation.created_at,
    )


def _source(message: Message) -> Source:
    url = reverse("conversations:detail", args=[message.conversation_id])
    text = " ".join(message.content.split())
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return Source(shown, f"{url}#m-{message.pk}")
