"""What the schema owes whoever reads it: what each operation does, and what its bodies look like.
That examples are as declared is tested in config/tests/test_openapi.py, that answers are in every
test that gets one (tests/declared.py)."""

import pytest

from config.tests.test_openapi import operations


def without_example(bodies, where):
    return [
        where
        for body in bodies
        for kind, content in body.get("content", {}).items()
        if kind == "application/json"
        and content["schema"].get("format") != "binary"
        and not content.get("examples")
    ]


def test_every_operation_says_what_it_does():
    assert not [name for name, operation in operations() if not operation.get("summary")]


@pytest.mark.parametrize("side", ["requestBody", "responses"])
def test_every_body_shows_an_example(side):
    lacking = []
    for name, operation in operations():
        if side == "requestBody":
            lacking += without_example([operation.get(side, {})], name)
        else:
            for status, answer in operation[side].items():
                if status < "300":
                    lacking += without_example([answer], f"{name} {status}")
    assert not lacking
