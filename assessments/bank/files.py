from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import yaml

BANK = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class BankItem:
    """One item as its author wrote it. `validate` says which type has which fields."""

    slug: str
    level: str
    skill: str
    topic: str
    type: str
    prompt: str
    answer: str
    explanation: str | dict[str, str]
    """Why the answer is right: in English, or by language."""
    options: list[str] = field(default_factory=list)
    passage: str = ""
    """The text to read; of a listening item, the script to be spoken."""
    lemma: str = ""
    accepted: list[str] = field(default_factory=list)
    """Further right answers."""
    diacritics: str = ""
    prompts: dict[str, str] = field(default_factory=dict)
    """The prompt of a translation in other native languages."""
    aims: list[str] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    """Shortest and longest free text, in words."""
    source: str = field(default="", compare=False)
    """The file it stands in."""

    @property
    def explanations(self) -> dict[str, str]:
        told = self.explanation
        return {"en": told} if isinstance(told, str) else told


class BankUnreadableError(Exception):
    """A file that is not a list of items; the message names the file and the place."""


def languages() -> list[str]:
    """The languages that have a bank."""
    return sorted(path.name for path in BANK.iterdir() if any(path.glob("*.yaml")))


def read_bank(language: str) -> list[BankItem]:
    paths = sorted((BANK / language).glob("*.yaml"))
    return [item for path in paths for item in read_file(path)]


def read_file(path: Path) -> list[BankItem]:
    try:
        entries: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise BankUnreadableError(f"{path.name}: {error}") from error
    if not isinstance(entries, list):
        raise BankUnreadableError(f"{path.name}: the file is not a list of items")
    return [_read_item(entry, path.name, place) for place, entry in enumerate(entries, start=1)]


def _read_item(entry: object, source: str, place: int) -> BankItem:
    try:
        item = msgspec.convert(entry, BankItem, strict=True)
    except msgspec.ValidationError as error:
        raise BankUnreadableError(f"{source}, item {place}: {error}") from error
    unknown = set(entry) - set(BankItem.__slots__) if isinstance(entry, dict) else set()
    if unknown:
        raise BankUnreadableError(f"{source}, item {place}: unknown {', '.join(sorted(unknown))}")
    return replace(item, source=source)


# The C loader reads the bank ten times faster; both build plain values only.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
