from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the learner, with what decides whether it may be taken for a fact."""

    message_id: UUID
    text: str
    said_at: datetime
    before: str = ""
    """What the tutor said just before it."""
    role_play: bool = False
    """Spoken in a scene: what is said there is the part, not the person."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose messages are read, and in which languages."""

    language: str
    """The one being learned."""
    native_language: str
    name: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be worth remembering, with the words that prove it. Not checked yet."""

    type: str
    namespace: str
    subject: str
    """What it says something of. Empty: of nothing that could change its value."""
    content: str
    """In the learner's own language."""
    quote: str
    """A literal part of the message."""
    importance: float
    message_id: UUID
    said_at: datetime
    field: str = ""
    """The field of the learner's profile it may go into; empty for most."""
    value: str = ""
    """What would go there, in the learner's own language."""
