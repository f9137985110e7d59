"""Checking what a reply cites: a sentence stays only when its quotes stand in their sources.

The model ends each sentence with its proof, `[2: "exact words of passage 2"]`. A quote must be a
literal part of that passage but for Unicode form and white space; then `[2: "…"]` becomes the
number of a source. A sentence with a quote that is not there is dropped, and so is one that cites
nothing, since nobody could tell whether it is so. One question may stand without: it asks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ai.prompts import without_marks
from conversations.retrieval.cutting import CLOSED, Cutter
from conversations.retrieval.found import TRANSCRIPT, Found, Source
from conversations.retrieval.places import url_of
from conversations.retrieval.quotes import Quotable

_OPENED: Final = re.compile(r"\[\s*\d{1,2}\s*:")
# A match begins where its spaces do, so that a long stretch of them is looked at once.
_CITATION: Final = re.compile(r"(?<!\s)\s*\[\s*(\d{1,2})\s*:\s*[\"“«„](.*?)[\"”»“]\s*\]", re.DOTALL)
_BARE: Final = re.compile(r"(?<!\s)\s*\[[\d\s,;]*\]")


@dataclass(frozen=True, slots=True)
class Checked:
    """`text` cites as [1]; `dropped` are the sentences taken out, as the model wrote them."""

    text: str
    sources: tuple[Source, ...]
    dropped: tuple[str, ...]


class CitedText:
    """Checks a reply as it streams in."""

    def __init__(self, found: Sequence[Found]) -> None:
        self.found = found
        self.sources: list[Source] = []
        self.dropped: list[str] = []
        self._cutter = Cutter()
        self._asked = False
        self._said = False
        self._quotable: dict[int, Quotable] = {}
        self._numbers: dict[tuple[UUID, str], int] = {}

    def feed(self, delta: str) -> list[str]:
        """Sentences that may be shown now, with the spaces between them. `sources` has grown by
        what they cite, so send those first."""
        return list(self._shown(self._cutter.feed(delta)))

    def close(self) -> list[str]:
        """The reply is over: what was still held back, if it may be shown."""
        return list(self._shown(self._cutter.close()))

    def _shown(self, sentences: Iterable[str]) -> Iterator[str]:
        for sentence in sentences:
            if not sentence.strip():
                continue
            if (text := self._judged(sentence.strip())) is None:
                self.dropped.append(sentence.strip())
                continue
            yield f" {text}" if self._said else text
            self._said = True

    def _judged(self, sentence: str) -> str | None:
        proved, rest = _parted(sentence)
        cited = list(_CITATION.finditer(proved))
        claim = _BARE.sub("", _CITATION.sub("", proved) + rest).strip()
        if not any(map(str.isalnum, claim)) or _OPENED.search(claim):
            return None
        if not cited:
            return self._question(claim)
        places = [self._place(int(one[1]), one[2]) for one in cited]
        if None in places:
            return None
        numbers = iter([self._number(*place) for place in places if place])
        # Bare numbers are the model's own; they prove nothing.
        marked = _BARE.sub("", _CITATION.sub(" \x00", proved) + rest)
        return re.sub("\x00", lambda _: f"[{next(numbers)}]", marked)

    def _question(self, claim: str) -> str | None:
        if self._asked or not claim.rstrip("\"”»)' ").endswith(("?", "？")):
            return None
        self._asked = True
        return claim

    def _place(self, number: int, quote: str) -> tuple[int, int, int] | None:
        """Passage, beginning and end of a quote."""
        if not 1 <= number <= len(self.found):
            return None
        if number not in self._quotable:
            self._quotable[number] = Quotable(self.found[number - 1].text)
        place = self._quotable[number].find(quote)
        return (number, place.at, place.to) if place else None

    def _number(self, passage: int, at: int, to: int) -> int:
        """The number of a source; the same words are cited under one."""
        source = source_of(self.found[passage - 1], at=at, to=to, index=len(self.sources) + 1)
        number = self._numbers.setdefault((source.passage_id, source.excerpt), source.index)
        if number == source.index:
            self.sources.append(source)
        return number


def check_reply(text: str, found: Sequence[Found]) -> Checked:
    """A whole reply, checked."""
    cited = CitedText(found)
    shown = [*cited.feed(text), *cited.close()]
    return Checked("".join(shown), tuple(cited.sources), tuple(cited.dropped))


def source_of(found: Found, *, at: int, to: int, index: int) -> Source:
    """The citation of these characters of a passage."""
    return Source(
        index=index,
        kind=found.kind,
        source_id=found.source_id,
        passage_id=found.passage_id,
        title=found.title,
        excerpt=found.text[at:to].strip(),
        locator=found.locator_at(at),
        relevance=found.relevance,
    )


def passages_block(found: Sequence[Found]) -> str:
    """The passages as a model is shown them: marked and numbered, for `answer_from_sources`.

    Marks inside a passage go, so that none can close its own or pretend to be another.
    """
    blocks = [
        f'<passage number="{number}" from="{one.kind}">\n'
        f"{without_marks(one.title)}\n{without_marks(one.text)}\n</passage>"
        for number, one in enumerate(found, start=1)
    ]
    return "<passages>\n{}\n</passages>".format("\n".join(blocks))


def names_in(found: Iterable[Found]) -> tuple[str, ...]:
    """Who speaks in the passages: names to keep from a provider."""
    sessions = [one for one in found if one.kind == TRANSCRIPT]
    names = {said.speaker for one in sessions for said in one.utterances if said.speaker}
    return tuple(sorted(names))


def event_body(source: Source) -> dict[str, Any]:
    """As the chat's `source` event: index, kind, id, title, excerpt, locator, url."""
    return {
        "index": source.index,
        "kind": source.kind,
        "id": str(source.source_id),
        "title": source.title,
        "excerpt": source.excerpt,
        "locator": dict(source.locator),
        "url": url_of(source.kind, source.source_id, source.locator),
    }


def reply_body(source: Source) -> dict[str, Any]:
    """As `sources` of a whole reply, in the names of the wire: the event's with relevance, and the
    tutoring session when it is one."""
    body = event_body(source) | {"relevance": round(source.relevance, 2)}
    if source.kind == TRANSCRIPT:
        body["sessionId"] = str(source.source_id)
    return body


def _parted(sentence: str) -> tuple[str, str]:
    """A sentence up to where its last quote closes, and the rest: each quote that is opened there
    would be followed to the end."""
    closed = 0
    for one in CLOSED.finditer(sentence):
        closed = one.end()
    return sentence[:closed], sentence[closed:]
