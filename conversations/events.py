"""The closed set of events a turn is made of. SSE frames and socket frames are made from these.

`seq` counts from 1 within a turn and is the event's id on every reader and in the turn's log.
"""

from typing import Any, Literal

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="type", rename="camel", kw_only=True):
    turn_id: str
    seq: int = 0
    """Given by the turn's log when the event is appended."""


class MessageStart(Event, frozen=True, tag="message.start"):
    message_id: str
    conversation_id: str
    provider: str
    reply_to: str = ""
    """The learner's message that is answered."""


class Route(Event, frozen=True, tag="route"):
    route: str


class Source(Event, frozen=True, tag="source"):
    index: int
    kind: str
    id: str
    title: str
    excerpt: str
    locator: dict[str, Any]
    url: str = ""
    """The page that shows it there."""


class Tool(Event, frozen=True, tag="tool"):
    name: str
    status: Literal["started", "done", "failed"]
    title: str = ""
    url: str = ""
    """The page of what came of it."""


class DeltaEvent(Event, frozen=True, tag="delta"):
    text: str


class SafetyEvent(Event, frozen=True, tag="safety"):
    """Beside the reply to somebody who writes of hurting themselves: whom to call."""

    language: str
    title: str
    text: str
    contacts: list[dict[str, str]]
    """Each with `where`, `who` and `number`."""
    elsewhere: str


class CorrectionEvent(Event, frozen=True, tag="correction"):
    """`start` and `end` count Unicode code points of the learner's message."""

    id: str
    start: int
    end: int
    original: str
    corrected: str
    kind: str
    reason: str
    manner: str = "explicit"
    """How the learner wants to be told: `hint` shows the place and the reason first."""


class MessageEnd(Event, frozen=True, tag="message.end"):
    text: str
    usage: dict[str, Any]
    sources: list[dict[str, Any]]
    confidence: float | None
    suggest_tutor: bool


class Cancelled(Event, frozen=True, tag="cancelled"):
    text: str


class ErrorEvent(Event, frozen=True, tag="error"):
    code: str
    message: str
    retryable: bool


TurnEvent = (
    MessageStart
    | Route
    | Source
    | Tool
    | SafetyEvent
    | DeltaEvent
    | CorrectionEvent
    | MessageEnd
    | Cancelled
    | ErrorEvent
)

TERMINAL = (MessageEnd, Cancelled, ErrorEvent)
"""Nothing follows one of these."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[TurnEvent] = msgspec.json.Decoder(TurnEvent)


def encode(event: TurnEvent) -> bytes:
    return _encoder.encode(event)


def decode(data: bytes) -> TurnEvent:
    return _decoder.decode(data)


def type_of(event: TurnEvent) -> str:
    return str(type(event).__struct_config__.tag)
