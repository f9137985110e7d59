"""Putting what was found in order, and saying how likely it is that it answers."""

import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar

import numpy as np

from conversations.retrieval.calibration import Calibration, of_embedder
from conversations.retrieval.found import LESSON, Found, Highlight, Retrieved
from conversations.retrieval.sentences import Sentence, sentences_of
from conversations.retrieval.vectors import Matrix, normalised, shortened, unpacked
from conversations.retrieval.words import plain

Key = TypeVar("Key", bound=Hashable)

_FLAT: Final = 60
"""Of reciprocal rank fusion: how little the first places count above the next."""
HIGHLIGHTS: Final = 4
READ_CLOSELY: Final = 12
_STEM: Final = 6
"""Letters by which two forms of a word are taken for one."""
_WINDOW: Final = 3
_SHARED: Final = 0.3
"""What a sentence that has all words of the question is nearer by."""
_ANSWERS: Final = 0.95
"""What the sentence behind a question takes over of its nearness: it may answer it."""

_PARTS: Final = re.compile("[:;]")
_LINKING: Final = frozenset({"and", "or", "the", "with", "of"})
_TELLING: Final = 7
"""Letters that a title has to have in common with a question to be named in it."""

# Weights of what a passage is put in order by; measured with benchmarks/retrieval_gold.py.
_NEARNESS, _WINDOW_WEIGHT, _SENTENCE_WEIGHT, _WORDS_WEIGHT = 1.0, 0.5, 0.5, 0.1
_OTHER_LANGUAGE, _LESSON = 0.2, 0.2


@dataclass(frozen=True, slots=True)
class Candidate:
    found: Found
    nearness: float | None
    """Cosine of its vector with the question's; None without one by the same embedder."""
    sentences: bytes
    """Short vectors of its sentences by that embedder."""
    lexemes: frozenset[str]
    """Of the question's, those it has."""
    fused: float


@dataclass(frozen=True, slots=True)
class Pool:
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The question's words, and for each the lexemes that it may stand as."""
    candidates: Sequence[Candidate] = ()
    embedder: str = ""
    vector: Sequence[float] = ()
    """What sentences are compared with: between the question and its telling words."""
    asked_in: str = ""
    """The question's language."""


def fused(lists: Mapping[str, Sequence[Key]]) -> list[tuple[Key, float]]:
    """Reciprocal rank fusion: each list gives a row 1 / (60 + its place in it)."""
    scores: dict[Key, float] = {}
    for rows in lists.values():
        for place, row in enumerate(rows, start=1):
            scores[row] = scores.get(row, 0.0) + 1 / (_FLAT + place)
    return sorted(scores.items(), key=lambda item: -item[1])


def ranked(
    question: str,
    pool: Pool,
    *,
    language: str,
    limit: int,
    calibration: Calibration | None = None,
) -> Retrieved:
    """The best first, with the sentences nearest to the question."""
    read = readings(pool, language=language)
    if not read:
        return Retrieved(question)
    calibration = calibration or of_embedder(pool.embedder)
    first, confidence, enough = _trusted(read, calibration, _words(question))
    return Retrieved(
        question=question,
        found=[one.as_found(confidence, first[0].score) for one in first[:limit]],
        confidence=round(confidence, 3),
        enough=enough,
        worth_reading=confidence >= calibration.worth_reading,
    )


def _trusted(
    read: "list[Reading]", calibration: Calibration, asked: Set[str]
) -> "tuple[list[Reading], float, bool]":
    """In order, with how sure it is of the first and whether that is enough. What is their own and
    sure goes first: a lesson has a sentence near to any question, so it has to be much surer, or be
    named in the question."""
    own = [one for one in read if not one.is_lesson]
    lessons = sorted(
        (one for one in read if one.is_lesson), key=lambda one: not one.is_named_in(asked)
    )
    sure_of_own = calibration.confidence(features(own)) if own else 0.0
    if sure_of_own >= calibration.enough:
        return own + lessons, sure_of_own, True
    sure_of_lesson = calibration.confidence(features(lessons)) if lessons else 0.0
    if lessons and lessons[0].is_named_in(asked):
        sure_of_lesson = max(sure_of_lesson, calibration.lesson)
    if sure_of_lesson >= calibration.lesson:
        return lessons + own, sure_of_lesson, True
    return read, sure_of_lesson if read[0].is_lesson else sure_of_own, False


def readings(pool: Pool, *, language: str) -> "list[Reading]":
    """Each passage read, the best first; those far behind by their vectors not word by word."""
    about = shortened(pool.vector) if pool.vector else None
    read = [Reading(candidate, pool, about, language) for candidate in pool.candidates]
    read.sort(key=lambda one: -one.rough_score)
    return sorted(read[:READ_CLOSELY], key=lambda one: -one.score) + read[READ_CLOSELY:]


def features(read: "Sequence[Reading]") -> dict[str, float]:
    """What the best passage's chance to answer is told from."""
    best = read[0]
    return {
        "sentence": best.nearest_sentence,
        "window": best.nearest_window,
        "sentence_words": best.words_together,
        "words": best.words,
        "nearness": best.candidate.nearness or 0.0,
        "elsewhere": float(best.is_elsewhere),
        "foreign": float(best.is_foreign),
        "lead": best.score - read[1].score if len(read) > 1 else 0.2,
    }


