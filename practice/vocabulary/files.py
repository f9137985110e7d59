"""The starter words: `starter/<topic>.yaml`, one meaning an entry, in every language taught."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from config.languages import TAUGHT

FOLDER = Path(__file__).parent / "starter"


@dataclass(frozen=True, slots=True)
class Word:
    """A word in one language. `forms` and `usage` are what a learner should know beside it."""

    text: str
    example: str
    gender: str = ""
    forms: str = ""
    usage: str = ""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One meaning. The examples say the same in each language."""

    level: str
    pos: str
    en: Word
    es: Word
    fr: Word
    de: Word

    def in_language(self, language: str) -> Word:
        word: Word = getattr(self, language)
        return word

    @property
    def words(self) -> Iterator[tuple[str, Word]]:
        return ((language, self.in_language(language)) for language in TAUGHT)


class StarterUnreadableError(Exception):
    """A file that is not a list of entries; the message names the file and the place."""


def read_starter() -> dict[str, list[Entry]]:
    """Topic to its entries."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _read(path: Path) -> list[Entry]:
    try:
        entries: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders
        return msgspec.convert(entries, list[Entry], strict=True)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise StarterUnreadableError(f"{path.name}: {error}") from error


# The C loader is ten times faster; both build plain values only.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
