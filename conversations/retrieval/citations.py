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

from ai.prompts import without_marks
from conversations.retrieval.found import TRANSCRIPT, Found, Source
from conversations.retrieval.places import url_of
from conversations.retrieval.quotes import Quotable
from conversations.retrieval.sentences import ABBREVIATIONS

_OPENED: Final = re.compile(r"\[\s*\d{1,2}\s*:")
_CITATION: Final = re.compile(r"\s*\[\s*(\d{1,2})\s*:\s*[\"“«„](.*?)[\"”»“]\s*\]", re.DOTALL)
_BARE: Final = re.compile(r"\s*\[[\d\s,;]*\]")
_ENDING: Final = re.compile(r"[.!?…。！？]+[\"”»“)']*|\n")
_LAST_WORD: Final = re.compile(r"(\w+)\.$")


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
        self._held = ""
        self._asked = False
        self._said = False
        self._quotable: dict[int, Quotable] = {}

    def feed(self, delta: str) -> list[str]:
        """Sentences that may be shown now, with the spaces between them. `sources` has grown by
        what they cite, so send those first."""
        self._held += delta
        return list(self._shown(self._whole_sentences()))

    def close(self) -> list[str]:
        """The reply is over: what was still held back, if it may be shown."""
        rest, self._held = self._held, ""
        sentences = list(_split(rest))
        return list(self._shown(sentences))

    def _whole_sentences(self) -> Iterator[str]:
        while (end := _sentence_end(self._held, over=False)) is not None:
            sentence, self._held = self._held[:end], self._held[end:]
            yield sentence

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
        cited = list(_CITATION.finditer(sentence))
        claim = _BARE.sub("", _CITATION.sub("", sentence)).strip()
        if not any(map(str.isalnum, claim)) or _OPENED.search(claim):
            return None
        if not cited:
            return self._question(claim)
        places = [self._place(int(one[1]), one[2]) for one in cited]
        if None in places:
            return None
        numbers = iter([self._number(*place) for place in places if place])
        # Bare numbers are the model's own; they prove nothing.
        marked = _CITATION.sub(" \x00", sentence)
        marked = _BARE.sub("", marked)
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
        for known in self.sources:
            if (known.passage_id, known.excerpt) == (source.passage_id, source.excerpt):
                return known.index
        self.sources.append(source)
        return source.index


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


def _split(text: str) -> Iterator[str]:
    while text:
        end = _sentence_end(text, over=True) or len(text)
        yield text[:end]
        text = text[end:]


def _sentence_end(text: str, *, over: bool) -> int | None:
    """One past the first whole sentence and the citations behind it; None while more may belong
    to it. A full stop inside a quote, a number or an abbreviation ends nothing."""
    at, ended = 0, False
    while at < len(text):
        if text[at] == "[":
            closed = _CITATION.match(text, at) or _BARE.match(text, at)
            if closed is None and (not over or not ended):
                if _may_open(text[at:]) and not over:
                    return None
                at += 1
                continue
            if closed is None:
                return at
            at = closed.end()
        elif text[at].isspace() and text[at] != "\n":
            at += 1
        elif ended and text[at] != "\n":
            return at
        elif ending := _ENDING.match(text, at):
            at = ending.end()
            ended = ended or _is_end(text, ending)
        else:
            at += 1
    return at if over else None


def _may_open(rest: str) -> bool:
    """Whether a bracket may yet become a citation."""
    return bool(re.match(r"\[\s*(?:\d{0,2}\s*$|\d{1,2}\s*:)", rest))


def _is_end(text: str, ending: re.Match[str]) -> bool:
    after = text[ending.end() :]
    if ending[0] == "\n":
        return bool(text[: ending.start()].strip())
    if after and not (after[0].isspace() or after[0] == "["):
        return False
    word = _LAST_WORD.search(text[: ending.end()])
    return not (word and (word[1].casefold() in ABBREVIATIONS or _is_initial(word[1])))


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
