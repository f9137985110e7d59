"""Our requests as Gemini's, and its parts as ours."""

from base64 import b64decode, b64encode
from typing import Any

import msgspec
from google.genai import types

from ai.types import ChatMessage, ChatRequest, ToolCall

# Gemini 3 refuses a call in the history that has no signature, unless it is this one: a call that
# another provider made has none.
_UNSIGNED = b"skip_thought_signature_validator"


def config(request: ChatRequest, *, model: str) -> types.GenerateContentConfig:
    made: dict[str, Any] = {
        "system_instruction": request.instructions,
        "max_output_tokens": request.max_tokens,
        "temperature": request.temperature,
        "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
    }
    if request.tools:
        declared = [
            types.FunctionDeclaration(
                name=spec.name,
                description=spec.description,
                parameters_json_schema=dict(spec.parameters),
            )
            for spec in request.tools
        ]
        made["tools"] = [types.Tool(function_declarations=declared)]
    if request.response_schema is not None:
        made["response_mime_type"] = "application/json"
        made["response_json_schema"] = dict(request.response_schema)
    if "2.5-flash" in model:
        # Thinking counts against the limit of an answer, and makes a learner wait for it.
        made["thinking_config"] = types.ThinkingConfig(thinking_budget=0)
    return types.GenerateContentConfig(**made)


def contents(messages: tuple[ChatMessage, ...], *, model: str) -> list[types.Content]:
    """The conversation; results of one step's tools stand together in one turn."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    made: list[types.Content] = []
    answering_tools = False
    for message in messages:
        if message.role == "tool":
            part = _result(message, names.get(message.tool_call_id, ""))
            if answering_tools and made[-1].parts is not None:
                made[-1].parts.append(part)
            else:
                made.append(types.Content(role="user", parts=[part]))
        else:
            role = "model" if message.role == "assistant" else "user"
            made.append(types.Content(role=role, parts=_parts(message, model)))
        answering_tools = message.role == "tool"
    return made


def tool_call(part: types.Part, *, number: int) -> ToolCall:
    call = part.function_call or types.FunctionCall()
    return ToolCall(
        id=call.id or f"call_{number}",
        name=call.name or "",
        arguments=msgspec.json.encode(call.args or {}).decode(),
        signature=b64encode(part.thought_signature or b"").decode(),
    )


def _parts(message: ChatMessage, model: str) -> list[types.Part]:
    parts = [types.Part(text=message.content)] if message.content else []
    return parts + [_sent_call(call, model) for call in message.tool_calls]


def _sent_call(call: ToolCall, model: str) -> types.Part:
    arguments = msgspec.json.decode(call.arguments or "{}")
    signature = b64decode(call.signature) or (_UNSIGNED if "gemini-3" in model else None)
    return types.Part(
        function_call=types.FunctionCall(name=call.name, args=arguments),
        thought_signature=signature,
    )


def _result(message: ChatMessage, name: str) -> types.Part:
    response = types.FunctionResponse(name=name, response={"result": message.content})
    return types.Part(function_response=response)
