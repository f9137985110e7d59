from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from config.errors import DomainError, LengthRequired
from config.request_ids import request_id_of
from config.views import refusal

View = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Names each request, in its logs and in its answer."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request)
        # django-structlog reads the id from here.
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class RefusalMiddleware:
    """Renders what a service refused a page, as DRF's handler does for the API."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No text of PostgreSQL holds it, so no address of ours does.
        if "%00" in request.META.get("QUERY_STRING", ""):
            return refusal(request, DomainError())
        # Django would read nothing of it, and a body be taken for an empty one.
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return refusal(request, LengthRequired())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal(request, exception) if isinstance(exception, DomainError) else None
