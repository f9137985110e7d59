"""What every format is read into."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from practice.decks.exchange import limits
from practice.decks.services.notes import NewNote


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note as a file has it. `deck` is the file's name for its deck, empty for none; `audio` and
    `image` are the file's names of its media."""

    place: int
    note: NewNote
    deck: str = ""
    audio: str = ""
    image: str = ""

    @property
    def weight(self) -> int:
        """How much memory it takes, in characters."""
        note = self.note
        reviews = sum(len(past.reviews) for past in note.pasts.values())
        return len(note.front) + len(note.back) + len(note.example) + reviews * limits.A_REVIEW


@dataclass(frozen=True, slots=True)
class Refusal:
    """A note of the file that makes no card, and why."""

    place: int
    title: str
    reason: str


class Source(Protocol):
    """A file being read. Making one checks the whole file and raises ImportRefused; after that,
    only single notes can be refused."""

    total: int

    def notes(self) -> Iterator[ReadNote | Refusal]:
        """In the order of the file, a note at a time."""
        ...

    def media(self, name: str, what: str) -> bytes | None:
        """A sound or picture by the file's name for it; none if it is not there, or no such."""
        ...

    def description_of(self, deck: str) -> str: ...
