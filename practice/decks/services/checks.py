"""What a note must be like, and which cards it makes."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from django.utils.translation import gettext as _

from practice.decks.cloze import gap_numbers
from practice.decks.errors import InvalidNote
from practice.decks.models import Note

MOST_TAGS: Final = 30
LONGEST_TAG: Final = 100
MOST_CARDS: Final = 50
"""That one note may make, by its gaps."""
LONGEST: Final = {"front": 10_000, "back": 10_000, "example": 2000}
Kind = Note.Kind


class NoteText(Protocol):
    """What a note says, whether it is stored or still to be."""

    @property
    def kind(self) -> str: ...
    @property
    def front(self) -> str: ...
    @property
    def back(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...


def check_note(note: NoteText) -> None:
    """Raises InvalidNote for a note that makes no card, or too many."""
    if note.kind not in Kind.values:
        raise InvalidNote(kind=_("Choose one of the kinds of cards."))
    if not note.front.strip():
        raise InvalidNote(front=_("Write what the card asks."))
    if note.kind == Kind.CLOZE:
        _check_gaps(note.front)
    elif note.kind != Kind.LISTENING and not note.back.strip():
        raise InvalidNote(back=_("Write the answer."))
    for name, most in LONGEST.items():
        if len(getattr(note, name)) > most:
            raise InvalidNote(**{name: _("Use at most %(most)d characters.") % {"most": most}})
    check_tags(note.tags)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Without blanks around them, none twice."""
    return list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


def ordinals_of(note: Note) -> list[int]:
    """Which cards a note makes: its sides, or its gaps counted from 0."""
    if note.kind == Kind.CLOZE:
        return [number - 1 for number in gap_numbers(note.front)]
    return [0, 1] if note.kind == Kind.REVERSED else [0]


def _check_gaps(front: str) -> None:
    gaps = gap_numbers(front)
    if not gaps:
        raise InvalidNote(front=_("Mark a gap: {{c1::the words to recall}}."))
    if len(gaps) > MOST_CARDS:
        raise InvalidNote(front=_("A text may have at most 50 gaps."))


def check_tags(tags: Sequence[str]) -> None:
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise InvalidNote(tags=_("Use at most 30 tags of at most 100 characters."))
