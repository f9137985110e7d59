from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidFields, LinkRefused
from accounts.models import RefreshFamily, User
from accounts.services.audit import record_audit
from accounts.services.checks import check_password
from accounts.services.mailing import mail_on_commit
from accounts.services.tokens import revoke_all_families
from accounts.services.verification import user_of
from config.ids import new_id


def change_password(*, user: User, current: str, new: str, address: str | None = None) -> None:
    """Replace the password of a user who knows the current one.

    Ends every other sign-in: sessions and access tokens are bound to the password's hash, refresh
    families are revoked. Raises InvalidFields.
    """
    if not user.check_password(current):
        raise InvalidFields(**{"current_password": _("This is not your current password.")})
    check_password(new, user, field="new_password")
    set_password(user=user, new=new, action="password.changed", address=address)


def request_password_reset(*, email: str) -> None:
    """Mail a link to the owner of an address, if it has one.

    Does the same work either way, the queue included, so that nobody learns which addresses exist.
    """
    from accounts.tasks import send_password_reset_task  # it imports the services

    found = User.objects.by_email(email).filter(is_active=True).values_list("pk", flat=True)
    mail_on_commit(send_password_reset_task, found.first() or new_id())


def reset_token(user: User) -> str:
    """Dies after `PASSWORD_RESET_TIMEOUT`, when used, and when the user signs in again."""
    return default_token_generator.make_token(user)


def reset_link_works(*, uid: str, token: str) -> bool:
    """Whether a mailed link could still set a password; asking does not spend it."""
    user = user_of(uid)
    return user is not None and default_token_generator.check_token(user, token)


def confirm_password_reset(*, uid: str, token: str, new: str, address: str | None = None) -> User:
    """Set a new password with a mailed token. Raises LinkRefused, or InvalidFields."""
    user = user_of(uid)
    if user is None or not default_token_generator.check_token(user, token):
        raise LinkRefused
    check_password(new, user, field="new_password")
    with transaction.atomic():
        locked: User = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        # Asked again under the lock: of two requests with one token, one finds it spent.
        if not default_token_generator.check_token(locked, token):
            raise LinkRefused
        set_password(user=locked, new=new, action="password.reset", address=address)
    AxesProxyHandler.reset_attempts(username=locked.email)
    return locked


@transaction.atomic
def set_password(*, user: User, new: str, action: str, address: str | None) -> None:
    user.set_password(new)
    user.save(update_fields=["password", "updated_at"])
    revoke_all_families(user=user, reason=RefreshFamily.Reason.PASSWORD)
    record_audit(actor=user, subject=user, action=action, address=address)
