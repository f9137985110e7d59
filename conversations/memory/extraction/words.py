"""The words of `data/words.yaml` in four languages: found in a text, and said in another."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from conversations.memory.extraction.data import read
from conversations.memory.extraction.folding import fold, folded_lower

LANGUAGES = ("en", "es", "fr", "de")
_QUOTED = {"en": "“{}”", "es": "«{}»", "fr": "« {} »", "de": "„{}“"}
_NAMES = frozenset({"place", "exam", "name"})
"""Kinds whose unknown words are names: the same in each language."""

Row = tuple[tuple[tuple[str, ...], ...], ...]
"""By language, the ways to say it; each in the forms of a woman and a man where they differ."""


@dataclass(frozen=True, slots=True)
class Found:
    row: Row
    form: int
    """Which of the two forms it was: 0 of a woman, 1 of a man; -1 where both are the same."""


def alternatives(kind: str, language: str) -> list[str]:
    """Patterns of every known word of a kind, the longest first."""
    return sorted(map(re.escape, _index(kind, language)), key=len, reverse=True)


def said_in(kind: str, text: str, *, source: str, target: str) -> str:
    """What `text` says, in another language: quoted as it stands where no word for it is known."""
    known = _known(kind, text, source)
    if kind == "number":
        return known.row[0][0][0] if known else text
    if source == target:
        return text
    if known is None:
        return text if kind in _NAMES else _QUOTED[target].format(text)
    forms = known.row[LANGUAGES.index(target)][0]
    if known.form < 0 or len(forms) == 1:
        return "/".join(forms)
    return forms[known.form]


def key_of(kind: str, text: str, *, source: str) -> str:
    """The same for the same thing in whichever language it is said."""
    known = _known(kind, text, source)
    return folded_lower(known.row[0][0][0] if known else text)


def _known(kind: str, text: str, language: str) -> Found | None:
    # A whole clause may be one of the usual aims: *for my job*.
    return _index("aim" if kind == "clause" else kind, language).get(folded_lower(text))


@cache
def _index(kind: str, language: str) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for row in _rows().get(kind, ()):
        for forms in row[LANGUAGES.index(language)]:
            for place, form in enumerate(forms):
                which = place if len(forms) > 1 else -1
                found.setdefault(fold(form).lower(), Found(row, which))
    return found


@cache
def _rows() -> dict[str, list[Row]]:
    raw: dict[str, Any] = yaml.safe_load(read("words.yaml"))
    return {kind: [tuple(map(_ways, row)) for row in rows] for kind, rows in raw.items()}


def _ways(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(way.strip().split("/")) for way in cell.split(";"))
