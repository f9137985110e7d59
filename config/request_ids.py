import re
from typing import Any
from uuid import uuid4

SANE = re.compile(r"[A-Za-z0-9._-]{8,128}")


def accept_or_make(given: str | None) -> str:
    """The client's id when it is a plain token of 8 to 128 characters, else a new one."""
    if given and SANE.fullmatch(given):
        return given
    return uuid4().hex


def request_id_of(request: Any) -> str:
    """The id this request is logged under. Works on Django's requests and DRF's."""
    inner = getattr(request, "_request", request)
    known = getattr(inner, "parlance_request_id", None)
    if known is None:
        # Not `headers`: Django makes them once, and would keep the id that was sent for good.
        known = accept_or_make(inner.META.get("HTTP_X_REQUEST_ID"))
        inner.parlance_request_id = known
    return str(known)
