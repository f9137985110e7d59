"""Everything that writes conversations: for doors, tasks and the turn runner alike."""

from conversations.services.branching import regenerate_turn, retry_turn, show_branch
from conversations.services.companions import chosen_companion
from conversations.services.context import TurnContext
from conversations.services.conversations import (
    UNDO,
    delete_conversation,
    rate_message,
    rename_conversation,
    restore_conversation,
    start_conversation,
)
from conversations.services.finish import TurnResult, close_interrupted_turn, finish_turn
from conversations.services.summaries import summarise
from conversations.services.turns import begin_turn

__all__ = [
    "UNDO",
    "TurnContext",
    "TurnResult",
    "begin_turn",
    "chosen_companion",
    "close_interrupted_turn",
    "delete_conversation",
    "finish_turn",
    "rate_message",
    "regenerate_turn",
    "rename_conversation",
    "restore_conversation",
    "retry_turn",
    "show_branch",
    "start_conversation",
    "summarise",
]
