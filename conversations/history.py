"""What was said on the way to a message: the branch it ends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from ai.types import ChatMessage
from config.rows import fetch
from conversations.models import Message

MAX_MESSAGES = 20
MAX_TOKENS = 2000
CHARACTERS_PER_TOKEN = 3.5
"""Of the taught languages in common tokenizers; erring on the short side."""

BRANCH = """
WITH RECURSIVE branch AS (
    SELECT id, reply_to_id, follows_id, 1 AS step FROM conversations_message WHERE id = %s
    UNION ALL
    SELECT said.id, said.reply_to_id, said.follows_id, branch.step + 1
    FROM branch JOIN conversations_message AS said
        ON said.id = coalesce(branch.reply_to_id, branch.follows_id)
    WHERE branch.step < %s
)
SELECT said.role, said.content, CASE branch.step WHEN 1 THEN said.tools END
FROM branch JOIN conversations_message AS said USING (id)
ORDER BY branch.step
"""
BRANCH_IDS = BRANCH.replace(
    "said.role, said.content, CASE branch.step WHEN 1 THEN said.tools END", "said.id"
)

NEWEST_END = """
WITH RECURSIVE below AS (
    SELECT id, position FROM conversations_message WHERE id = %s
    UNION ALL
    SELECT said.id, said.position FROM below JOIN conversations_message AS said
        ON said.reply_to_id = below.id OR said.follows_id = below.id
)
SELECT id FROM below ORDER BY position DESC LIMIT 1
"""


def newest_end(message_id: UUID) -> UUID:
    """The newest message of the branches that go on from a message; itself when none does."""
    end: UUID = fetch(NEWEST_END, [message_id])[0][0]
    return end


def branch_ids(tip: UUID, *, limit: int) -> list[UUID]:
    """The ids of the last messages of the branch that ends in `tip`, oldest first."""
    return [row[0] for row in reversed(fetch(BRANCH_IDS, [tip, limit]))]


@dataclass(frozen=True, slots=True)
class Past:
    """What a turn is told of its branch: messages oldest first, and the last reply's tools."""

    messages: tuple[ChatMessage, ...] = ()
    tools: Sequence[Mapping[str, Any]] = ()

    @property
    def asked(self) -> Mapping[str, Any]:
        """The question to which the learner's message is the answer; empty without one."""
        last = self.tools[-1] if self.tools else {}
        if last.get("name") != "create_assessment_question" or last.get("status") != "done":
            return {}
        question: Mapping[str, Any] = last["result"]
        return question


def past_of(tip: UUID | None) -> Past:
    """The end of the branch that ends in `tip`; the newest kept when the budget is short."""
    if tip is None:
        return Past()
    rows = fetch(BRANCH, [tip, 2 * MAX_MESSAGES])
    tools = json.loads(rows[0][2]) if rows else []
    return Past(_within_budget([(role, content) for role, content, _ in rows]), tools)


def _within_budget(newest_first: Sequence[tuple[str, str]]) -> tuple[ChatMessage, ...]:
    kept: list[ChatMessage] = []
    budget = MAX_TOKENS * CHARACTERS_PER_TOKEN
    for role, content in newest_first:
        if not content:
            continue
        budget -= len(content)
        if budget < 0 or len(kept) == MAX_MESSAGES:
            break
        speaker: Literal["user", "assistant"] = "user" if role == Message.Role.USER else "assistant"
        kept.append(ChatMessage(speaker, content))
    return tuple(reversed(kept))
