import re
import unicodedata

from assessments.models import Item
from config.errors import DomainError

GRADABLE = (Item.Type.MULTIPLE_CHOICE, Item.Type.FILL_BLANK, Item.Type.TRANSLATION)
"""Types whose answer the server can judge on its own; free text waits for a reader."""


def grade(item: Item, answer: str) -> tuple[str, bool]:
    """The answer as it is stored, and whether it is right.

    A multiple choice takes an option's id or, as batch clients send, its text.
    Raises DomainError `unknown_option` for anything else.
    """
    if item.type != Item.Type.MULTIPLE_CHOICE:
        return answer, plain(answer) in {plain(key) for key in item.key}
    chosen = option_id(item, answer)
    return chosen, chosen in item.key


def option_id(item: Item, answer: str) -> str:
    for option in item.options:
        if answer in (option["id"], option["text"]):
            return str(option["id"])
    wanted = plain(answer)
    for option in item.options:
        if plain(option["text"]) == wanted:
            return str(option["id"])
    raise DomainError(
        "That is not one of the options.",
        code="unknown_option",
        details={"answer": ["Choose one of the options."]},
    )


def plain(text: str) -> str:
    """Without case, outer punctuation and extra spaces. Accents stay: they are part of words."""
    text = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"\s+", " ", text).strip(" .,;:!?¡¿\"'«»“”")
