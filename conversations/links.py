from uuid import UUID

from django.urls import reverse

from conversations.models import Correction, Message
from learning.progress.sources import Source

LONGEST = 90


def of_messages(ids: set[UUID]) -> dict[UUID, Source]:
    rows = Message.objects.filter(pk__in=ids, conversation__deleted_at__isnull=True)
    return {row.pk: _source(row) for row in rows}


def of_corrections(ids: set[UUID]) -> dict[UUID, Source]:
    rows = Correction.objects.filter(
        pk__in=ids, message__conversation__deleted_at__isnull=True
    ).select_related("message")
    return {row.pk: _source(row.message) for row in rows}


def _source(message: Message) -> Source:
    url = reverse("conversations:detail", args=[message.conversation_id])
    text = " ".join(message.content.split())
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return Source(shown, f"{url}#m-{message.pk}")
