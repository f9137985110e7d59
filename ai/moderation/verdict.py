"""What a check answers. The values are those of `ai.models.ModerationFlag`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self


class Category(StrEnum):
    PROFANITY = "profanity"
    HATE_SPEECH = "hate_speech"
    VIOLENCE = "violence"
    SEXUAL_CONTENT = "sexual_content"
    SPAM = "spam"
    PERSONAL_INFORMATION = "personal_information"
    COPYRIGHT = "copyright_infringement"
    ILLEGAL_CONTENT = "illegal_content"
    SELF_HARM = "self_harm"


class Severity(StrEnum):
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Action(StrEnum):
    NOTED = "noted"
    QUEUED = "queued"
    BLOCKED = "blocked"


RANK: Final = {Severity.LOW: 1, Severity.MODERATE: 2, Severity.HIGH: 3}
_ACTION: Final = {
    Severity.LOW: Action.NOTED,
    Severity.MODERATE: Action.QUEUED,
    Severity.HIGH: Action.BLOCKED,
}
_ORDER: Final = tuple(Action)
_AROUND: Final = 60
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """Offsets count Unicode code points of the text; `excerpt` is what stands around them.

    In an excerpt of personal information the information itself is covered.
    """

    category: Category
    severity: Severity
    start: int
    end: int
    found_by: str
    """`rule:<id>`, `list:<language>` or `<provider>:<model>`."""
    excerpt: str

    @classmethod
    def in_text(
        cls,
        text: str,
        *,
        category: Category,
        severity: Severity,
        start: int,
        end: int,
        found_by: str,
    ) -> Self:
        return cls(category, severity, start, end, found_by, _excerpt(text, start, end, category))

    @property
    def action(self) -> Action:
        """Words of despair are never an offence: a person looks, and nothing is held back."""
        if self.category is Category.SELF_HARM:
            return Action.QUEUED
        return _ACTION[self.severity]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`action` is the hardest that a finding asks for; None when nothing was found."""

    findings: tuple[Finding, ...] = ()
    action: Action | None = None

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Self:
        found = tuple(sorted(findings, key=lambda one: (one.start, one.end)))
        actions = [one.action for one in found]
        return cls(found, max(actions, key=_ORDER.index) if actions else None)

    @property
    def blocked(self) -> bool:
        return self.action is Action.BLOCKED

    @property
    def self_harm(self) -> bool:
        return any(one.category is Category.SELF_HARM for one in self.findings)

    @property
    def worst(self) -> Finding | None:
        """Of what asks for the hardest action, the gravest; the first in the text of equals."""
        if not self.findings:
            return None
        return max(self.findings, key=lambda one: (_ORDER.index(one.action), RANK[one.severity]))

    def worst_of_each(self) -> list[Finding]:
        """One finding a category."""
        kept: dict[Category, Finding] = {}
        for one in self.findings:
            known = kept.get(one.category)
            if known is None or RANK[one.severity] > RANK[known.severity]:
                kept[one.category] = one
        return list(kept.values())


def _excerpt(text: str, start: int, end: int, category: Category) -> str:
    found = text[start:end]
    if category is Category.PERSONAL_INFORMATION:
        found = "•" * min(len(found), 12)
    before, after = max(0, start - _AROUND), end + _AROUND
    kept = f"{text[before:start]}{found[: _LONGEST - 2 * _AROUND]}{text[end:after]}"
    return " ".join(kept.split())[:_LONGEST]
