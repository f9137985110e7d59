"""Plain text as people and tools write it: `Ana: Hola`, `[00:12] Ana: Hola`, or a name and a time
on one line with the words below."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from conversations.transcripts.parsing.times import CLOCK, of_clock
from conversations.transcripts.parsing.utterances import Utterance

_NAME: Final = r"[^\W\d_][^:\[\]()<>!?¡¿\t]{0,58}?"
_TIME: Final = rf"[\[(]?({CLOCK})[\])]?"
_SAID = re.compile(
    rf"^(?:{_TIME}\s*[-–]?\s*)?({_NAME})\s*(?:[\[(]({CLOCK})[\])])?\s*:(?!//|\d)\s*(.*)$"
)
_HEADING = re.compile(rf"^({_NAME})\s+[-–|]?\s*{_TIME}$")
_TIMED = re.compile(rf"^{_TIME}(?:\s*[-–>]+\s*{CLOCK})?\s*(.*)$")
_MOST_WORDS: Final = 5
MOST_LABELS: Final = 1000
"""What could be names in one file; more are not."""


def label_of(line: str) -> tuple[str, str]:
    """Who speaks and what, of `Ana: Hola`; nobody and the line when it names nobody."""
    found = _SAID.match(line)
    if found and not found[1] and _may_be_name(found[2]):
        return found[2].strip(), found[4].strip()
    return "", line


def read_plain(lines: Callable[[], Iterable[str]]) -> Iterator[Utterance]:
    """`lines` gives them anew each time: names are what stands before colons more than once."""
    names = _names(lines())
    speaker, start, fresh = "", None, False
    for raw in lines():
        line = raw.strip()
        told = _read(line, names) if line else None
        if told is not None:
            speaker, start, text = told[0], told[1], told[2]
            fresh = not text
            if text:
                yield Utterance(speaker, text, start)
        elif line:
            stands_alone = _TIMED.match(line)
            if stands_alone:
                start, fresh, line = of_clock(stands_alone[1]), True, stands_alone[2]
            if line:
                yield Utterance(speaker, line, start if fresh else None)
                fresh = False


def _read(line: str, names: set[str]) -> tuple[str, float | None, str] | None:
    """Speaker, start and words of a line that names its speaker."""
    if found := _SAID.match(line):
        name, time = found[2].strip(), found[1] or found[3]
        if name in names:
            return name, of_clock(time) if time else None, found[4].strip()
    if (found := _HEADING.match(line)) and found[1].strip() in names:
        return found[1].strip(), of_clock(found[2]), ""
    return None


def _names(lines: Iterable[str]) -> set[str]:
    """Said once, it may be the word before a list; unless nothing is said twice."""
    seen: Counter[str] = Counter()
    for raw in lines:
        line = raw.strip()
        found = _SAID.match(line)
        name = found[2].strip() if found else ""
        if not name and (heading := _HEADING.match(line)):
            name = heading[1].strip()
        if name and _may_be_name(name) and (name in seen or len(seen) < MOST_LABELS):
            seen[name] += 1
    often = {name for name, times in seen.items() if times > 1}
    return often or set(seen)


def _may_be_name(text: str) -> bool:
    words = text.split()
    if not 0 < len(words) <= _MOST_WORDS:
        return False
    return words[0][0].isupper() and not text.rstrip().endswith((",", ";", "."))
