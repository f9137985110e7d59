"""What the schema says of every endpoint: the error body, and the id each answer carries."""

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme


class BearerScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """Registers itself with drf-spectacular by being defined."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"


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
    "401": "Not signed in.",
    "403": "Not allowed by role or plan.",
    "404": "Absent, or not yours.",
    "409": "Clashes with how things stand now, or an `Idempotency-Key` already used.",
    "429": "Too often; see `Retry-After` and the `RateLimit-*` headers.",
    "503": "A part we need is not answering.",
}


def describe_errors(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """A drf-spectacular hook: the errors an operation can answer with, by what it takes."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for path, methods in result["paths"].items():
        if path.startswith("/api/monitoring/"):
            continue
        for operation in methods.values():
            for status in _possible(path, operation):
                operation["responses"].setdefault(status, _answer(status))
    return result


def _possible(path: str, operation: dict[str, Any]) -> list[str]:
    possible = ["429", "503"]
    if "requestBody" in operation or operation.get("parameters"):
        possible.append("400")
    if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ())):
        possible.append("409")
    if {} not in operation.get("security", [{}]):
        possible += ["401", "403"]
    if "{" in path:
        possible.append("404")
    return sorted(possible)


def _answer(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": _MEANINGS[status], "content": {"application/json": {"schema": schema}}}
