"""What is taken at once must be right by the serializer as well, and mean the same."""

import json
from io import BytesIO

import pytest
from rest_framework.exceptions import ValidationError

from config.api import CamelCaseJSONParser, valid
from config.ids import new_id
from practice.decks.sent import (
    BatchParser,
    ReviewParser,
    SentBatch,
    SentReview,
    sent_batch,
    sent_review,
)
from practice.decks.serializers import BatchSerializer, ReviewSerializer
from practice.decks.services import Answer

CARD, KEY = str(new_id()), str(new_id())
GOOD = {
    "cardId": CARD,
    "clientId": KEY,
    "rating": 3,
    "reviewedAt": "2026-03-02T09:00:00.123456Z",
    "durationMs": 4200,
    "scheduler": "fsrs",
    "timezone": "Europe/Madrid",
}
RIGHT = [
    {"clientId": KEY.replace("-", "")},
    {"clientId": KEY.upper()},
    {"reviewedAt": "2026-03-02T09:00:00+05:30"},
    {"reviewedAt": "2026-03-02 09:00:00Z"},
    {"reviewedAt": "2026-03-02T09:00:00.1234567Z"},
    {"durationMs": 0},
    {"durationMs": 86_400_000},
    {"scheduler": "sm2"},
]
ODD = [
    *({"cardId": value} for value in (None, "", "x", 5, [], f"urn:uuid:{CARD}")),
    *({"rating": value} for value in (None, "3", 3.0, 2.5, True, "good", 2**31, -(2**40), 10**30)),
    *(
        {"reviewedAt": value}
        for value in (
            None,
            "",
            0,
            1.5,
            "yesterday",
            "2026-03-02",
            "2026-03-02T09:00:00",
            "2026-03-02T09:00:00z",
            "2026-03-02T09:00:60Z",
            "0001-01-01T00:00:00+05:00",
            "9999-12-31T23:59:59-05:00",
        )
    ),
    *({"durationMs": value} for value in (None, -1, 86_400_001, "12", 1.0, 1.5, True)),
    *({"scheduler": value} for value in (None, "", "anki", "FSRS", 1)),
    *({"timezone": value} for value in (None, "", " ", " UTC ", "Mars/Base", "x" * 65, "\x00", 1)),
    {"duration_ms": 5},
    {"note": "hm"},
]


def parsed(parser, body):
    return parser().parse(BytesIO(body), "application/json", {})


def without(*names):
    return {name: value for name, value in GOOD.items() if name not in names}


def result(read, *args):
    try:
        return read(*args)
    except ValidationError as refusal:
        return refusal.get_codes()


def by_serializer(serializer, body):
    return valid(serializer, parsed(CamelCaseJSONParser, body))


@pytest.mark.parametrize("change", [{}, *RIGHT, *ODD])
def test_a_review_is_what_the_serializer_says(change):
    body = json.dumps(without("cardId") | change).encode()
    expected = result(by_serializer, ReviewSerializer, body)
    assert result(sent_review, parsed(ReviewParser, body)) == expected


@pytest.mark.parametrize("change", [{}, *RIGHT, {"rating": 9}, *ODD])
def test_a_batch_is_what_the_serializer_says(change):
    body = json.dumps({"reviews": [GOOD, GOOD | change]}).encode()
    expected = result(by_serializer, BatchSerializer, body)
    if "reviews" in expected and isinstance(expected["reviews"], list):
        expected = [Answer(**one) for one in expected["reviews"]]
    assert result(sent_batch, parsed(BatchParser, body)) == expected


@pytest.mark.parametrize("name", GOOD)
def test_what_is_left_out_is_what_the_serializer_says(name):
    review = json.dumps(without("cardId", name)).encode()
    expected = result(by_serializer, ReviewSerializer, review)
    assert result(sent_review, parsed(ReviewParser, review)) == expected
    batch = json.dumps({"reviews": [without(name)]}).encode()
    assert result(lambda: bool(sent_batch(parsed(BatchParser, batch)))) == (
        result(lambda: bool(by_serializer(BatchSerializer, batch)))
    )


@pytest.mark.parametrize("change", [{}, *RIGHT])
def test_what_is_right_is_taken_at_once(change):
    review = json.dumps(without("cardId") | change).encode()
    assert isinstance(parsed(ReviewParser, review), SentReview)
    batch = json.dumps({"reviews": [GOOD | change]}).encode()
    assert isinstance(parsed(BatchParser, batch), SentBatch)


@pytest.mark.parametrize(("count", "right"), [(0, False), (1, True), (500, True), (501, False)])
def test_a_batch_has_an_end(count, right):
    body = json.dumps({"reviews": [GOOD] * count}).encode()
    assert isinstance(parsed(BatchParser, body), SentBatch) == right


def test_another_encoding_is_read_too():
    body = json.dumps(without("cardId")).encode("utf-16")
    data = ReviewParser().parse(BytesIO(body), "application/json", {"encoding": "utf-16"})
    assert sent_review(data)["rating"] == 3
