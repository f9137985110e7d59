from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Final

CRITERIA: Final = ("task", "range", "accuracy", "coherence")
HIGHEST: Final = 5
PASSES_AT: Final = 0.6
"""The share of the points from which a text is what its level asks for."""


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for, and of whom."""

    language: str
    level: str
    prompt: str
    aims: Sequence[str]
    words: Sequence[int]
    """Fewest and most; empty when nothing was said."""
    native_language: str = "en"


@dataclass(frozen=True, slots=True)
class Score:
    """One criterion. `quote` is a literal part of the text, or empty."""

    criterion: str
    score: float
    quote: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SpanCorrection:
    """Offsets count Unicode code points of the text. `rule` is what found it, if a rule did."""

    start: int
    end: int
    original: str
    corrected: str
    kind: str
    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Without scores when two readers disagreed; `runs` has what each of them gave."""

    outcome: str
    scorer: str
    scores: Sequence[Score] = ()
    corrections: Sequence[SpanCorrection] = ()
    level: str = ""
    """What the text shows, as a CEFR level."""
    runs: Sequence[dict[str, Any]] = field(default_factory=tuple)

    @property
    def share(self) -> float | None:
        """Of all points, 0 to 1."""
        if not self.scores:
            return None
        return round(fmean(one.score for one in self.scores) / HIGHEST, 4)
