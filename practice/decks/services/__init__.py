"""What happens to decks, notes, cards and their schedules: the only writers of those tables."""

from practice.decks.services.bringing import Brought, bring_notes
from practice.decks.services.bulk import change_cards
from practice.decks.services.crediting import credit_use
from practice.decks.services.decks import (
    create_deck,
    default_deck,
    delete_deck,
    update_deck,
    update_study,
)
from practice.decks.services.fitting import fit_deck
from practice.decks.services.holding import bury, reset, suspend
from practice.decks.services.notes import (
    NewNote,
    add_note,
    add_notes,
    delete_notes,
    move_notes,
    tag_notes,
    update_note,
)
from practice.decks.services.rescheduling import reschedule_deck, reschedule_soon
from practice.decks.services.reviewing import Answer, Outcome, review_batch, review_card
from practice.decks.services.sharing import copy_deck, join_deck, leave_deck, share_deck
from practice.decks.services.undoing import undo_last_review

__all__ = [
    "Answer",
    "Brought",
    "NewNote",
    "Outcome",
    "add_note",
    "add_notes",
    "bring_notes",
    "bury",
    "change_cards",
    "copy_deck",
    "create_deck",
    "credit_use",
    "default_deck",
    "delete_deck",
    "delete_notes",
    "fit_deck",
    "join_deck",
    "leave_deck",
    "move_notes",
    "reschedule_deck",
    "reschedule_soon",
    "reset",
    "review_batch",
    "review_card",
    "share_deck",
    "suspend",
    "tag_notes",
    "undo_last_review",
    "update_deck",
    "update_note",
    "update_study",
]
