from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config.errors import Conflict, Forbidden


class AlreadyAsked(Conflict):
    """`details.requestId` names the request that is open."""

    code = "already_asked"
    message = gettext_noop("You have asked a tutor in this conversation already.")


class NotWaiting(Conflict):
    code = "not_waiting"
    message = gettext_noop("This question is not waiting for a tutor.")


class AlreadyTaken(Conflict):
    """Another tutor was first; `details.tutor` says who."""

    code = "already_taken"

    def __init__(self, *, tutor: str) -> None:
        super().__init__(
            _("%(tutor)s has taken this question already.") % {"tutor": tutor},
            details={"tutor": [tutor]},
        )


class NotTaken(Conflict):
    code = "not_taken"
    message = gettext_noop("Take the question first: nobody is with this learner now.")


class NotWithTutor(Conflict):
    code = "not_with_tutor"
    message = gettext_noop("No human tutor is in this conversation now.")


class CannotWithdraw(Conflict):
    code = "cannot_withdraw"
    message = gettext_noop(
        "A tutor has this question already. You can go back to the AI tutor instead."
    )


class NotTheTaker(Forbidden):
    code = "not_the_taker"
    message = gettext_noop("Another tutor has this question.")


class OwnRequest(Forbidden):
    code = "own_request"
    message = gettext_noop("You asked this question yourself: a tutor has to take it.")
