"""Slip rules kept as data: `rules/<language>.yaml` holds word lists, maps and the rules.

In a pattern `<name>` stands for a list of words. In a fix `{group}` is what a group of the pattern
matched, and `{group|name}` looks it up in a map or passes it to a filter; a rule whose look-up
finds nothing does not fire. The group `x`, when there is one, is what the fix replaces.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ai.language import LEVELS
from ai.language.filters import FILTERS
from ai.language.slips import Finding, Kind, like

FOLDER = Path(__file__).parent / "rules"
_LIST = re.compile(r"(?<!\?P)(?<!\?P=)<(\w+)>")
_SLOT = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    kind: Kind
    reason: str
    pattern: re.Pattern[str]
    fix: str
    from_level: str
    maps: dict[str, dict[str, str]]
    language: str
    wrong: dict[str, str]
    """Wrong sentences and what each becomes."""
    right: tuple[str, ...]


def find(text: str, *, language: str, level: str = "C2") -> list[Finding]:
    allowed = LEVELS.index(level)
    return [
        finding
        for rule in rules(language)
        if LEVELS.index(rule.from_level) <= allowed
        for finding in apply(rule, text)
    ]


def apply(rule: Rule, text: str) -> list[Finding]:
    return [
        finding
        for match in rule.pattern.finditer(text)
        if (finding := _finding(rule, match)) is not None
    ]


def _finding(rule: Rule, match: re.Match[str]) -> Finding | None:
    group = "x" if "x" in rule.pattern.groupindex else 0
    corrected = _fill(rule, match)
    if corrected is None:
        return None
    original = match.group(group)
    if rule.fix != "{w|lower}":
        corrected = like(original, corrected)
    if not original or corrected == original:
        return None
    start, end = match.span(group)
    return Finding(start, end, corrected, rule.kind, rule.reason, f"rule:{rule.id}")


def _fill(rule: Rule, match: re.Match[str]) -> str | None:
    filled, place = "", 0
    for slot in _SLOT.finditer(rule.fix):
        value = _value(rule, match, slot.group(1), slot.group(2))
        if value is None:
            return None
        filled += rule.fix[place : slot.start()] + value
        place = slot.end()
    return filled + rule.fix[place:]


def _value(rule: Rule, match: re.Match[str], group: str, name: str | None) -> str | None:
    found = match.group(group) or ""
    if name is None:
        return found
    if name in rule.maps:
        return rule.maps[name].get(found.lower())
    return FILTERS[name](found, rule.language)


@lru_cache(maxsize=8)
def rules(language: str) -> tuple[Rule, ...]:
    """Raises ValueError, naming the rule, for a pack that does not hold together."""
    path = FOLDER / f"{language}.yaml"
    pack = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = {name: words.split() for name, words in pack.get("lists", {}).items()}
    maps = {name: _map(pairs) for name, pairs in pack.get("maps", {}).items()}
    lists |= {name: list(pairs) for name, pairs in maps.items() if name not in lists}
    return tuple(_rule(entry, lists, maps, language) for entry in pack["rules"])


def _map(pairs: str) -> dict[str, str]:
    """`soy=estoy eres=estás`; an underscore stands for a blank."""
    halves = (pair.split("=") for pair in pairs.split())
    return {key.replace("_", " "): value.replace("_", " ") for key, value in halves}


def _rule(
    entry: dict[str, Any], lists: dict[str, list[str]], maps: dict[str, Any], language: str
) -> Rule:
    try:
        pattern = re.compile(_expand(entry["match"], lists), re.IGNORECASE)
        for _, name in _SLOT.findall(entry["fix"]):
            if name and name not in maps and name not in FILTERS:
                raise KeyError(name)
        return Rule(
            id=f"{language}.{entry['id']}",
            kind=entry.get("kind", "grammar"),
            reason=entry["reason"],
            pattern=pattern,
            fix=entry["fix"],
            from_level=entry.get("from", "A1"),
            maps=maps,
            language=language,
            wrong=entry["wrong"],
            right=tuple(entry["right"]),
        )
    except (KeyError, re.error) as error:
        raise ValueError(f"Rule {entry.get('id')} of {language}: {error!r}") from error


def _expand(pattern: str, lists: dict[str, list[str]]) -> str:
    def alternatives(found: re.Match[str]) -> str:
        words = sorted(lists[found.group(1)], key=len, reverse=True)
        return "(?:" + "|".join(re.escape(word.replace("_", " ")) for word in words) + ")"

    return _LIST.sub(alternatives, pattern)
