from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's IP address, counted from the right past the proxies we run ourselves.

    Anything further left in `X-Forwarded-For` is the client's own claim, so it is not read.
    """
    hops: list[str] = [
        hop.strip()
        for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if hop.strip()
    ]
    trusted: int = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - no socket, as in tests
