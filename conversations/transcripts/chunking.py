"""Cutting a transcript where an exchange ends, at about 500 tokens."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conversations.transcripts.parsing.utterances import Utterance

LETTERS_A_TOKEN: Final = 4
"""Of running text in the languages taught; only to know about how long a chunk is."""
FULL: Final = 500 * LETTERS_A_TOKEN
"""Letters from which a chunk ends with the next change of speaker."""
FULLER: Final = FULL * 3 // 2
"""Letters at which it ends anyhow."""


@dataclass(slots=True)
class Draft:
    """A chunk to be: `utterances` are {speaker, start, end, at, to}, the offsets in `text` being
    those of the words alone."""

    text: str = ""
    utterances: list[dict[str, Any]] = field(default_factory=list)

    @property
    def speakers(self) -> list[str]:
        return list(dict.fromkeys(one["speaker"] for one in self.utterances if one["speaker"]))

    @property
    def start(self) -> float | None:
        return next((one["start"] for one in self.utterances if one["start"] is not None), None)

    @property
    def end(self) -> float | None:
        times = [one["end"] or one["start"] for one in self.utterances]
        known = [time for time in times if time is not None]
        return max(known) if known else None

    def add(self, one: Utterance) -> None:
        before = f"{one.speaker}: " if one.speaker else ""
        line_break = "\n" if self.text else ""
        at = len(self.text) + len(line_break) + len(before)
        self.text += f"{line_break}{before}{one.text}"
        self.utterances.append(
            {
                "speaker": one.speaker,
                "start": one.start,
                "end": one.end,
                "at": at,
                "to": at + len(one.text),
            }
        )


def chunks_of(utterances: Iterable[Utterance]) -> Iterator[Draft]:
    draft = Draft()
    for one in utterances:
        if draft.utterances and _ends(draft, one):
            yield draft
            draft = Draft()
        draft.add(one)
    if draft.utterances:
        yield draft


def _ends(draft: Draft, one: Utterance) -> bool:
    after = len(draft.text) + len(one.text)
    turns = draft.utterances[-1]["speaker"] != one.speaker
    return after > FULLER or (turns and after > FULL)
