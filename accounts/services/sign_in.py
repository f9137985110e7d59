"""Signing in with a password, by whichever door, with django-axes counting the failures."""

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.errors import InvalidCredentials, LockedOut
from accounts.lockout import time_left
from accounts.models import User
from accounts.services.audit import record_audit
from config.addresses import client_address


def check_credentials(*, request: HttpRequest, email: str, password: str) -> User:
    """The user with this address and password. `request` is what failures are counted by.

    Raises LockedOut for a pair of account and address that failed too often, or
    InvalidCredentials, the same for an unknown address and a wrong password.
    """
    email = email.strip().lower()
    user = authenticate(request, email=email, password=password)
    if user is not None:
        return user
    if getattr(request, "axes_locked_out", False):
        # We answer ourselves; left set, the middleware would put its own page in our place.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        _record_failure(request, email, "sign_in.locked_out")
        raise LockedOut(wait=time_left(email=email, address=client_address(request)))
    _record_failure(request, email, "sign_in.failed")
    raise InvalidCredentials


def open_api_sign_in(*, request: HttpRequest, user: User) -> None:
    """What a session's `login` does beside the session: note the time, forget the failures."""
    user_logged_in.send(sender=User, request=request, user=user)
    record_sign_in(user=user, door="api", address=client_address(request))


def record_sign_in(*, user: User, door: str, address: str) -> None:
    record_audit(
        actor=user, subject=user, action="sign_in.succeeded", detail={"door": door}, address=address
    )


def end_lockout(*, user: User, admin: User, address: str | None = None) -> int:
    """Forget the failed attempts on an account, from everywhere. Gives how many records went."""
    ended: int = AxesProxyHandler.reset_attempts(username=user.email)
    record_audit(actor=admin, subject=user, action="sign_in.unlocked", address=address)
    return ended


def _record_failure(request: HttpRequest, email: str, action: str) -> None:
    subject = User.objects.by_email(email).first()
    # Addresses nobody has are not kept: people type passwords into the wrong field.
    if subject is not None:
        record_audit(actor=None, subject=subject, action=action, address=client_address(request))
