"""What the schema says of every endpoint: the error body, and what an answer may leave empty."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from config.api import camelize


class BearerScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """Registers itself with drf-spectacular by being defined."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"


class CookieScheme(SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.SessionAuthentication"
    name = "cookieAuth"


class Schema(AutoSchema):
    """As the library's; but a choice that the table may leave empty is empty in answers too."""

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        if isinstance(field, serializers.ChoiceField) and direction == "response":
            field.allow_blank = field.allow_blank or _may_be_empty(field)
        mapped = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )
        return dict(mapped)


def _may_be_empty(field: Any) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if model is None:
        return False
    try:
        column: Any = model._meta.get_field(field.source)
    except FieldDoesNotExist:
        return False
    return bool(getattr(column, "choices", None) and column.blank and not column.null)


ERROR = {
    "type": "object",
    "required": ["success", "error", "code", "details", "requestId"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {"type": "string", "description": "A sentence for a person."},
        "code": {"type": "string", "description": "A word for programs."},
        "details": {
            "type": "object",
            "nullable": True,
            "additionalProperties": True,
            "description": "Sentences by field.",
        },
        "requestId": {"type": "string"},
    },
    "example": {
        "success": False,
        "error": "Some of what was sent is not valid.",
        "code": "invalid",
        "details": {"email": ["Enter a valid email address."]},
        "requestId": "8f14e45fceea467a9b1c2d3e4f5a6b7c",
    },
}
_MEANINGS = {
    "400": "Not valid; `details` says which fields.",
    "401": "Not signed in, or what proves who you are is no longer good.",
    "403": "Not allowed by role or plan.",
    "404": "Absent, or not yours.",
    "409": "Clashes with how things stand now, or an `Idempotency-Key` already used.",
    "411": "A body whose length is not told.",
    "413": "Larger than we accept.",
    "415": "A body of a kind that is not read here.",
    "429": "Too often; see `Retry-After` and the `RateLimit-*` headers.",
    "503": "A part we need is not answering.",
}
_WRITING = frozenset({"post", "put", "patch", "delete"})
_SIGNING = "/api/auth/"
"""What stands below takes credentials, which are refused and clash with nothing."""


def describe_errors(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """A drf-spectacular hook: the errors an operation can answer with, by what it takes; and its
    parameters by their names on the wire."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = ERROR
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            _name_parameters(operation)
            if not path.startswith("/api/monitoring/"):
                _add_errors(operation["responses"], _possible(path, method, operation, schemas))
    return result


def _name_parameters(operation: dict[str, Any]) -> None:
    for one in operation.get("parameters", ()):
        if one["in"] == "query":
            one["name"] = next(iter(camelize({one["name"]: None})))


def _add_errors(responses: dict[str, Any], possible: set[str]) -> None:
    for status in sorted(possible):
        responses.setdefault(status, {"description": _MEANINGS[status]})
    for status, response in responses.items():
        if status >= "400":
            response.setdefault("content", _CONTENT)


def _possible(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]
) -> set[str]:
    parameters = operation.get("parameters", [])
    possible = {"429", "503"}
    if "requestBody" in operation or parameters:
        possible.add("400")
    if "requestBody" in operation:
        possible |= {"411", "413", "415"}
    if {} not in operation.get("security", [{}]):
        possible |= {"401", "403"}
    named = {one["name"] for one in parameters}
    if "Idempotency-Key" in named or (method in _WRITING and not path.startswith(_SIGNING)):
        possible.add("409")
    if "{" in path or _names_another(parameters, operation.get("requestBody"), schemas):
        possible.add("404")
    return possible


def _names_another(parameters: list[Any], body: Any, schemas: dict[str, Any]) -> bool:
    """Whether a parameter or the body names something by its id: that may be absent."""
    asked = any(_is_id(one["schema"]) for one in parameters if one["in"] == "query")
    return asked or any(_holds_id(one["schema"], schemas) for one in _contents(body))


def _contents(body: Any) -> list[Any]:
    return list(body["content"].values()) if body else []


def _holds_id(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _holds_id(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    parts = [*schema.get("properties", {}).values(), *schema.get("oneOf", ())]
    parts += [*schema.get("allOf", ()), *filter(None, [schema.get("items")])]
    return _is_id(schema) or any(_holds_id(part, schemas) for part in parts)


def _is_id(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "uuid"


_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
