"""A learner's own words around a slip, word for word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from conversations.models import Correction

LONGEST: Final = 200
ENDS: Final = ".?!…\n"


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` stands in the message as it is; `start` and `end` mark the slip within it."""

    text: str
    start: int
    end: int
    corrected: str
    at: datetime
    message_id: UUID
    conversation_id: UUID

    @property
    def right(self) -> str:
        """The sentence with the slip put right."""
        return f"{self.text[: self.start]}{self.corrected}{self.text[self.end :]}"

    @property
    def pieces(self) -> tuple[str, str, str]:
        return self.text[: self.start], self.text[self.start : self.end], self.text[self.end :]


def sentence_around(slip: Correction) -> Quote:
    """The sentence a slip stands in, or as much of a long one as can be quoted."""
    said = slip.message.content
    first = max((said.rfind(end, 0, slip.start) for end in ENDS), default=-1) + 1
    ends = [place for end in ENDS if (place := said.find(end, slip.end)) >= 0]
    last = min(ends, default=len(said) - 1) + 1
    first, last = max(first, slip.start - LONGEST // 2), min(last, slip.end + LONGEST // 2)
    while first < slip.start and said[first].isspace():
        first += 1
    return Quote(
        text=said[first:last],
        start=slip.start - first,
        end=slip.end - first,
        corrected=slip.corrected,
        at=slip.message.created_at,
        message_id=slip.message_id,
        conversation_id=slip.message.conversation_id,
    )
