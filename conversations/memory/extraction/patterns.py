"""The patterns of `data/patterns/`, compiled: what each language says of its speaker, and how."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from conversations.memory.extraction.data import read
from conversations.memory.extraction.folding import fold
from conversations.memory.extraction.words import alternatives

_SLOT = re.compile(r"<(?P<field>\w+):(?P<kind>\w+)(?P<open>[?!]?)>")
_WORD = r"[^\s,.;:!?()«»\"“”„]+"
_NAME = r"(?-i:[A-Z][\w'-]+)"
_PLACE = rf"{_NAME}(?: (?:(?:de|la|del|las|los|le|les|sur|am|upon) )?{_NAME}){{0,2}}"
_EXAM = (
    r"(?:dele|delf|dalf|siele|toefl|toeic|ielts|testdaf|telc|tcf|goethe(?:-zertifikat)?|cambridge)"
    r"(?: (?:[abc][12]|first|advanced|zertifikat))*|(?-i:[ABC][12])"
)
_CLAUSE = r"[^.;!?\n]{3,120}"
_SHAPES = {"name": _NAME, "exam": _EXAM, "clause": _CLAUSE}
_ENDS = r"(?=\s+(?:{stop})(?!\w)|\s*[,.;:!?)\n]|\s*$)"


@dataclass(frozen=True, slots=True)
class Pattern:
    what: str
    """The subject it tells of, as in `data/subjects.yaml`."""
    expression: re.Pattern[str]
    kinds: Mapping[str, str]
    """The kind of words each of its groups holds."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One language's patterns. All are meant for folded text."""

    language: str
    patterns: tuple[Pattern, ...]
    not_before: re.Pattern[str]
    temporary: re.Pattern[str]
    unreal: re.Pattern[str]
    reported: re.Pattern[str]
    real: re.Pattern[str]
    empty_value: re.Pattern[str]
    emphasis: re.Pattern[str]


@cache
def speech(language: str) -> Speech:
    raw: dict[str, Any] = yaml.safe_load(read(f"patterns/{language}.yaml"))
    patterns = tuple(
        _compiled(what, pattern, language, raw["stop"])
        for what, written in raw["patterns"].items()
        for pattern in written
    )
    names = ("not_before", "temporary", "unreal", "reported", "real", "empty_value", "emphasis")
    return Speech(language, patterns, **{name: _expression(raw[name]) for name in names})


def _compiled(what: str, pattern: str, language: str, stop: str) -> Pattern:
    kinds: dict[str, str] = {}

    def group(found: re.Match[str]) -> str:
        kinds[found["field"]] = found["kind"]
        return f"(?P<{found['field']}>{_shape(found['kind'], found['open'], language, stop)})"

    if language == "de":
        # Written either way, in Switzerland always with ss.
        pattern = pattern.replace("ss", "(?:ss|ß)")
    return Pattern(what, _expression(_SLOT.sub(group, pattern)), kinds)


def _shape(kind: str, openness: str, language: str, stop: str) -> str:
    if kind in _SHAPES:
        return f"{_SHAPES[kind]}(?!\\w)"
    known = "|".join(fold(word) for word in alternatives(kind, language))
    known = f"(?:{known})(?!\\w)"
    if openness == "?":
        return f"{known}|{_WORD}(?: {_WORD}){{0,4}}?{_ENDS.format(stop=stop)}"
    return f"{known}|{_PLACE}" if openness == "!" else known


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
