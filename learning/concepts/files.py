"""The authored concepts: `topics.yaml`, `subjects.yaml` and each language's `grammar.yaml`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class GrammarPoint:
    slug: str
    level: str
    name: str
    explanation: dict[str, str]
    """By language."""
    examples: list[dict[str, str]]
    """Each `{text, translation}`; no translation where the language taught is English."""
    slips: list[dict[str, str]]
    """Each `{wrong, right}`."""
    requires: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Topic:
    slug: str
    level: str
    name: dict[str, str]
    """By language."""


@dataclass(frozen=True, slots=True)
class SubjectPoint:
    slug: str
    subject: str
    name: str
    difficulty: int
    explanation: str


class ConceptsUnreadableError(Exception):
    """A file that is not a list of concepts; the message names the file and the place."""


T = TypeVar("T")


def read_grammar(language: str) -> list[GrammarPoint]:
    path = FOLDER / language / "grammar.yaml"
    return _read(path, GrammarPoint) if path.exists() else []


def read_topics() -> list[Topic]:
    return _read(FOLDER / "topics.yaml", Topic)


def read_subjects() -> list[SubjectPoint]:
    return _read(FOLDER / "subjects.yaml", SubjectPoint)


def _read(path: Path, shape: type[T]) -> list[T]:
    try:
        entries: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders
        return msgspec.convert(entries, list[shape], strict=True)  # type: ignore[valid-type]
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ConceptsUnreadableError(f"{path.parent.name}/{path.name}: {error}") from error


# The C loader is ten times faster; both build plain values only.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
