"""Wishes known by their form: orders, and questions about a word that is named."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FILE: Final = Path(__file__).with_name("wishes.yaml")
_PART: Final = re.compile(r"<([a-z]+)>")
_LONGEST: Final = 300
"""Letters: what is longer tells something."""
_NAMED: Final = re.compile(
    r"(?:what (?:does|do|is|'s)|qué (?:significa|quiere decir|es)|que (?:veut dire|signifie)"
    r"|veut dire quoi,?|was (?:bedeutet|heißt)|how do (?:you|i) say|cómo se dice"
    r"|comment (?:dit-on|on dit|dire)|wie sagt man)"
    r" (?:the word |la palabra |le mot |das wort )?([^\W\d_][\w'-]*)"
    r"(?: mean)?(?: (?:in|en|auf) \w+)?\W*$",
    re.IGNORECASE,
)

_ABOUT: Final = re.compile(
    r"\b(?:about|on|sobre|acerca de|sur|à propos de|über|zu[mr]?)\b"
    r" (?:the |el |la |los |las |le |les |die |der |das |den |l')?(.+)$",
    re.IGNORECASE,
)


def wish_in_words(text: str) -> str:
    """What a message orders by its form; empty when it has none of them."""
    said = _straight(text).lower().lstrip("¿¡ ")
    if len(said) > _LONGEST:
        return ""
    found = (what for what, pattern in _wishes().items() if pattern.match(said))
    return next(found, "")


def word_named(text: str) -> str:
    """The one word that a question is about, where it stands in no quotation marks."""
    found = _NAMED.search(_straight(text).strip())
    return found[1] if found else ""


def topic_named(text: str) -> str:
    """What a wish is about: what stands after *about*, *sobre*, *sur*, *über*; else the message."""
    found = _ABOUT.search(_straight(text))
    return found[1].strip(' .!?«»"“”„') if found else text


def _straight(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


@cache
def _wishes() -> dict[str, re.Pattern[str]]:
    told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    parts = told.pop("parts")
    return {
        what: re.compile(_filled(f"<please>(?:{'|'.join(forms)})", parts))
        for what, forms in told.items()
    }


def _filled(source: str, parts: dict[str, str]) -> str:
    return _PART.sub(lambda found: parts[found[1]], source)