class Reading:
    """A passage read against the question, sentence by sentence."""

    def __init__(
        self, candidate: Candidate, pool: Pool, about: Matrix | None, language: str
    ) -> None:
        self.candidate = candidate
        self.pool = pool
        self.about = about
        self.language = language
        self.vectors = unpacked(candidate.sentences)

    @cached_property
    def sentences(self) -> list[Sentence]:
        found = self.candidate.found
        return sentences_of(found.text, found.utterances)

    @cached_property
    def nearnesses(self) -> Matrix:
        """The cosine of each sentence with the question; empty when they have no vectors."""
        if self.about is None:
            return np.zeros(0, dtype=np.float32)
        return np.asarray(self.vectors @ self.about, dtype=np.float32)

    @property
    def nearest_sentence(self) -> float:
        return float(self.nearnesses.max(initial=0.0))

    @cached_property
    def nearest_window(self) -> float:
        """Of three sentences on end, as of a question with its answer."""
        if self.about is None or not len(self.vectors):
            return 0.0
        size = min(_WINDOW, len(self.vectors))
        ends = len(self.vectors) - size + 1
        windows = normalised(sum(self.vectors[at : ends + at] for at in range(size)))  # type: ignore[arg-type]  # sum of arrays is one
        return float((windows @ self.about).max(initial=0.0))

    @cached_property
    def words(self) -> float:
        """Share of the question's words that the passage has, by its dictionary."""
        groups = self.pool.groups.values()
        return _share(bool(group & self.candidate.lexemes) for group in groups)

    @cached_property
    def word_shares(self) -> list[float]:
        """The same of each sentence, by the beginnings of words."""
        asked = {word[:_STEM] for word in self.pool.groups}
        if not self.candidate.lexemes:
            return [0.0] * len(self.sentences)
        return [len(asked & _stems(one.text)) / len(asked) for one in self.sentences]

    @property
    def words_together(self) -> float:
        return max(self.word_shares, default=0.0)

    @cached_property
    def rough_score(self) -> float:
        """What can be said without looking at the text."""
        return (
            _NEARNESS * (self.candidate.nearness or 0.0)
            + _WINDOW_WEIGHT * self.nearest_window
            + _SENTENCE_WEIGHT * self.nearest_sentence
            + _WORDS_WEIGHT * self.words
            - (_LESSON if self.is_lesson else 0.0)
            - (_OTHER_LANGUAGE if self.is_elsewhere else 0.0)
        )

    @cached_property
    def score(self) -> float:
        return self.rough_score + _WORDS_WEIGHT * self.words_together

    @property
    def is_lesson(self) -> bool:
        return self.candidate.found.kind == LESSON

    def is_named_in(self, asked: Set[str]) -> bool:
        """Whether a question has all words of what a lesson is called, or of what stands before or
        after its colon: *ser and estar*, *The passive: fue construido*."""
        parts = (_words(part) - _LINKING for part in _PARTS.split(self.candidate.found.title))
        return any(part <= asked and len("".join(part)) >= _TELLING for part in parts)

    @property
    def is_elsewhere(self) -> bool:
        """Of another language than the one that is being learned: asked for less often."""
        found = self.candidate.found
        teaches: str = found.locator.get("teaches", found.language)
        return teaches != self.language

    @property
    def is_foreign(self) -> bool:
        """Of another language than the question: however true the answer, it lies less near."""
        return self.candidate.found.language != self.pool.asked_in

    def highlights(self) -> tuple[Highlight, ...]:
        """The best sentences. One that asks is no answer: the next that does not, stands for it."""
        cosines = self.nearnesses
        if len(cosines) != len(self.sentences):
            # They are others since the vectors were made, or have none.
            cosines = np.zeros(len(self.sentences), dtype=np.float32)
        nearness = [
            float(cosine) + _SHARED * share
            for cosine, share in zip(cosines, self.word_shares, strict=True)
        ]
        scores: dict[int, float] = {}
        carried = 0.0
        for place, (sentence, own) in enumerate(zip(self.sentences, nearness, strict=True)):
            if sentence.asks:
                carried = max(carried, _ANSWERS * own)
                continue
            scores[place] = max(own, carried)
            carried = 0.0
        best = sorted(scores.items(), key=lambda item: -item[1])[:HIGHLIGHTS]
        return tuple(
            Highlight(self.sentences[place].at, self.sentences[place].text, round(score, 3))
            for place, score in best
        )

    def as_found(self, confidence: float, best: float) -> Found:
        """`relevance` is the best passage's confidence, and less of it the further behind."""
        behind = math.exp(-3 * (best - self.score))
        relevance = round(min(max(0.5 + confidence / 2, 0.0), 1.0) * behind, 3)
        return replace(self.candidate.found, relevance=relevance, highlights=self.highlights())


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", plain(text)))


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"\w+", plain(text))}
