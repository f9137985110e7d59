from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import DomainError, NotFound
from practice.decks.models import Card, Deck, Note
from practice.decks.services.holding import bury, reset, suspend
from practice.decks.services.notes import delete_notes, move_notes, tag_notes


def change_cards(
    *,
    learner: User,
    cards: Iterable[UUID],
    action: str,
    now: datetime,
    tags: Sequence[str] = (),
    deck: Deck | None = None,
) -> int:
    """Do one thing to many cards; how many cards, or notes, changed.

    `suspend`, `unsuspend`, `bury`, `unbury` and `reset` touch the learner's own schedules; `tag`,
    `untag`, `move` (to `deck`) and `delete` touch the notes, so the cards must be in decks of
    theirs. Raises NotFound when one is not, InvalidNote for tags that cannot be, and DomainError
    for a move to nowhere.
    """
    keys = list(dict.fromkeys(cards))
    if action in ("suspend", "unsuspend"):
        return suspend(learner=learner, cards=keys, suspended=action == "suspend")
    if action in ("bury", "unbury"):
        return bury(learner=learner, cards=keys, now=now, buried=action == "bury")
    if action == "reset":
        return reset(learner=learner, cards=keys, now=now)
    notes = _notes(learner, keys)
    if action == "delete":
        return delete_notes(notes=notes)
    if action == "move":
        return _move(notes, deck)
    if not tags:
        raise DomainError(details={"tags": [_("Name a tag.")]})
    added, removed = (tags, ()) if action == "tag" else ((), tags)
    return tag_notes(notes=notes, add=added, remove=removed)


def _notes(learner: User, keys: Sequence[UUID]) -> list[Note]:
    mine = Card.objects.editable_by(learner).filter(pk__in=keys)
    if mine.count() != len(keys):
        raise NotFound
    return list(Note.objects.filter(cards__in=mine).distinct().select_related("deck"))


def _move(notes: Sequence[Note], deck: Deck | None) -> int:
    if deck is None:
        raise DomainError(details={"deck_id": [_("Say which deck.")]})
    return len(move_notes(notes=notes, deck=deck))
