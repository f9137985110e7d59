"""How a request ends that no view could answer: our error body for clients, a page for people."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from config.errors import (
    DomainError,
    Forbidden,
    InternalError,
    NotFound,
    Unavailable,
    error_body,
)
from config.request_ids import request_id_of

PAGES = {403: "403.html", 404: "404.html", 429: "429.html", 500: "500.html", 503: "503.html"}


def refusal(request: HttpRequest, error: DomainError, *, template: str = "") -> HttpResponse:
    """The answer to a request that failed with `error`. Reads no database and no session."""
    request_id = request_id_of(request)
    if request.path.startswith("/api/"):
        body = error_body(error, request_id=request_id)
        return JsonResponse(body, status=error.status, headers=error.headers)
    context = {
        "error": error,
        "request_id": request_id,
        "retry_after": int(error.headers.get("Retry-After", 0)),
    }
    page = render_to_string(template or PAGES.get(error.status, "400.html"), context)
    return HttpResponse(page, status=error.status, headers=error.headers)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refusal(request, DomainError())


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refusal(request, Forbidden())


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refusal(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django has logged the exception. PostgreSQL being away is told apart from our own faults."""
    raised = sys.exc_info()[1]
    if isinstance(raised, OperationalError | InterfaceError):
        return refusal(request, Unavailable(retry_after=5))
    return refusal(request, InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = Forbidden(_("The form had gone stale. Load the page again, then send it."), code="csrf")
    return refusal(request, error, template="403_csrf.html")
