"""A stored transcript as who said what, in order; a stretch of chunks at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from conversations.transcripts.models import TranscriptChunk, TutoringSession


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said without a break. `at` is where it begins in its chunk's text."""

    chunk: UUID
    position: int
    speaker: str
    text: str
    at: int
    start: float | None
    end: float | None


def turns_of(session: TutoringSession) -> Iterator[Turn]:
    rows = session.chunks.order_by("position").only("id", "position", "text", "utterances")
    for chunk in rows.iterator(chunk_size=100):
        yield from turns_in(chunk)


def turns_in(chunk: TranscriptChunk) -> Iterator[Turn]:
    for one in chunk.utterances:
        at, to = one["at"], one["to"]
        text = chunk.text[at:to]
        times = one["start"], one["end"]
        yield Turn(chunk.pk, chunk.position, one["speaker"], text, at, *times)


def only_of(chunk: TranscriptChunk, turns: Iterable[Turn]) -> str:
    """The chunk's text with nothing left but these turns, each where it was."""
    kept = [" "] * len(chunk.text)
    for turn in turns:
        kept[turn.at : turn.at + len(turn.text)] = turn.text
        if turn.at:
            kept[turn.at - 1] = "\n"
    return "".join(kept)
