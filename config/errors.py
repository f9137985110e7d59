"""The one error vocabulary: what a service raises, and the body every edge renders it into."""

from typing import Any

from django.utils.translation import gettext, gettext_noop


class DomainError(Exception):
    """Something a caller did or met that has a code, a status and a sentence for a person.

    `message` is shown to people, in their language, so it never holds internals; that of a class is
    marked by `gettext_noop`. `details` maps field names to lists of sentences. Pages, API, event
    streams and sockets all render the same three.
    """

    status = 400
    code = "invalid"
    message = gettext_noop("The request is not valid.")
    headers: dict[str, str] = {}

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        self.message = message or gettext(type(self).message)
        self.code = code or type(self).code
        self.details = details
        super().__init__(self.message)


class NotAuthenticated(DomainError):
    status, code, message = 401, "not_authenticated", gettext_noop("Sign in to go on.")


class Forbidden(DomainError):
    status, code, message = 403, "forbidden", gettext_noop("Your account may not do this.")


class NotFound(DomainError):
    """Absent, or not the caller's: the two are never told apart."""

    status, code, message = 404, "not_found", gettext_noop("There is nothing here by that id.")


class Conflict(DomainError):
    status, code, message = 409, "conflict", gettext_noop("That clashes with how things stand now.")


class LengthRequired(DomainError):
    status, code = 411, "length_required"
    message = gettext_noop("Send the body with its `Content-Length`.")


class TooLarge(DomainError):
    status, code, message = 413, "too_large", gettext_noop("That is larger than we accept.")


class Unavailable(DomainError):
    status, code = 503, "unavailable"
    message = gettext_noop("A part of Parlance is not answering. Try again soon.")

    def __init__(self, message: str | None = None, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(retry_after)}


class InternalError(DomainError):
    status, code = 500, "internal"
    message = gettext_noop("Something failed on our side. It has been noted; try again soon.")


class RateLimited(DomainError):
    status, code = 429, "rate_limited"
    message = gettext_noop("That was a lot at once. Wait a moment, then try again.")

    def __init__(self, *, retry_after: int, limit: int, remaining: int = 0) -> None:
        super().__init__()
        self.headers = {
            "Retry-After": str(retry_after),
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(retry_after),
        }


def error_body(error: DomainError, *, request_id: str | None) -> dict[str, Any]:
    """The JSON body of a refusal, as `api` clients and stream readers see it."""
    return {
        "success": False,
        "error": error.message,
        "code": error.code,
        "details": error.details,
        "requestId": request_id,
    }
