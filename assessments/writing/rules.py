"""The built-in scorer: what rules and word lists can count in a text. Heavy: for workers only.

It counts slips per hundred words, the length against what was asked for, how rare and how varied
the words are, and what ties sentences together. It does not understand the text, so it gives four
of five points at most, and says what it did not judge.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.language.analysis import check, is_in
from ai.language.difficulty import Estimate, estimate
from ai.language.slips import Slip
from ai.language.tokens import sentences, tokenise
from assessments.models import WritingReview
from assessments.writing.judgement import (
    CRITERIA,
    PASSES_AT,
    Judgement,
    Score,
    SpanCorrection,
    Task,
)
from config.languages import TAUGHT
from config.levels import LEVELS, Difficulty, difficulty_of
from learning.concepts.lemmas import lemma_of

SCORER: Final = "builtin.v1"
MOST: Final = 4
SLIPS_ALLOWED: Final = {"A1": 12, "A2": 10, "B1": 7, "B2": 5, "C1": 3, "C2": 2}
"""Slips in a hundred words that a text of the level may have and still get three points."""
CONNECTORS_EXPECTED: Final = {"A1": 2, "A2": 3, "B1": 4, "B2": 5, "C1": 6, "C2": 6}
"""Different ones in a text of full length."""
BANDS: Final = tuple(Difficulty.values)
VARIED_FROM: Final = 0.5
"""The share of different words among the first sixty under which a text repeats itself."""
COUNTED: Final = 60
TOO_SHORT: Final = 10
"""Words under which range says nothing."""
LONGEST_QUOTE: Final = 120
CHECKED_AT_ONCE: Final = 3
"""Sentences: the checker names at most eight slips of what it is given."""
MOST_CORRECTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """A text and what was counted in it."""

    text: str
    task: Task
    words: int
    slips: Sequence[Slip]
    difficulty: Estimate
    varied: bool
    connectors: Sequence[str]


def judge(text: str, task: Task) -> Judgement:
    if not is_in(text, task.language, task.native_language):
        return _foreign(task)
    measured = measure(text, task)
    scores = [_task(measured), _range(measured), _accuracy(measured), _coherence(measured)]
    return _judgement(scores, measured.slips, task)


def measure(text: str, task: Task) -> Measured:
    words = [token.lower for token in tokenise(text)]
    lemmas = [lemma_of(word, task.language) for word in words[:COUNTED]]
    return Measured(
        text=text,
        task=task,
        words=len(words),
        slips=find_slips(text, task),
        difficulty=estimate(text, language=task.language, level=task.level),
        varied=len(set(lemmas)) >= VARIED_FROM * len(lemmas),
        connectors=connectors_in(text, task.language),
    )


def find_slips(text: str, task: Task) -> list[Slip]:
    """Slips of the whole text, whose parts are checked one after the other."""
    spans = sentences(text)
    found: list[Slip] = []
    for first in range(0, len(spans), CHECKED_AT_ONCE):
        part = spans[first : first + CHECKED_AT_ONCE]
        start, end = part[0][0], part[-1][1]
        slips = check(
            text[start:end],
            language=task.language,
            native_language=task.native_language,
            level=task.level,
        )
        found += [replace(slip, start=slip.start + start, end=slip.end + start) for slip in slips]
    return found


def connectors_in(text: str, language: str) -> list[str]:
    """The different connectors of a text, in the order in which they come, as they are written."""
    plain = text.replace("’", "'")
    found = {}
    for words in _connectors()[language]:
        match = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", plain, re.IGNORECASE)
        if match:
            found[match.start()] = text[match.start() : match.end()]
    return [found[place] for place in sorted(found)]


def level_shown(share: float | None, level: str) -> str:
    """The level of the task when the text is what it asks for, else the one below."""
    if share is not None and share >= PASSES_AT:
        return level
    return LEVELS[max(LEVELS.index(level) - 1, 0)]


def _judgement(scores: Sequence[Score], slips: Sequence[Slip], task: Task) -> Judgement:
    judged = Judgement(
        outcome=WritingReview.Outcome.RULES,
        scorer=SCORER,
        scores=scores,
        corrections=[_correction(slip) for slip in slips[:MOST_CORRECTIONS]],
        runs=[{"scores": {one.criterion: one.score for one in scores}}],
    )
    return replace(judged, level=level_shown(judged.share, task.level))


def _foreign(task: Task) -> Judgement:
    said = _("This text does not read as %(language)s, so nothing of it was scored.") % {
        "language": TAUGHT[task.language].name
    }
    scores = [Score(name, 0, comment=said if name == "task" else "") for name in CRITERIA]
    return _judgement(scores, [], task)


def _task(measured: Measured) -> Score:
    words, asked = measured.words, measured.task.words
    low, high = asked or (words, words)
    share = words / max(low, 1)
    score = MOST if share >= 1 else int(4 * share)
    if words > 1.5 * high:
        score = min(score, 3)
    said = _(
        "%(words)d words; %(low)d to %(high)d were asked for. Whether the text does what was asked"
        " was not judged: that takes a reader."
    ) % {"words": words, "low": low, "high": high}
    return Score("task", score, _telling_words(measured.text), said)


def _range(measured: Measured) -> Score:
    expected, found = difficulty_of(measured.task.level), measured.difficulty.band
    behind = max(BANDS.index(expected) - BANDS.index(found), 0)
    score = max(MOST - 2 * behind - (not measured.varied), 1)
    if measured.words < TOO_SHORT:
        score = min(score, 2)
    names = {"found": Difficulty(found).label, "expected": expected.label}
    if found == expected:
        said = _("Rarity of words, length of sentences: %(found)s, as the task.") % names
    else:
        said = (
            _("Rarity of words, length of sentences: %(found)s; the task is %(expected)s.") % names
        )
    if not measured.varied:
        said += " " + _("Many words come again and again.")
    rare = (_as_written(measured.text, word) for word in measured.difficulty.hard_words)
    return Score("range", score, next((word for word in rare if word), ""), said)


def _accuracy(measured: Measured) -> Score:
    rate = 100 * len(measured.slips) / max(measured.words, 1)
    allowed = SLIPS_ALLOWED[measured.task.level]
    score = min(max(round(5 - 2 * rate / allowed), 0), MOST)
    said = ngettext(
        "%(count)d slip in %(words)d words. Spelling and common slips were checked, not all"
        " grammar.",
        "%(count)d slips in %(words)d words. Spelling and common slips were checked, not all"
        " grammar.",
        len(measured.slips),
    ) % {"count": len(measured.slips), "words": measured.words}
    quote = measured.slips[0].original if measured.slips else ""
    return Score("accuracy", score, quote, said)


def _coherence(measured: Measured) -> Score:
    low = measured.task.words[0] if measured.task.words else measured.words
    # A shorter text has less to tie together, but is not asked for less than one.
    length = min(measured.words / max(low, 1), 1)
    expected = max(CONNECTORS_EXPECTED[measured.task.level] * length, 1)
    share = len(measured.connectors) / expected
    score = next(
        points for least, points in ((1, MOST), (0.6, 3), (0.3, 2), (0, 1)) if share >= least
    )
    said = ngettext(
        "%(count)d word that ties sentences together. Whether one thought follows from another was"
        " not judged.",
        "%(count)d different words that tie sentences together. Whether one thought follows from"
        " another was not judged.",
        len(measured.connectors),
    ) % {"count": len(measured.connectors)}
    return Score("coherence", score, next(iter(measured.connectors), ""), said)


def _correction(slip: Slip) -> SpanCorrection:
    return SpanCorrection(
        start=slip.start,
        end=slip.end,
        original=slip.original,
        corrected=slip.corrected,
        kind=slip.kind,
        reason=slip.reason,
        rule=slip.rule,
    )


def _telling_words(text: str) -> str:
    """The first sentence that is more than a greeting, or as much of it as fits a quote."""
    whole = [text[start:end] for start, end in sentences(text)]
    sentence = next((one for one in whole if len(one.split()) > 3), whole[0])
    if len(sentence) <= LONGEST_QUOTE:
        return sentence
    return sentence[:LONGEST_QUOTE].rsplit(" ", 1)[0]


def _as_written(text: str, word: str) -> str:
    match = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    return match[0] if match else ""


@lru_cache(maxsize=1)
def _connectors() -> dict[str, list[str]]:
    path = Path(__file__).parent / "connectors.yaml"
    loaded: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
