"""What happens to decks, notes, cards and their schedules: the only writers of those tables."""

from practice.decks.services.decks import create_deck, default_deck, delete_deck
from practice.decks.services.notes import (
    NewNote,
    add_note,
    add_notes,
    delete_notes,
    move_notes,
    tag_notes,
    update_note,
)

__all__ = [
    "NewNote",
    "add_note",
    "add_notes",
    "create_deck",
    "default_deck",
    "delete_deck",
    "delete_notes",
    "move_notes",
    "tag_notes",
    "update_note",
]
