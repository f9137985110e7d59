"""Wishes known by their form: orders, and questions about a word that is named."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from conversations.routes.naming import folded, straight, unaccented

_FILE: Final = Path(__file__).with_name("wishes.yaml")
_PART: Final = re.compile(r"<([a-z]+)>")
_LONGEST: Final = 300
"""Letters: what is longer tells something."""


def wish_in_words(text: str) -> str:
    """What a message orders by its form; empty when it has none of them."""
    said = folded(straight(text)).lstrip("¿¡ ")
    if len(said) > _LONGEST:
        return ""
    found = (what for what, pattern in _wishes().items() if pattern.match(said))
    return next(found, "")


@cache
def _wishes() -> dict[str, re.Pattern[str]]:
    told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    parts = told.pop("parts")
    return {
        what: re.compile(unaccented(_filled(f"<please>(?:{'|'.join(forms)})", parts)))
        for what, forms in told.items()
    }


def _filled(source: str, parts: dict[str, str]) -> str:
    return _PART.sub(lambda found: parts[found[1]], source)
