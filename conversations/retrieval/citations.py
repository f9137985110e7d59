"""Checking what a reply cites: a sentence stays only when its quotes stand in their sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conversations.retrieval.found import Found, Source


@dataclass(frozen=True, slots=True)
class Checked:
    """`text` cites as [1]; `dropped` are the sentences taken out, as the model wrote them."""

    text: str
    sources: tuple[Source, ...]
    dropped: tuple[str, ...]


class CitedText:
    """Checks a reply as it streams in."""

    def __init__(self, found: Sequence[Found]) -> None:
        self.found = found
        self.sources: list[Source] = []
        self.dropped: list[str] = []

    def feed(self, delta: str) -> list[str]:
        """Sentences that may be shown now, with the spaces between them. `sources` has grown by
        what they cite, so send those first."""
        raise NotImplementedError

    def close(self) -> list[str]:
        """The reply is over: what was still held back, if it may be shown."""
        raise NotImplementedError


def check_reply(text: str, found: Sequence[Found]) -> Checked:
    """A whole reply, checked."""
    raise NotImplementedError


def passages_block(found: Sequence[Found]) -> str:
    """The passages as a model is shown them: marked and numbered, for answer_from_sources."""
    raise NotImplementedError


def event_body(source: Source) -> dict[str, Any]:
    """As the chat's `source` event: index, kind, id, title, excerpt, locator."""
    raise NotImplementedError


def reply_body(source: Source) -> dict[str, Any]:
    """As `sources` of a whole reply: the event's fields with sessionId and relevance."""
    raise NotImplementedError
