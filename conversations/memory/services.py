"""What is done with memories: told for a reply, and noted as told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from conversations.memory.models import Memory

MEMORY_TOKENS = 300
"""What the memories told for one reply may cost."""


def recall(
    *,
    learner_id: UUID,
    text: str,
    now: datetime,
    companion_id: UUID | None = None,
    tokens: int = MEMORY_TOKENS,
) -> list[Memory]:
    """The learner's memories worth telling for a reply to `text`, the best first, within `tokens`.

    One query, no network. Empty without consent and during a pause. A memory that is private to a
    companion is told to that companion alone. Say each by its `content`, which is in the learner's
    own language.
    """
    return []


def note_recalls(message_id: UUID | str, memories: Sequence[Memory]) -> None:
    """Keep what was told for a reply (`message_id` is the reply's), so that the learner's answer
    to it is not taken for news. Call it in the transaction that writes the turn."""
