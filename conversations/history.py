"""What a model is told of the conversation so far."""

from typing import Literal

from ai.types import ChatMessage
from conversations.models import Conversation, Message

MAX_MESSAGES = 20
MAX_TOKENS = 2000
CHARACTERS_PER_TOKEN = 3.5
"""Of the taught languages in common tokenizers; erring on the short side."""


def recent_messages(conversation: Conversation, *, before: int) -> tuple[ChatMessage, ...]:
    """The last messages before a position, oldest first, newest kept when the budget is short."""
    rows = conversation.messages.filter(position__lt=before).exclude(content="")
    newest_first = rows.order_by("-position").values_list("role", "content", "reply_to_id")
    kept: list[ChatMessage] = []
    answered: set[object] = set()
    budget = MAX_TOKENS * CHARACTERS_PER_TOKEN
    for role, content, reply_to in newest_first[: 2 * MAX_MESSAGES]:
        if reply_to is not None and reply_to in answered:
            continue
        answered.add(reply_to)
        budget -= len(content)
        if budget < 0 or len(kept) == MAX_MESSAGES:
            break
        speaker: Literal["user", "assistant"] = "user" if role == Message.Role.USER else "assistant"
        kept.append(ChatMessage(speaker, content))
    return tuple(reversed(kept))
