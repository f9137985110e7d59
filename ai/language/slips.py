from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

Kind = Literal["spelling", "accent", "grammar", "vocabulary", "punctuation", "register"]

MAX_REASON = 280
MAX_SPAN = 400


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip and what to write instead. Offsets count Unicode code points of the whole text."""

    start: int
    end: int
    original: str
    corrected: str
    kind: Kind
    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A slip before its reason is put into words: `reason` is a key of the catalogues."""

    start: int
    end: int
    corrected: str
    kind: Kind
    reason: str
    rule: str


def like(original: str, corrected: str) -> str:
    """`corrected` with a capital where `original` had one."""
    if original[:1].isupper() and corrected[:1].islower():
        return corrected[:1].upper() + corrected[1:]
    return corrected


def explain(finding: Finding, original: str, native_language: str) -> str:
    catalogue = reasons(native_language)
    text = catalogue.get(finding.reason) or reasons("en")[finding.reason]
    filled = text.replace("{original}", original).replace("{corrected}", finding.corrected)
    return filled if len(filled) <= MAX_REASON else filled[: MAX_REASON - 1] + "…"


@lru_cache(maxsize=8)
def reasons(native_language: str) -> dict[str, str]:
    """Reason lines by key, in the learner's language where there is a catalogue, else English."""
    path = Path(__file__).parent / "reasons" / f"{native_language}.yaml"
    if not path.exists():
        return reasons("en")
    loaded: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
