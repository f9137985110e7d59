"""The schema, held against itself: what it declares, and what its own examples show."""

import re
from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from config.enum_names import ENUM_NAMES

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations():
    for path, methods in schema()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def strict(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema, in which an object holds what is declared and no more."""
    if isinstance(node, list):
        return [strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: strict(value) for key, value in node.items() if key != "nullable"}
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made


@cache
def components() -> dict[str, Any]:
    return {"schemas": strict(schema()["components"]["schemas"])}


def faults(example: Any, declared: dict[str, Any]) -> list[str]:
    checker = Draft202012Validator({**strict(declared), "components": components()})
    return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(example)]


def examples(bodies):
    for body in bodies:
        for content in body.get("content", {}).values():
            for name, example in content.get("examples", {}).items():
                yield name, example["value"], content["schema"]


@pytest.mark.parametrize("side", ["requestBody", "responses"])
def test_examples_are_as_declared(side):
    wrong = []
    for name, operation in operations():
        bodies = operation.get(side, {})
        bodies = bodies.values() if side == "responses" else [bodies]
        for title, value, declared in examples(bodies):
            wrong += [f"{name} ({title}) {fault}" for fault in faults(value, declared)]
    assert not wrong


def test_parameters_have_the_names_of_the_wire():
    asked = [
        f"{name} {one['name']}"
        for name, operation in operations()
        for one in operation.get("parameters", ())
        if one["in"] == "query" and not re.fullmatch(r"[a-z][a-zA-Z]*", one["name"])
    ]
    assert not asked


def test_every_refusal_shows_the_error_body():
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    for name, operation in operations():
        for status, answer in operation["responses"].items():
            if status >= "400" and "/monitoring/" not in name:
                assert answer["content"]["application/json"]["schema"] == error["schema"], name


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/api/auth/login", "post", {"400", "401", "413", "415", "429"}),
        ("/api/auth/register", "post", {"409"}),
        ("/api/sessions", "post", {"404"}),
        ("/api/tutor/routing/analyze", "post", {"404"}),
        ("/api/user/settings", "put", {"409"}),
        ("/api/assessment/{assessment_id}/result", "get", {"404", "409"}),
        ("/api/flashcards/cards/{card_id}/image", "put", {"413", "415"}),
        ("/api/chat/message", "post", {"404", "409", "413", "415", "502", "503"}),
    ],
)
def test_what_can_be_refused_is_declared(path, method, statuses):
    assert statuses <= set(schema()["paths"][path][method]["responses"])


def test_a_choice_that_can_be_empty_says_so():
    known = schema()["components"]["schemas"]["LearnerLanguage"]["properties"]
    assert {"$ref": "#/components/schemas/BlankEnum"} in known["levelLow"]["oneOf"]


OF_THE_LIBRARY = {"BlankEnum", "NullEnum"}
SAYS_LITTLE = re.compile(
    "(Action|Category|Change|Code|Criterion|Delimiter|Duplicates|Encoding|Format|Gender|Group|Kind"
    "|Manner|Mode|Name|Namespace|Need|Note|Option|Order|Outcome|Rating|Reason|Result|Role|Rule"
    "|Severity|Source|State|Status|Step|Stop|Subject|Timing|Type|Urgency|Value|Verdict|Visibility)"
    "Enum"
)


def test_every_enum_is_named_by_what_it_is():
    schemas = schema()["components"]["schemas"]
    named = {name for name, one in schemas.items() if "enum" in one} - OF_THE_LIBRARY
    # So none is made up of a field's name, a serializer's or a hash.
    assert named == set(ENUM_NAMES)
    assert not [name for name in named if SAYS_LITTLE.fullmatch(name)]
    assert not [name for name in named if not re.fullmatch(r"([A-Z][a-z]+)+Enum", name)]
