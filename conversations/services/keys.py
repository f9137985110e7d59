"""Idempotency keys: a message sent again, or another reply asked for again, is the one there is."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from conversations.errors import KeyReused
from conversations.models import Conversation, Message

WINDOW = timedelta(hours=24)
"""How long a key stands for what it was first used for; then it may be used again."""


def lock_key(learner: User, key: str) -> None:
    """Two requests with one key at the same moment: the second waits for the first's rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{learner.pk}:{key}"]
        )


def said_before(learner: User, key: str, *, text: str) -> Message | None:
    """What the learner said with the key. Raises KeyReused when it was something else."""
    theirs = Message.objects.owned_by(learner).filter(role=Message.Role.USER)
    used = theirs.filter(idempotency_key=key, created_at__gte=_since())
    first = used.select_related("conversation").first()
    if first and first.content != text:
        raise KeyReused
    return first


def replied_before(said: Message, key: str) -> Message | None:
    """The reply that was made with the key. Raises KeyReused when it stands elsewhere."""
    if not key:
        return None
    used = Message.objects.filter(conversation=said.conversation_id, idempotency_key=key)
    made = used.filter(created_at__gte=_since()).first()
    if made and made.reply_to_id != said.pk:
        raise KeyReused
    return made


def free_key(conversation: Conversation, key: str) -> None:
    """The row that had it, longer ago than the window, gives it up."""
    if key:
        conversation.messages.filter(idempotency_key=key).update(idempotency_key="")


def _since() -> datetime:
    return timezone.now() - WINDOW
