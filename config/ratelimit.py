"""How often somebody may do a thing: counted by django-ratelimit, told in `RateLimit-*`."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django_ratelimit.core import get_usage
from rest_framework.request import Request

from config.addresses import client_address
from config.errors import RateLimited

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def check_rate(request: HttpRequest | Request, group: str) -> dict[str, str]:
    """Count one act of `group` (a key of `settings.RATES`) by this user, else this address.

    Gives the headers to send with the answer; none while the cache is unreachable, when nothing is
    counted. Raises RateLimited.
    """
    usage = get_usage(
        getattr(request, "_request", request),
        group=group,
        key=_counted_by,
        rate=settings.RATES[group],
        increment=True,
    )
    if usage is None:
        return {}
    if usage["should_limit"]:
        raise RateLimited(retry_after=max(1, usage["time_left"]), limit=usage["limit"])
    return {
        "RateLimit-Limit": str(usage["limit"]),
        "RateLimit-Remaining": str(usage["limit"] - usage["count"]),
        "RateLimit-Reset": str(max(0, usage["time_left"])),
    }


def rate_limited(
    group: str, *, methods: frozenset[str] = frozenset({"POST"})
) -> Callable[[View], View]:
    """For a page view, or a method of a view class: refuse past the rate, else add the headers."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> HttpResponseBase:
            request = next(arg for arg in args if isinstance(arg, HttpRequest | Request))
            if request.method not in methods:
                return view(*args, **kwargs)
            headers: Mapping[str, str] = check_rate(request, group)
            response = view(*args, **kwargs)
            for name, value in headers.items():
                response.headers.setdefault(name, value)
            return response

        return cast(View, limited)

    return decorate


def _counted_by(group: str, request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.pk)
    return client_address(request)
