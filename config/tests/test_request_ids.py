"""A request has one id: in its answer, and in each line that is logged while it is answered."""

import logging
from http import HTTPStatus

import pytest

GIVEN = "page-7f3a-0001"
ASKED = "/api/monitoring/live"


def logged_ids(caplog):
    """Of the lines django-structlog writes as a request begins and ends."""
    told = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    return [one["request_id"] for one in told if one["event"].startswith("request_")]


@pytest.mark.parametrize("sent", [{}, {"X-Request-ID": GIVEN}, {"X-Request-ID": "a b\tc"}])
def test_the_log_names_a_request_as_its_answer_does(client, caplog, sent):
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        answer = client.get(ASKED, headers=sent)
    assert logged_ids(caplog) == [answer["X-Request-ID"]] * 2


def test_an_id_that_is_given_is_kept(client):
    assert client.get(ASKED, headers={"X-Request-ID": GIVEN})["X-Request-ID"] == GIVEN


def test_a_refusal_names_the_id_that_is_logged(client, caplog):
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        answer = client.get("/api/user/profile")
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    body = answer.json()["requestId"]
    assert logged_ids(caplog) == [body, body]
    assert answer["X-Request-ID"] == body
