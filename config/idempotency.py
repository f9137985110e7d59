"""`Idempotency-Key`: what is sent twice is done once, and answered twice alike."""

import hashlib
import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import msgspec
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.addresses import client_address
from config.api import CamelCaseJSONRenderer
from config.errors import Conflict, DomainError

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

KEEP_SECONDS = 24 * 60 * 60
CLAIM_SECONDS = 60
"""A first request whose process died stops holding its key after this long."""
WAIT_SECONDS = 2.0
MAX_KEY = 255
HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": MAX_KEY},
    OpenApiParameter.HEADER,
    description="Any text of yours, new for each thing you want done. Sent again within 24 hours, "
    "with the same body, it gives the first answer and does nothing. 409 "
    "`idempotency_key_reused`: the body is another one. 409 `request_in_progress`: the first "
    "request is still being answered. Refusals are not kept.",
)


class Kept(msgspec.Struct, array_like=True):
    """What the cache holds for a key; while the first request runs, `status` is 0."""

    digest: str
    status: int = 0
    body: bytes = b""


def idempotent(view: View) -> View:
    """For the `post` of an APIView. Without the header, or without the cache, it changes nothing.

    Stands outside `rate_limited`, so that asking again for an answer counts against no rate. Only
    answers below 400 are kept: a refusal did nothing, so the same request may be tried again.
    """

    @wraps(view)
    def once(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(self, request, *args, **kwargs)
        if len(key) > MAX_KEY:
            raise DomainError(
                details={"Idempotency-Key": [_("Use at most %d characters.") % MAX_KEY]}
            )
        place, digest = _place(request, key), _digest(request)
        kept = _claim(place, digest)
        if kept is not None:
            return HttpResponse(kept.body, status=kept.status, content_type="application/json")
        return _first(place, digest, lambda: view(self, request, *args, **kwargs))

    return cast(View, extend_schema(parameters=[HEADER])(once))


def _claim(place: str, digest: str) -> Kept | None:
    """The first answer; or None when this request is the first, and then the key is its own.

    None, too, when the cache is away. Raises Conflict.
    """
    until = time.monotonic() + WAIT_SECONDS
    while not cache.add(place, _encoded(Kept(digest)), CLAIM_SECONDS):
        kept = _kept(place)
        if kept is None:
            # Given up this moment, or the cache is away; then the second try misses as well.
            if cache.add(place, _encoded(Kept(digest)), CLAIM_SECONDS) or _kept(place) is None:
                return None
            continue
        if kept.digest != digest:
            raise Conflict(
                _("That Idempotency-Key was used for another request."),
                code="idempotency_key_reused",
            )
        if kept.status:
            return kept
        if time.monotonic() > until:
            raise Conflict(
                _("The first request with that Idempotency-Key is still being answered."),
                code="request_in_progress",
            )
        time.sleep(0.05)
    return None


def _first(place: str, digest: str, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    done = False
    try:
        response = answer()
        if response.status_code < 400 and isinstance(response, Response):
            body = CamelCaseJSONRenderer().render(response.data)
            cache.set(place, _encoded(Kept(digest, response.status_code, body)), KEEP_SECONDS)
            done = True
        return response
    finally:
        if not done:
            cache.delete(place)


def _place(request: Request, key: str) -> str:
    """Where the cache keeps it: by caller, address and key, none of which can be read from it."""
    caller = str(request.user.pk) if request.user.is_authenticated else ""
    parts = json.dumps([caller or client_address(request._request), request.path, key])
    return f"idempotency:{_hashed(parts)}"


def _digest(request: Request) -> str:
    return _hashed(json.dumps(request.data, sort_keys=True, default=_told))


def _told(value: Any) -> str:
    """Of a file what is in it: two may bear one name."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for piece in value.chunks():
        digest.update(piece)
    value.seek(0)
    return digest.hexdigest()


def _hashed(text: str) -> str:
    """Keyed, because bodies hold passwords."""
    return salted_hmac("config.idempotency", text, algorithm="sha256").hexdigest()


def _encoded(kept: Kept) -> bytes:
    return msgspec.msgpack.encode(kept)


def _kept(place: str) -> Kept | None:
    found = cache.get(place)
    return None if found is None else msgspec.msgpack.decode(found, type=Kept)
