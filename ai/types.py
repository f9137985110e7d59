"""The protocols every provider adapter satisfies, and the values that cross them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["user", "assistant", "tool"]
    content: str
    tool_calls: tuple["ToolCall", ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of the arguments object."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: str
    """JSON as the model wrote it: untrusted until validated."""
    signature: str = ""
    """What its provider wants back beside the call in the next step; other providers ignore it."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to a model.

    `instructions` come from a prompt file and never hold learner text; `messages` are the marked
    conversation. `language` (ISO 639-1) and `level` (CEFR) say what the reply should be in.
    `hints` is what the built-in tutor works from (such as `scenario`); model adapters ignore it.
    """

    purpose: str
    instructions: str
    messages: tuple[ChatMessage, ...]
    language: str
    level: str
    native_language: str = "en"
    prompt: str = ""
    """Name and version of the prompt file, such as `tutor_reply.v1`."""
    tools: tuple[ToolSpec, ...] = ()
    response_schema: Mapping[str, Any] | None = None
    temperature: float | None = None
    max_tokens: int = 800
    names: tuple[str, ...] = ()
    """People's names no outside provider may see. They come back restored in its answer."""
    hints: Mapping[str, Any] = field(default_factory=dict)
    models_only: bool = False
    """Not for the built-in tutor: whoever asks has something better to say without a model."""


@dataclass(frozen=True, slots=True)
class Usage:
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str
    """Empty when an adapter only says that its model is at work (thinking); never passed on."""


@dataclass(frozen=True, slots=True)
class ToolCalls:
    """The model wants these run, all at once, before it goes on. Complete, never partial."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """Always the last delta of a stream that ended well."""

    reason: Literal["stop", "length", "tool_calls", "content_filter"]
    usage: Usage


Delta = TextDelta | ToolCalls | Finish


@runtime_checkable
class ChatModel(Protocol):
    """A chat model. Streams deltas and ends with one `Finish`; raises `ProviderError` only.

    Closing the iterator (`aclose`, or cancelling the task) must close the upstream call.
    """

    name: str
    """The provider's name in `AI_CHAIN`, such as `openai`."""
    model: str

    def stream(self, request: ChatRequest) -> AsyncIterator[Delta]: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """What a moderator found in a text: its own name for the kind, and how sure it is, 0 to 1."""

    kind: str
    score: float


@runtime_checkable
class Moderator(Protocol):
    """Says which kinds of unfit text a text is. Raises ProviderError."""

    name: str
    model: str

    async def judge(self, text: str) -> list[Judged]: ...


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors of `EMBEDDING_DIMENSIONS` floats, zero-padded when shorter."""

    name: str
    """Names the vector space; vectors of two embedders are never compared."""

    async def embed(self, texts: Sequence[str]) -> list[list[float]]: ...
