"""The two messages of a turn, not stored yet."""

from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from conversations.models import Conversation, Message


class Place(NamedTuple):
    """Where in the tree of branches a learner's message stands."""

    follows: UUID | None
    turn: int


def new_message(
    conversation: Conversation, text: str, *, position: int, place: Place, key: str = ""
) -> Message:
    """What the learner says."""
    return Message(
        conversation=conversation,
        position=position,
        follows_id=place.follows,
        turn=place.turn,
        role=Message.Role.USER,
        content=text,
        idempotency_key=key,
        created_at=timezone.now(),
    )


def new_reply(said: Message, *, position: int) -> Message:
    """A reply to it that is still to be written."""
    return Message(
        conversation_id=said.conversation_id,
        position=position,
        turn=said.turn,
        role=Message.Role.ASSISTANT,
        status=Message.Status.STREAMING,
        reply_to=said,
        created_at=timezone.now(),
    )
