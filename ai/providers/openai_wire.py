"""The part of the chat-completions format that a turn uses: what we send, and what we read."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from ai.types import ChatMessage, ChatRequest, ToolCall, ToolSpec

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]

_REASONS: dict[str, FinishReason] = {
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


class Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class ToolFragment(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: Function | None = None


class Piece(msgspec.Struct):
    content: str | None = None
    tool_calls: list[ToolFragment] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class Choice(msgspec.Struct):
    delta: Piece | None = None
    finish_reason: str | None = None


class Counted(msgspec.Struct):
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0


class Chunk(msgspec.Struct):
    choices: list[Choice] | None = None
    usage: Counted | None = None
    error: Any = None


def finish_reason(text: str) -> FinishReason:
    return _REASONS.get(text, "stop")


def body(request: ChatRequest, *, model: str, conceded: frozenset[str]) -> dict[str, Any]:
    """The request's JSON, without what the server is known to refuse (see `concession`)."""
    made: dict[str, Any] = {"model": model, "stream": True, "messages": _messages(request)}
    if "stream_options" not in conceded:
        made["stream_options"] = {"include_usage": True}
    limit = "max_tokens" if "max_completion_tokens" in conceded else "max_completion_tokens"
    if not {"max_tokens", "max_completion_tokens"} <= conceded:
        made[limit] = request.max_tokens
    if request.temperature is not None and "temperature" not in conceded:
        made["temperature"] = request.temperature
    if request.tools:
        made["tools"] = [_tool(spec) for spec in request.tools]
    if request.response_schema is not None:
        _ask_for_json(made, request, conceded)
    return made


def concession(refused: dict[str, Any], why: str, conceded: frozenset[str]) -> str | None:
    """Which option to do without, from a refused request and the words of the refusal.

    A refusal that names no option of ours is taken to be about the JSON schema, if there is one.
    """
    if "response_format" in refused and ("response_format" in why or "json_schema" in why):
        return _less_json(conceded)
    for name in ("stream_options", "max_completion_tokens", "max_tokens", "temperature"):
        if name in refused and name in why:
            return name
    return _less_json(conceded) if "response_format" in refused else None


def _less_json(conceded: frozenset[str]) -> str:
    return "response_format" if "json_schema" in conceded else "json_schema"


def _messages(request: ChatRequest) -> list[dict[str, Any]]:
    return [{"role": "system", "content": request.instructions}, *map(_message, request.messages)]


def _message(message: ChatMessage) -> dict[str, Any]:
    made: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        made["content"] = message.content or None
        made["tool_calls"] = [_sent_call(call) for call in message.tool_calls]
    if message.role == "tool":
        made["tool_call_id"] = message.tool_call_id
    return made


def _sent_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _tool(spec: ToolSpec) -> dict[str, Any]:
    function = {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
    }
    return {"type": "function", "function": function}


def _ask_for_json(made: dict[str, Any], request: ChatRequest, conceded: frozenset[str]) -> None:
    schema = dict(request.response_schema or {})
    if "json_schema" not in conceded:
        named = {"name": "answer", "schema": schema, "strict": _strict(schema)}
        made["response_format"] = {"type": "json_schema", "json_schema": named}
        return
    text = msgspec.json.encode(schema).decode()
    made["messages"][0]["content"] += (
        f"\n\nAnswer with one JSON object that satisfies this JSON Schema and nothing else:\n{text}"
    )
    if "response_format" not in conceded:
        made["response_format"] = {"type": "json_object"}


def _strict(schema: Any) -> bool:
    """Whether every object in it is closed and requires all it names, as strict mode demands."""
    if isinstance(schema, dict):
        named = schema.get("properties")
        if isinstance(named, dict) and (
            schema.get("additionalProperties") is not False
            or set(schema.get("required", ())) != set(named)
        ):
            return False
        return all(map(_strict, schema.values()))
    return all(map(_strict, schema)) if isinstance(schema, list) else True


class ToolAssembly:
    """Puts tool calls together from fragments, as loosely numbered as servers send them."""

    def __init__(self) -> None:
        self._calls: list[dict[str, str]] = []
        self._at: dict[int, int] = {}

    def add(self, fragments: Sequence[ToolFragment]) -> None:
        for fragment in fragments:
            call = self._find(fragment)
            function = fragment.function or Function()
            call["name"] += function.name or ""
            call["arguments"] += function.arguments or ""

    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(call["id"] or f"call_{at}", call["name"], call["arguments"] or "{}")
            for at, call in enumerate(self._calls)
        )

    def _find(self, fragment: ToolFragment) -> dict[str, str]:
        index = fragment.index if fragment.index is not None else max(len(self._calls) - 1, 0)
        at = self._at.get(index)
        # A new id at an old index is a new call: some servers number every call 0.
        if at is None or (fragment.id and self._calls[at]["id"] not in ("", fragment.id)):
            at = self._at[index] = len(self._calls)
            self._calls.append({"id": "", "name": "", "arguments": ""})
        call = self._calls[at]
        call["id"] = call["id"] or fragment.id or ""
        return call
