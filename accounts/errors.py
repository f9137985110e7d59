from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from config.errors import Conflict, DomainError, NotAuthenticated


class InvalidFields(DomainError):
    """Values a caller sent that cannot be taken; one sentence or more for each field."""

    def __init__(self, **fields: str | list[str]) -> None:
        details = {
            name: [reasons] if isinstance(reasons, str) else reasons
            for name, reasons in fields.items()
        }
        super().__init__(_("Some of what you sent cannot be used."), details=details)


class EmailTaken(Conflict):
    code = "email_taken"

    def __init__(self) -> None:
        message = _("An account with this address exists already.")
        super().__init__(message, details={"email": [message]})


class InvalidCredentials(NotAuthenticated):
    code = "invalid_credentials"
    message = gettext_noop("The address or the password is not right.")


class TokenRefused(NotAuthenticated):
    """A token that is broken, expired or revoked, or a refresh token that was used before."""

    code = "token_invalid"
    message = gettext_noop("Your sign-in is no longer valid. Sign in again.")


class LinkRefused(DomainError):
    """A mailed token that is broken, expired, or was used before."""

    code = "link_invalid"
    message = gettext_noop("This link has expired or was used before. Ask for a new one.")


class StaleSettings(Conflict):
    code = "stale_settings"
    message = gettext_noop(
        "Your settings were changed on another device. Look at them, then save again."
    )

    def __init__(self, *, version: int) -> None:
        super().__init__(details={"version": version})


class LockedOut(DomainError):
    """Too many failed sign-ins for one account from one address."""

    status, code = 429, "locked_out"

    def __init__(self, *, wait: timedelta) -> None:
        seconds = max(1, round(wait.total_seconds()))
        minutes = -(-seconds // 60)
        super().__init__(
            ngettext(
                "Too many failed attempts. Try again in %(minutes)d minute.",
                "Too many failed attempts. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )
        self.headers = {
            "Retry-After": str(seconds),
            "RateLimit-Limit": str(settings.AXES_FAILURE_LIMIT),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(seconds),
        }
