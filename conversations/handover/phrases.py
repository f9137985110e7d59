"""What a learner says who wants a human or has had enough, in the four taught languages.

A learner complains in the language they learn or in their own, so all are read.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

_FILE = Path(__file__).with_name("phrases.yaml")
_PART = re.compile(r"<([a-z]+)>")
_NOT_A_WORD = re.compile(r"[^\w]+|_")
_NEARBY: Final = 3
"""Words before a wish in which a "not" takes it back."""

Kind = Literal["asked", "strong", "mild"]


def plain(text: str) -> str:
    """Lower case, without accents, one space between words."""
    letters = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", bare).strip()


def said(text: str, kind: Kind) -> str:
    """The first such phrase in a message, as `plain` writes it; empty without one."""
    words = plain(text)
    for pattern, negation in _patterns()[kind]:
        found = pattern.search(words)
        if found and not (kind == "asked" and _taken_back(words, found, negation)):
            return found[0]
    return ""


def _taken_back(words: str, wish: re.Match[str], negation: re.Pattern[str]) -> bool:
    """“No quiero hablar con un tutor” asks for nobody."""
    before = words[: wish.start()].split()[-_NEARBY:]
    return bool(negation.search(" ".join([*before, wish[0]])))


@cache
def _patterns() -> dict[Kind, list[tuple[re.Pattern[str], re.Pattern[str]]]]:
    languages: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    kinds: tuple[Kind, ...] = ("asked", "strong", "mild")
    return {
        kind: [
            (_compiled(source, told.get("parts", {})), _compiled(told["not"], {}))
            for told in languages.values()
            for source in told[kind]
        ]
        for kind in kinds
    }


def _compiled(source: str, parts: dict[str, str]) -> re.Pattern[str]:
    while _PART.search(source):
        source = _PART.sub(lambda found: parts[found[1]], source)
    return re.compile(rf"\b(?:{source})\b")
