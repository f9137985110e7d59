from typing import NamedTuple

from django.utils.translation import gettext as _

from assessments.models import Item, Response
from config.errors import DomainError
from learning.matching import Match, match, normal

GRADABLE = (Item.Type.MULTIPLE_CHOICE, Item.Type.FILL_BLANK, Item.Type.TRANSLATION)
"""Types whose answer the server can judge on its own; free text waits for a reader."""


class Grade(NamedTuple):
    """The answer as it is stored, and whether it is right: None when it waits for a reader."""

    stored: str
    correct: bool | None
    note: str = ""


def grade(item: Item, answer: str) -> Grade:
    """Judge an answer, as far as the server can.

    A multiple choice takes an option's id or, as batch clients send, its text.
    Raises DomainError `unknown_option` for anything else.
    """
    if item.type == Item.Type.MULTIPLE_CHOICE:
        chosen = option_id(item, answer)
        return Grade(chosen, chosen in item.key)
    answer = answer.strip()
    if item.type == Item.Type.CONVERSATION:
        return Grade(answer, None)
    return _typed(item, answer)


def _typed(item: Item, answer: str) -> Grade:
    agreement = match(answer, item.key, language=item.language)
    if agreement is Match.ACCENT and item.diacritics == Item.Diacritics.LENIENT:
        return Grade(answer, True, Response.Note.ACCENT)
    return Grade(answer, agreement is Match.EXACT)


def option_id(item: Item, answer: str) -> str:
    for option in item.options:
        if answer in (option["id"], option["text"]):
            return str(option["id"])
    wanted = normal(answer)
    for option in item.options:
        if normal(option["text"]) == wanted:
            return str(option["id"])
    raise DomainError(
        _("That is not one of the options."),
        code="unknown_option",
        details={"answer": [_("Choose one of the options.")]},
    )
