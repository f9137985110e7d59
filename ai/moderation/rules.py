"""The rules and lists of `data/`, read once and ready to be looked up by word."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ai.moderation.folding import fold_pattern
from ai.moderation.verdict import Category, Severity

_DATA: Final = Path(__file__).parent / "data"
# libyaml's loader, where it is there, is ten times as fast: a web process reads these at its first
# message.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MACRO: Final = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is looked for where a cue stands; a sentence that `unless` fits is left alone."""

    id: str
    category: Category
    severity: Severity
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    asked_about: re.Pattern[str] | None
    """A sentence about words, not one that means them."""

    def excuses(self, sentence: str) -> bool:
        patterns = (self.unless, self.asked_about)
        return any(pattern is not None and pattern.search(sentence) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Listed:
    """A word of a list. `only_here`: it is harmless in other languages."""

    language: str
    category: Category
    severity: Severity
    only_here: bool


@dataclass(slots=True)
class Rulebook:
    by_cue: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    without_spaces: list[Rule] = field(default_factory=list)
    """For scripts that do not part words: looked at when a text is written in one."""
    words: dict[str, Listed] = field(default_factory=dict)
    stems: dict[str, Listed] = field(default_factory=dict)
    longest_stem: int = 0
    by_length: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    function_words: dict[str, frozenset[str]] = field(default_factory=dict)
    about_words: re.Pattern[str] = re.compile(r"(?!)")

    def read(self, language: str, data: Mapping[str, Any]) -> None:
        macros = {name: fold_pattern(text) for name, text in data.get("macros", {}).items()}
        self.function_words[language] = frozenset(data.get("function_words", ()))
        for entry in data.get("words", ()):
            self._add_words(language, entry)
        for entry in data.get("rules", ()):
            self._add_rule(language, entry, macros)

    def _add_words(self, language: str, entry: Mapping[str, Any]) -> None:
        listed = Listed(
            language,
            Category(entry["category"]),
            Severity(entry["severity"]),
            entry.get("only_here", False),
        )
        for word in map(fold_pattern, entry.get("forms", ())):
            self.words[word] = listed
            self.by_length[len(word)].append(word)
        for stem in map(fold_pattern, entry.get("stems", ())):
            self.stems[stem] = listed
            self.longest_stem = max(self.longest_stem, len(stem))

    def _add_rule(self, language: str, entry: Mapping[str, Any], macros: Mapping[str, str]) -> None:
        asked = macros.get("about_words")
        rule = Rule(
            f"{language}.{entry['id']}",
            Category(entry["category"]),
            Severity(entry["severity"]),
            _compiled(entry["pattern"], macros),
            _compiled(entry["unless"], macros) if "unless" in entry else None,
            re.compile(asked) if asked else None,
        )
        if "cues" not in entry:
            self.without_spaces.append(rule)
        for cue in map(fold_pattern, entry.get("cues", ())):
            self.by_cue[cue].append(rule)


def _compiled(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    whole = _MACRO.sub(lambda found: f"(?:{macros[found[1]]})", fold_pattern(pattern))
    return re.compile(whole)


@cache
def rulebook() -> Rulebook:
    book = Rulebook()
    asked = []
    for path in sorted(_DATA.glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
        for language, part in data.items():
            book.read(language, part)
            if about := part.get("macros", {}).get("about_words"):
                asked.append(fold_pattern(about))
    book.about_words = re.compile("|".join(f"(?:{one})" for one in asked))
    return book
