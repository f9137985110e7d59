"""What clients may send as a body, whatever the address."""

import json

import pytest
from django.test import Client

LEVELS = 20_000


@pytest.fixture
def send():
    """To an address that reads its body and asks nobody who they are."""

    def send(body, path="/api/auth/logout"):
        return Client(raise_request_exception=False).post(path, body, "application/json")

    return send


@pytest.mark.parametrize(
    "body",
    [
        "[" * LEVELS + "]" * LEVELS,
        '{"refreshToken":' * LEVELS + "1" + "}" * LEVELS,
        '{"refreshToken":' + "[" * 60 + "]" * 60 + "}",
    ],
)
def test_what_is_nested_too_deep_is_refused(send, body):
    answer = send(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_what_is_nested_within_reason_is_read(send):
    answer = send('{"refreshToken":' + "[" * 20 + "]" * 20 + "}")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["refreshToken"])


def test_a_refusal_that_repeats_half_a_pair_of_surrogates(db, send):
    body = {"email": "ana@example.org", "password": "Long-enough-1", "name": "Ana"}
    answer = send(json.dumps({**body, "nativeLanguage": "\ud800"}), "/api/auth/register")
    assert answer.status_code == 400
    assert answer.json()["details"] == {"nativeLanguage": ['"\ud800" is not a valid choice.']}


def test_an_address_with_a_nul_is_refused(client):
    assert client.get("/api/flashcards/decks/public?q=%00").json()["code"] == "invalid"
    assert client.get("/sign-in?next=%00").status_code == 400


def test_a_body_of_unknown_length_is_not_taken_for_an_empty_one(client):
    answer = client.post("/api/auth/logout", "{}", "application/json", CONTENT_LENGTH="")
    assert answer.status_code == 400
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post("/api/auth/logout", "{}", "application/json", **chunked)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")
