from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config.errors import Conflict, DomainError


class InvalidNote(DomainError):
    """A note that makes no card; `details` says which field."""

    code = "invalid_note"

    def __init__(self, **fields: str) -> None:
        details = {name: [reason] for name, reason in fields.items()}
        super().__init__(_("This note cannot become a card yet."), details=details)


class InvalidDeck(DomainError):
    code = "invalid_deck"

    def __init__(self, **fields: str) -> None:
        details = {name: [reason] for name, reason in fields.items()}
        super().__init__(_("Some of the deck's settings cannot be used."), details=details)


class InvalidRating(DomainError):
    """A rating outside the scale of the card's scheduler."""

    code = "invalid_rating"

    def __init__(self, *, highest: int) -> None:
        message = _("Rate this card from 1 to %(highest)d.") % {"highest": highest}
        super().__init__(message, details={"rating": [message]})


class ClientIdReused(Conflict):
    """A device gave one id to reviews of two cards."""

    code = "client_id_reused"
    message = gettext_noop("That id was given to the review of another card.")


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = gettext_noop("There is no review of today left to undo.")
