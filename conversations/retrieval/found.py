"""What retrieval gives: passages with where they stand, and how sure it is that they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

TRANSCRIPT: Final = "transcript"
LESSON: Final = "lesson"
SAVED: Final = "saved"
CONVERSATION: Final = "conversation"
ALL_KINDS: Final = (TRANSCRIPT, LESSON, SAVED, CONVERSATION)
THEIR_OWN: Final = (TRANSCRIPT, SAVED, CONVERSATION)
"""The lessons are everybody's: their thousand sentences are near to any question."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Who spoke when (seconds into the meeting, None unknown); `at` to `to` is the place of the
    words in the passage's text, without the speaker's name."""

    speaker: str
    start: float | None
    end: float | None
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Highlight:
    """A sentence of a passage, word for word, and how near it lies to the question (0 to 1)."""

    at: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A passage. `source_id` is its tutoring session, lesson, note, word or conversation."""

    kind: str
    source_id: UUID
    passage_id: UUID
    title: str
    text: str
    locator: Mapping[str, Any]
    relevance: float
    """0 to 1."""
    language: str = ""
    utterances: tuple[Utterance, ...] = ()
    """Of a transcript."""
    highlights: tuple[Highlight, ...] = ()
    """The sentences nearest to the question, best first."""
    day: date | None = None
    """When a tutoring session was held or a conversation begun, by the learner's clock."""

    def locator_at(self, at: int) -> dict[str, Any]:
        """Where a quote that begins at this character stands: the very utterance, in seconds; in
        a conversation, the message."""
        for said in self.locator.get("messages", ()):
            if at < said["to"]:
                return {"messageId": said["messageId"], "speaker": said["speaker"]}
        for one in self.utterances:
            if at < one.to:
                return {"start": one.start, "end": one.end, "speaker": one.speaker}
        return dict(self.locator)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """`found` is best first. When not `enough`, say so and offer the tutor instead of answering."""

    question: str
    found: Sequence[Found] = ()
    confidence: float = 0.0
    """The chance that the passages hold the answer, as measured on the gold set."""
    enough: bool = False
    worth_reading: bool = False
    """Whether a model should be shown the passages, which can tell whether they answer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One citation of a reply. `excerpt` stands word for word in the passage."""

    index: int
    """Number in the reply, from 1."""
    kind: str
    source_id: UUID
    passage_id: UUID
    title: str
    excerpt: str
    locator: Mapping[str, Any]
    relevance: float
