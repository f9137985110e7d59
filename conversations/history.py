"""What a model is told of the conversation so far."""

from ai.types import ChatMessage
from conversations.models import Conversation, Message

MAX_MESSAGES = 20
MAX_TOKENS = 2000
CHARACTERS_PER_TOKEN = 3.5
"""Of the taught languages in common tokenizers; erring on the short side."""


def recent_messages(conversation: Conversation, *, before: int) -> tuple[ChatMessage, ...]:
    """The last messages before a position, oldest first, newest kept when the budget is short."""
    rows = conversation.messages.filter(position__lt=before).exclude(content="")
    newest_first = rows.order_by("-position").only("role", "content", "reply_to_id")
    kept: list[ChatMessage] = []
    answered: set[object] = set()
    budget = MAX_TOKENS * CHARACTERS_PER_TOKEN
    for row in newest_first[: 2 * MAX_MESSAGES]:
        if row.reply_to_id is not None and row.reply_to_id in answered:
            continue
        answered.add(row.reply_to_id)
        budget -= len(row.content)
        if budget < 0 or len(kept) == MAX_MESSAGES:
            break
        kept.append(_as_chat(row))
    return tuple(reversed(kept))


def _as_chat(row: Message) -> ChatMessage:
    return ChatMessage("user" if row.role == Message.Role.USER else "assistant", row.content)
