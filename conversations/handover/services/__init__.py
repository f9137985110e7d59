"""Calling a human tutor: who should come, who has come, and what was said.

    ai, returned --ask_for_tutor--> asked --queue_request--> queued --take_request--> human
    human --return_to_ai--> returned;  asked, queued --withdraw--> ai

Every move locks the conversation's row, so that of two the second finds what the first left.
A move from anywhere else raises a Conflict whose code says why.
"""

from conversations.handover.services.requests import (
    ask_for_tutor,
    give_verdict,
    queue_request,
    return_to_ai,
    take_request,
    withdraw,
)
from conversations.handover.services.routing import (
    analyze,
    hand_over,
    judge_turn,
    note_decision,
)
from conversations.handover.services.thread import answer_request, forward_to_tutor, say_to_tutor

__all__ = [
    "analyze",
    "answer_request",
    "ask_for_tutor",
    "forward_to_tutor",
    "give_verdict",
    "hand_over",
    "judge_turn",
    "note_decision",
    "queue_request",
    "return_to_ai",
    "say_to_tutor",
    "take_request",
    "withdraw",
]
