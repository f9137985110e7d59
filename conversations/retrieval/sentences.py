"""The sentences of a passage, each with its place, so that what is quoted stands there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from conversations.retrieval.found import Utterance

_SHORT: Final = """
    z b d h bzw usw ca nr vgl str p ej e g i dr dra sr sra srta mr mrs ms st vs art fig vol pág pag
    aprox approx ud uds mme mlle prof ex cf
"""
ABBREVIATIONS: Final = frozenset(_SHORT.split())
"""Words whose full stop ends no sentence."""

_END: Final = re.compile(r"[.!?…]+[\"”»“)']*(?=\s|$)")
_WORD: Final = re.compile(r"(\w+)\.$")


class Sentence(NamedTuple):
    at: int
    to: int
    text: str
    asks: bool


def sentences_of(text: str, utterances: tuple[Utterance, ...] = ()) -> list[Sentence]:
    """In order. Of a transcript, what was said without the speakers' names."""
    return [
        sentence for at, to in _lines(text, utterances) for sentence in _sentences(text, at, to)
    ]


def spoken(stored: Iterable[Mapping[str, Any]]) -> tuple[Utterance, ...]:
    """Utterances as a chunk stores them, and messages as a passage's locator does."""
    return tuple(
        Utterance(one["speaker"], one.get("start"), one.get("end"), one["at"], one["to"])
        for one in stored
    )


def _lines(text: str, utterances: tuple[Utterance, ...]) -> Iterator[tuple[int, int]]:
    if not utterances:
        for line in re.finditer(r"[^\n]+", text):
            yield line.span()
    for one in utterances:
        yield one.at, one.to


def _sentences(text: str, at: int, to: int) -> Iterator[Sentence]:
    begun = at
    for end in _END.finditer(text, at, to):
        word = _WORD.search(text, begun, end.end())
        if word and (word[1].casefold() in ABBREVIATIONS or len(word[1]) == 1):
            continue
        yield from _sentence(text, begun, end.end())
        begun = end.end()
    yield from _sentence(text, begun, to)


def _sentence(text: str, at: int, to: int) -> Iterator[Sentence]:
    said = text[at:to]
    words = said.strip()
    if any(map(str.isalnum, words)):
        at += len(said) - len(said.lstrip())
        yield Sentence(at, at + len(words), words, words.rstrip("\"”»“)'").endswith("?"))
