from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.errors import LinkRefused
from accounts.models import User
from accounts.services.audit import record_audit
from accounts.services.mailing import mail_on_commit

VERIFICATION_LIFETIME = timedelta(days=3)
_SALT = "accounts.verify-email"


def send_verification(*, user: User) -> None:
    """Mail a link that verifies the address, once the surrounding transaction has committed."""
    # The task's module imports the services, so it is imported only when one is called.
    from accounts.tasks import send_verification_task

    mail_on_commit(send_verification_task, user.pk)


def verification_token(user: User) -> str:
    """Dies after `VERIFICATION_LIFETIME`, when used, and when the address changes."""
    return TimestampSigner(salt=_SALT).sign(_fingerprint(user)).replace(":", ".")


def verify_email(*, uid: str, token: str, address: str | None = None) -> User:
    """Mark the address as its owner's. Raises LinkRefused."""
    user = user_of(uid)
    if user is None or not _is_genuine(user, token):
        raise LinkRefused
    unverified = User.objects.filter(pk=user.pk, email_verified_at__isnull=True)
    # Compare and swap, so that a link works once however often it is clicked.
    if not unverified.update(email_verified_at=timezone.now()):
        raise LinkRefused
    record_audit(actor=user, subject=user, action="email.verified", address=address)
    user.refresh_from_db(fields=["email_verified_at"])
    return user


def uid_of(user: User) -> str:
    return urlsafe_base64_encode(force_bytes(user.pk))


def user_of(uid: str) -> User | None:
    """The active user a mailed link names, if it names one."""
    try:
        pk = UUID(urlsafe_base64_decode(uid).decode())
    except ValueError:
        return None
    named: User | None = User.objects.filter(pk=pk, is_active=True).first()
    return named


def _is_genuine(user: User, token: str) -> bool:
    try:
        fingerprint = TimestampSigner(salt=_SALT).unsign(
            token.replace(".", ":"), max_age=VERIFICATION_LIFETIME
        )
    except BadSignature:
        return False
    return constant_time_compare(fingerprint, _fingerprint(user))


def _fingerprint(user: User) -> str:
    state = f"{user.pk}{user.email}{user.email_verified_at}"
    return salted_hmac(_SALT, state, algorithm="sha256").hexdigest()[:32]
