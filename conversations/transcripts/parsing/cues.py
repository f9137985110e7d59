"""WebVTT and SubRip, read line by line and forgivingly: one is often sent as the other.

The libraries for them hold the whole file, refuse one without its header, and leave the voice tags
to the caller.
"""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from conversations.transcripts.parsing.plain import label_of
from conversations.transcripts.parsing.times import CLOCK, of_clock
from conversations.transcripts.parsing.utterances import Utterance

_TIMES = re.compile(rf"^\s*({CLOCK})\s*-->\s*({CLOCK})")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z0-9:.]+(?:[ .][^>]*)?>", re.IGNORECASE)
_ASIDE: Final = ("NOTE", "STYLE", "REGION")


def read_cues(lines: Iterable[str]) -> Iterator[Utterance]:
    """A caption without a name is said by whoever spoke last in the same run of captions."""
    times: tuple[float, float] | None = None
    words: list[str] = []
    aside = False
    for raw in lines:
        line = raw.strip()
        if found := _TIMES.match(line):
            yield from _said(times, words)
            times, words, aside = (of_clock(found[1]), of_clock(found[2])), [], False
        elif not line:
            yield from _said(times, words)
            times, words, aside = None, [], False
        elif times is None:
            aside = aside or line.startswith(_ASIDE)
        else:
            words.append(line)
    yield from _said(times, words)


def _said(times: tuple[float, float] | None, words: list[str]) -> Iterator[Utterance]:
    """A caption: of several voices when it has several voice tags."""
    if times is None or not words:
        return
    text = " ".join(words)
    voices = list(_VOICE.finditer(text))
    if not voices:
        speaker, said = label_of(_plain(text))
        yield Utterance(speaker, said, *times)
        return
    if before := _plain(text[: voices[0].start()]):
        yield Utterance("", before, *times)
    ends = [*(voice.start() for voice in voices[1:]), len(text)]
    for voice, end in zip(voices, ends, strict=True):
        yield Utterance(html.unescape(voice[1]), _plain(text[voice.end() : end]), *times)


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()
