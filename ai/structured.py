"""Answers in JSON that are what was asked for, or an error: never half of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar, cast, overload
from uuid import UUID

import jsonschema
import msgspec

from ai.chain import complete
from ai.errors import ProviderError
from ai.types import ChatMessage, ChatRequest

Value = TypeVar("Value")
JSONSchema = Mapping[str, Any]
NUL: Final = r"\u0000"
"""As it stands in JSON: PostgreSQL keeps no such character, and nobody means it."""


class _Unfit(Exception):
    """An answer that does not fit; the message tells the model how, in terms of the schema."""


@overload
async def complete_structured(
    request: ChatRequest, *, schema: type[Value], user_id: UUID | None, reference: UUID | None = ...
) -> Value: ...


@overload
async def complete_structured(
    request: ChatRequest, *, schema: JSONSchema, user_id: UUID | None, reference: UUID | None = ...
) -> Any: ...


async def complete_structured(
    request: ChatRequest,
    *,
    schema: type[Any] | JSONSchema,
    user_id: UUID | None,
    reference: UUID | None = None,
) -> Any:
    """The answer as a value of `schema`: a msgspec type, or a JSON Schema (then plain JSON values).

    An answer that does not fit is sent back once with what is wrong. Raises ProviderError
    `malformed` when the second does not fit either, and AllProvidersFailed when nobody of the
    chain answers (the built-in tutor does not speak JSON).
    """
    asked = replace(request, response_schema=json_schema(schema))
    answer = await complete(asked, user_id=user_id, reference=reference)
    try:
        return validate(answer.text, schema)
    except _Unfit as why:
        asked = replace(asked, messages=(*asked.messages, *_repair(answer.text, str(why))))
    answer = await complete(asked, user_id=user_id, reference=reference)
    try:
        return validate(answer.text, schema)
    except _Unfit as why:
        raise ProviderError(
            "malformed", "an answer that does not fit", retryable=False, provider=answer.provider
        ) from why


def validate(text: str, schema: type[Any] | JSONSchema) -> Any:
    """The value in `text`, which may stand in a Markdown fence. Raises `_Unfit`."""
    raw = _unfenced(text)
    if NUL in raw:
        raise _Unfit(f"no text may hold {NUL}")
    try:
        if not isinstance(schema, Mapping):
            return msgspec.json.decode(raw, type=schema)
        value = msgspec.json.decode(raw)
        jsonschema.validate(value, schema)
    except msgspec.DecodeError as error:
        raise _Unfit(str(error)) from error
    except jsonschema.ValidationError as error:
        raise _Unfit(f"{error.json_path}: not valid under {error.validator!r}") from error
    return value


def json_schema(schema: type[Any] | JSONSchema) -> dict[str, Any]:
    """A schema without references, its objects closed: what every provider's JSON mode takes."""
    if isinstance(schema, Mapping):
        return dict(schema)
    made = msgspec.json.schema(schema)
    return cast(dict[str, Any], _inlined(made, made.pop("$defs", {})))


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if reference := part.get("$ref"):
        return _inlined(definitions[reference.rsplit("/", 1)[-1]], definitions)
    made = {key: _inlined(value, definitions) for key, value in part.items() if key != "title"}
    if made.get("type") == "object" and "properties" in made:
        made["additionalProperties"] = False
    return made


def _unfenced(text: str) -> str:
    text = text.strip()
    if not text.startswith("```"):
        return text
    return text.removeprefix("```json").removeprefix("```").removesuffix("```").strip()


def _repair(answer: str, why: str) -> tuple[ChatMessage, ChatMessage]:
    fault = f"That answer does not fit the schema: {why}. Answer again with the JSON alone."
    return ChatMessage("assistant", answer), ChatMessage("user", fault)
