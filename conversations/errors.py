from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ai.errors import AllProvidersFailed
from config.errors import Conflict, DomainError, Unavailable


class TurnInProgress(Conflict):
    """`details.messageId` names the live turn, so that a second tab can follow it."""

    code = "turn_in_progress"
    message = gettext_noop(
        "The tutor is still answering in this conversation. Wait for it, or stop it."
    )


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    message = gettext_noop("That Idempotency-Key was used for another message.")


class Busy(Unavailable):
    """This process writes as many replies as it may. Nothing was stored."""

    code = "busy"
    message = gettext_noop("Many people are talking just now. Try again in a few seconds.")
    headers = {"Retry-After": "3"}


class WrongServer(DomainError):
    status, code = 421, "wrong_server"
    message = gettext_noop("This address streams, and is served by the stream server.")


class MethodNotAllowed(DomainError):
    status, code = 405, "method_not_allowed"
    message = gettext_noop("That method is not allowed here.")

    def __init__(self, *, allowed: str) -> None:
        super().__init__()
        self.headers = {"Allow": allowed}


class UnsupportedMedia(DomainError):
    status, code, message = 415, "wrong_media", gettext_noop("Send the body as JSON.")


INTERRUPTED = "interrupted"
"""The reply was cut off: by a provider, a restart or a crash. What had arrived is kept."""


def failure_words(code: str) -> str:
    """What an `error` event says to a person."""
    if code == INTERRUPTED:
        return _("The answer was cut off. What had arrived is kept; you can try again.")
    if code == AllProvidersFailed.code:
        return _(AllProvidersFailed.message)
    return _("No answer came. Your message is kept; you can try again.")
