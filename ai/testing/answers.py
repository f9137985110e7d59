"""What the loopback provider says, and how each protocol puts it on the wire."""

from typing import Any

import msgspec

OPENAI_KINDS = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
    "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent", "sexual",
    "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One answer. Times are seconds; `*_after` count pieces already sent (None: never)."""

    pieces: list[str] = msgspec.field(default_factory=lambda: ["Hola. ", "¿Qué ", "tal?"])
    pause: float = 0.0
    first_pause: float = 0.0
    status: int = 200
    error_code: str = ""
    about: str = ""
    """The field of the request that an error names."""
    retry_after: float | None = None
    hang_before_headers: bool = False
    hang_after: int | None = None
    cut_after: int | None = None
    malformed_after: int | None = None
    error_after: int | None = None
    tool_calls: list[dict[str, str]] = []
    """Each with `id`, `name` and `arguments` (JSON text); OpenAI sends them in fragments."""
    finish: str = "stop"
    usage: bool = True
    done_line: bool = True
    role_chunk: bool = True
    null_content: bool = False
    keep_alives: bool = False
    reasoning: list[str] = []
    blocked: bool = False
    refuses: list[str] = []
    """Fields of the request answered with 400, such as `stream_options` or `response_format`."""
    dimensions: int = 1536
    """Of an embedding, when the request does not say."""
    judged: dict[str, float] = {}
    """What moderation finds: its kinds and how sure it is."""
    stamp: bool = False
    """Send the monotonic clock in nanoseconds, and a space, as each piece's text."""


def line(payload: Any) -> bytes:
    return b"data: " + msgspec.json.encode(payload) + b"\n\n"


def openai_chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return line(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1700000000,
            "model": "loopback",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )


def openai_usage(answer: Answer) -> bytes:
    count = len(answer.pieces)
    usage = {"prompt_tokens": 21, "completion_tokens": count, "total_tokens": 21 + count}
    return line(
        {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": usage}
    )


def openai_tool_fragments(answer: Answer) -> list[bytes]:
    """Each call's name first, then its arguments in two halves, the calls interleaved."""
    opening, rest = [], []
    for index, call in enumerate(answer.tool_calls):
        function = {"name": call["name"], "arguments": ""}
        opening.append({"index": index, "id": call["id"], "type": "function", "function": function})
        text = call["arguments"]
        middle = len(text) // 2
        rest += [
            {"index": index, "function": {"arguments": part}}
            for part in (text[:middle], text[middle:])
        ]
    return [openai_chunk({"tool_calls": [fragment]}) for fragment in (*opening, *rest)]


def openai_error(answer: Answer) -> dict[str, Any]:
    code = answer.error_code or STATUS_NAMES.get(answer.status, "ERROR").lower()
    message = f"Unsupported parameter: {answer.about}" if answer.about else "A scripted error."
    return {"error": {"message": message, "type": code, "code": code, "param": answer.about}}


def openai_judgement(answer: Answer, model: str) -> dict[str, Any]:
    result = {
        "flagged": bool(answer.judged),
        "categories": {kind: kind in answer.judged for kind in (*OPENAI_KINDS, *answer.judged)},
        "category_scores": {kind: answer.judged.get(kind, 0.001) for kind in OPENAI_KINDS},
        "category_applied_input_types": {kind: ["text"] for kind in OPENAI_KINDS},
    }
    return {"id": "modr-1", "model": model, "results": [result]}


def gemini_chunk(parts: list[dict[str, Any]], finish: str | None = None, **more: Any) -> bytes:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return line({"candidates": [candidate], "modelVersion": "loopback", **more})


def gemini_usage(answer: Answer) -> dict[str, Any]:
    if not answer.usage:
        return {}
    count = len(answer.pieces)
    usage = {
        "promptTokenCount": 21,
        "candidatesTokenCount": count,
        "totalTokenCount": 21 + count,
    }
    return {"usageMetadata": usage}


def gemini_tool_parts(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "functionCall": {
                "id": call["id"],
                "name": call["name"],
                "args": msgspec.json.decode(call["arguments"]),
            },
            "thoughtSignature": "c2lnbmVk",
        }
        for call in answer.tool_calls
    ]


def gemini_error(answer: Answer) -> dict[str, Any]:
    status = answer.error_code or STATUS_NAMES.get(answer.status, "UNKNOWN")
    details = []
    if answer.retry_after is not None:
        details.append(
            {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": f"{answer.retry_after}s",
            }
        )
    message = "A scripted error."
    return {
        "error": {"code": answer.status, "message": message, "status": status, "details": details}
    }
