"""What is done with memories, for doors, tasks and the turn: the only writers."""

from conversations.memory.consent import (
    give_consent,
    pause,
    set_consent,
    set_sharing,
    withdraw_consent,
)
from conversations.memory.keeping import (
    change,
    change_as_asked,
    expire,
    forget,
    forget_everything,
    keep_nothing_unread,
    unfill,
)
from conversations.memory.recalling import MEMORY_TOKENS, note_recalls, recall

__all__ = [
    "MEMORY_TOKENS",
    "change",
    "change_as_asked",
    "expire",
    "forget",
    "forget_everything",
    "give_consent",
    "keep_nothing_unread",
    "note_recalls",
    "pause",
    "recall",
    "set_consent",
    "set_sharing",
    "unfill",
    "withdraw_consent",
]
