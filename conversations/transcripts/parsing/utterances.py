"""What every parser gives: who said what, from when to when."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from statistics import median
from typing import Final

LONGEST_NAME: Final = 100
LONGEST: Final = 1600
"""Letters of an utterance; a longer one goes on as another by the same speaker."""
TOGETHER: Final = 400
"""Letters up to which pieces of one speaker's talk are joined: captions cut sentences up."""
PAUSE: Final = 3.0
"""Seconds of silence after which a speaker begins anew."""
CLOCK: Final = 3600.0
"""A first time from here on is the time of day, not one into the meeting."""
SAMPLE: Final = 50
_MS_A_WORD, _FINER_A_WORD = 20, 2000
_SIXTEENTHS_OF_MS: Final = 16_000
"""Some tools count sound samples, 16,000 a second."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028\u2029\ufeff\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Utterance:
    """`start` and `end` are seconds into the meeting, None where the file tells no times."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None


def cleaned(text: str) -> str:
    """On one line, without what cannot be seen."""
    return _BLANKS.sub(" ", _UNSEEN.sub(" ", text)).strip()


def tidy(utterances: Iterable[Utterance]) -> Iterator[Utterance]:
    """Cleaned, timed from the beginning of the meeting, cut pieces joined, endless ones cut."""
    named = (_named(one) for one in utterances)
    yield from _cut(_joined(_timed(one for one in named if one.text)))


def _named(one: Utterance) -> Utterance:
    return replace(one, speaker=cleaned(one.speaker)[:LONGEST_NAME], text=cleaned(one.text))


def _timed(utterances: Iterator[Utterance]) -> Iterator[Utterance]:
    """In seconds from the beginning; an end before its start is not known."""
    first = list(islice(utterances, SAMPLE))
    unit = _unit(first)
    starts = [one.start / unit for one in first if one.start is not None]
    shift = starts[0] if starts and starts[0] >= CLOCK else 0.0
    for one in chain(first, utterances):
        start = None if one.start is None else max(0.0, round(one.start / unit - shift, 2))
        end = None if one.end is None or start is None else round(one.end / unit - shift, 2)
        yield replace(
            one, start=start, end=end if end is not None and end >= (start or 0) else start
        )


def _unit(sample: list[Utterance]) -> float:
    """What a second is in these times, told by how long a word takes to say."""
    spans = [
        (one.end - one.start) / max(1, len(one.text.split()))
        for one in sample
        if one.start is not None and one.end is not None and one.end > one.start
    ]
    pace = median(spans) if spans else 0
    if pace > _FINER_A_WORD:
        return _SIXTEENTHS_OF_MS
    return 1000 if pace > _MS_A_WORD else 1


def _joined(utterances: Iterator[Utterance]) -> Iterator[Utterance]:
    last: Utterance | None = None
    for one in utterances:
        if last is not None and _goes_on(last, one):
            last = replace(last, text=f"{last.text} {one.text}", end=one.end)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _goes_on(last: Utterance, one: Utterance) -> bool:
    if last.speaker != one.speaker or len(last.text) + len(one.text) >= TOGETHER:
        return False
    if last.end is None or one.start is None:
        return one.start is None
    return one.start - last.end <= PAUSE


def _cut(utterances: Iterator[Utterance]) -> Iterator[Utterance]:
    for one in utterances:
        text = one.text
        while len(text) > LONGEST:
            at = _break(text)
            yield replace(one, text=text[:at].strip())
            text = text[at:].strip()
        if text:
            yield replace(one, text=text)


def _break(text: str) -> int:
    """After a sentence, else after a word, else where it must be."""
    head = text[:LONGEST]
    ends = [match.end() for match in re.finditer(r"[.!?…]\s", head)]
    if ends and ends[-1] > LONGEST // 3:
        return ends[-1]
    blank = head.rfind(" ")
    return blank if blank > 0 else LONGEST
