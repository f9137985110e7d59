"""What a wish is about: the word to look up or to put on a card, the topic to be explained."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_FILE: Final = Path(__file__).with_name("naming.yaml")
_PART: Final = re.compile(r"<(please|thing|article|in)>")
_ABOUT: Final = re.compile(
    r"\b(?:about|on|sobre|acerca de|sur|à propos de|über|zu[mr]?)\b"
    r" (?:the |el |la |los |las |le |les |die |der |das |den |l')?(.+)$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w+")
_SHORTEST: Final = 3
"""Letters of a word that says what something is about."""


def straight(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def unaccented(text: str) -> str:
    """Without accents, letter for letter, so that places stay what they are."""
    return "".join(unicodedata.normalize("NFKD", letter)[0] for letter in text)


def folded(text: str) -> str:
    """The same in lower case."""
    return "".join(letter.lower()[0] for letter in unaccented(text))


def word_named(text: str) -> str:
    """What a question about a word, or an order to translate, is about without quotation marks."""
    return _named("word", text)


def card_named(text: str) -> str:
    """What an order to make a card puts on it, without quotation marks."""
    return _named("card", text)


def topic_named(text: str) -> str:
    """What a wish is about: what stands after *about*, *sobre*, *sur*, *über*; else the message."""
    found = _ABOUT.search(straight(text))
    return found[1].strip(' .!?«»"“”„') if found else text


def topic_words(text: str) -> list[str]:
    """The words of a wish that may say what it is about, in their order."""
    words = _WORD.findall(straight(text))
    return [word for word in words if len(word) >= _SHORTEST and folded(word) not in _fillers()]


def asks_for_level(text: str) -> bool:
    return bool(re.search(_told()["level"], folded(text)))


def speaks_of_last(text: str) -> bool:
    """Whether it asks for what was last, or for it in short."""
    return bool(re.search(_told()["last"], folded(text)))


def gives_up(text: str) -> bool:
    """Whether an answer says that they do not know."""
    return bool(re.fullmatch(_told()["unknown"], folded(straight(text)).strip(" .!?¡¿,")))


def without_order(text: str) -> str:
    """A goal without the order to write it down."""
    text = straight(text)
    return text[: len(folded(text)) - len(_order(text))].rstrip(" ,.")


def _order(text: str) -> str:
    found = re.search(_told()["orders"], folded(text).rstrip(" .!"))
    return folded(text)[found.start() :] if found else ""


def _named(what: str, text: str) -> str:
    said = straight(text).strip(" ¿¡?!.")
    for pattern in _patterns()[what]:
        if found := pattern.fullmatch(folded(said)):
            thing = said[slice(*found.span("thing"))].strip()
            return "" if re.match(_told()["that"], folded(thing)) else thing
    return ""


@cache
def _told() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return told


@cache
def _fillers() -> frozenset[str]:
    return frozenset(_told()["fillers"].split())


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    parts = _told()["parts"]
    return {
        what: [re.compile(_PART.sub(lambda found: parts[found[1]], one)) for one in _told()[what]]
        for what in ("word", "card")
    }
