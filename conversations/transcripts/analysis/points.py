"""The form findings have, whoever found them: a model, or the built-in rules."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from ai.language.slips import Kind, Slip
from conversations.transcripts.phrases import say
from conversations.transcripts.turns import Turn

LONGEST_QUOTE: Final = 280
_LISTS: Final = {
    "studentStrengths": "strengths",
    "areasForImprovement": "areas",
    "actionItems": "actions",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a text of the rules says, in which language and with what words beside the quote: so it
    can be said to another reader."""

    what: str
    native: str
    words: Mapping[str, str | int]

    def in_full(self, quote: str = "") -> str:
        return say(self.what, native=self.native, quote=quote, **self.words)


@dataclass(frozen=True, slots=True)
class Point:
    """A finding, and the words of the transcript that prove it, if any."""

    text: str
    quote: str = ""
    speaker: str = ""
    start: float | None = None
    position: int | None = None
    """Of the chunk it stands in."""
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class FoundSlip:
    """A slip of the student's; `start` and `end` are places in its chunk's text."""

    position: int
    start: int
    end: int
    original: str
    corrected: str
    kind: Kind
    reason: str
    rule: str
    quote: str
    time: float | None

    def as_slip(self) -> Slip:
        """As the rules gave it, with its place in the chunk."""
        return Slip(
            start=self.start,
            end=self.end,
            original=self.original,
            corrected=self.corrected,
            kind=self.kind,
            reason=self.reason,
            rule=self.rule,
        )


@dataclass(frozen=True, slots=True)
class FoundConcept:
    concept: UUID
    name: str
    difficulty: int
    correct: int = 0
    wrong: int = 0
    quote: str = ""


@dataclass(slots=True)
class Findings:
    topics: list[str] = field(default_factory=list)
    strengths: list[Point] = field(default_factory=list)
    areas: list[Point] = field(default_factory=list)
    actions: list[Point] = field(default_factory=list)
    slips: list[FoundSlip] = field(default_factory=list)
    concepts: list[FoundConcept] = field(default_factory=list)
    by: str = "builtin"

    def as_json(self) -> dict[str, Any]:
        """What the session keeps: the lists as the API gives them, then where each is proved."""
        told = {key: [one.text for one in getattr(self, name)] for key, name in _LISTS.items()}
        proofs = {key: [_proof(one) for one in getattr(self, name)] for key, name in _LISTS.items()}
        slips = [asdict(one) for one in self.slips]
        return {"topics": self.topics, **told, "proofs": proofs, "slips": slips}


def point_of(text: str, turn: Turn, quote: str = "") -> Point:
    """A finding that a turn proves, by the words quoted, else by its first ones."""
    quote = quote or shortened(turn.text)
    return Point(text, quote, turn.speaker, turn.start, turn.position)


def point_saying(
    what: str, *, native: str, turn: Turn | None = None, quote: str = "", **words: str | int
) -> Point:
    """A finding in the phrases we have; without a turn it is about the whole."""
    said = Said(what, native, words)
    if turn is None:
        return Point(said.in_full(), said=said)
    point = point_of(said.in_full(quote), turn, quote)
    return replace(point, said=said)


def shortened(text: str, longest: int = LONGEST_QUOTE) -> str:
    """The beginning of a text, to the end of a word: still a literal part of it."""
    if len(text) <= longest:
        return text
    head = text[: longest + 1]
    return head[: head.rfind(" ")] if " " in head else head[:longest]


def _proof(one: Point) -> dict[str, Any]:
    proof = {
        "quote": one.quote,
        "speaker": one.speaker,
        "start": one.start,
        "position": one.position,
    }
    if one.said is None:
        return proof
    return proof | {"says": one.said.what, "in": one.said.native, "words": dict(one.said.words)}
