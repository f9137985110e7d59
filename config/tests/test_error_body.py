import pytest
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from config.api import CamelCaseJSONRenderer, exception_handler
from config.errors import Conflict, DomainError, RateLimited

SECRET = "host=10.0.0.7 password=hunter2"


def answer(error):
    request = RequestFactory().get("/api/x", headers={"X-Request-ID": "page-7f3a-0001"})
    return exception_handler(error, {"request": request})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DomainError(), 400, "invalid"),
        (Conflict(code="turn_in_progress"), 409, "turn_in_progress"),
        (RateLimited(retry_after=3, limit=50), 429, "rate_limited"),
        (exceptions.ValidationError({"name": ["Too long."]}), 400, "invalid"),
        (exceptions.ParseError(), 400, "malformed"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (PermissionDenied(), 403, "forbidden"),
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/html"), 415, "wrong_media"),
        (OperationalError(SECRET), 503, "unavailable"),
        (InterfaceError(SECRET), 503, "unavailable"),
        (RuntimeError(SECRET), 500, "internal"),
    ],
)
def test_every_refusal_has_one_shape(error, status, code):
    response = answer(error)
    assert (response.status_code, response.data["code"]) == (status, code)
    assert set(response.data) == {"success", "error", "code", "details", "requestId"}
    assert response.data["success"] is False
    assert response.data["requestId"] == "page-7f3a-0001"
    assert SECRET not in str(response.data)


def test_fields_are_named_as_the_client_sent_them():
    given = {"target_languages": [{"code": ["Unknown."]}], "native_language": ["Required."]}
    body = CamelCaseJSONRenderer().render(answer(exceptions.ValidationError(given)).data)
    assert b'"targetLanguages":[{"code":["Unknown."]}]' in body
    assert b'"nativeLanguage":["Required."]' in body


def test_what_belongs_to_no_field():
    for error in (exceptions.ValidationError(["No."]), ModelValidationError("No.")):
        assert answer(error).data["details"] == {"non_field_errors": ["No."]}


def test_a_refusal_says_when_to_come_back():
    headers = answer(RateLimited(retry_after=3, limit=50)).headers
    assert headers["Retry-After"] == "3"
    assert headers["RateLimit-Limit"] == "50"
    assert headers["RateLimit-Remaining"] == "0"
