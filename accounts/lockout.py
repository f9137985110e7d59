"""What django-axes asks us: whose attempt it was, and what to answer one who is locked out."""

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.errors import LockedOut
from config.addresses import client_address


def attempted_email(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Our doors say `email`, the admin's form says `username`; letter case opens no second try."""
    given = credentials or {}
    email = given.get("email") or given.get("username") or request.POST.get("username")
    return str(email).strip().lower()[:255] if email else None


def time_left(*, email: str, address: str) -> timedelta:
    """How long the pair stays locked out."""
    attempts = AccessAttempt.objects.filter(username=email, ip_address=address)
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return last + settings.AXES_COOLOFF_TIME - timezone.now()


def locked_out_page(request: HttpRequest, *_more: Any) -> HttpResponse:
    """For sign-in forms that are not ours: the admin's."""
    email = attempted_email(request, getattr(request, "axes_credentials", None)) or ""
    error = LockedOut(wait=time_left(email=email, address=client_address(request)))
    page = render(request, "accounts/locked_out.html", {"error": error}, status=error.status)
    page["Retry-After"] = error.headers["Retry-After"]
    return page
