"""Holds every answer of the API that a test gets against the schema: path, status, media type and
each field. So what the schema says is as true as the tests are many."""

import json
import re
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.test.client import Client

UNDECLARED = {405, 421, 500}
"""What no operation declares: a method it has not, a stream asked of the wrong server, a fault."""


@contextmanager
def answers_as_declared():
    """Within, Django's test client raises AssertionError for an answer that is not as declared."""
    plain = Client.request

    def request(self, **environ):
        answer = plain(self, **environ)
        streamed = getattr(answer, "streaming", False)
        check(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            answer.status_code,
            answer.headers.get("Content-Type", ""),
            None if streamed else answer.content,
        )
        return answer

    Client.request = request
    try:
        yield
    finally:
        Client.request = plain


def check(method: str, path: str, status: int, kind: str, body: bytes | None) -> None:
    """`body` is None for what is streamed, which is not looked at."""
    operation = _operation(method.lower(), path) if path.startswith("/api/") else None
    if operation is None or status in UNDECLARED:
        return
    where = f"{method} {path}: {status}"
    answer = operation["responses"].get(str(status))
    assert answer is not None, f"{where} is not declared"
    declared = answer.get("content", {})
    if status == 204 or not declared:
        assert not body, f"{where} is declared without a body"
        return
    media = next((one for one in declared if _covers(one, kind.partition(";")[0])), None)
    assert media, f"{where} is declared as {', '.join(declared)}, but is {kind}"
    if body is not None and media == "application/json":
        wrong = _faults(json.loads(body), declared[media]["schema"])
        assert not wrong, f"{where} is not as declared: {wrong}"


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, methods in _routes():
        if pattern.fullmatch(path):
            return methods.get(method)
    return None


@cache
def _routes() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Those without parameters first, as they go before the others."""
    paths = _schema()["paths"]
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), paths[path])
        for path in sorted(paths, key=lambda path: path.count("{"))
    ]


def _covers(declared: str, kind: str) -> bool:
    return declared == kind or (
        declared.endswith("/*") and kind.startswith(declared.removesuffix("*"))
    )


def _faults(value: Any, declared: dict[str, Any]) -> list[str]:
    checker = _checker(json.dumps(declared, sort_keys=True))
    return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(value)]


@cache
def _checker(declared: str) -> Any:
    # Late, as the schema is made of every app: most tests need neither.
    from jsonschema import Draft202012Validator

    from config.tests.test_openapi import components, strict

    return Draft202012Validator({**strict(json.loads(declared)), "components": components()})


def _schema() -> dict[str, Any]:
    from config.tests.test_openapi import schema

    return schema()
