"""Reading a learner's own words: which are worth counting, what each slip is about, and which
words of errors on record were right this time.

Needs the word lists, so it runs in workers.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

from accounts.models import User
from ai.language import slips as language_slips
from ai.language.tokens import Token, tokenise
from conversations.models import Correction
from learning.concepts.lemmas import frequency_of, lemma_of
from learning.concepts.models import Concept
from learning.concepts.selectors import grammar_points, points_of_rules
from learning.concepts.services import lemma_concepts
from learning.mastery.models import RecurringError

MOST_WORDS: Final = 30
"""Words of one text that count, so that a long one does not drown the rest."""
TOO_COMMON: Final = 6.3
"""Zipf frequency from which a word (*de*, *que*) says nothing about its writer."""
USED_RIGHTLY: Final = 0.5
"""Weight of a right use: nobody asked for it, and it may be luck."""
WORD_KINDS: Final = ("spelling", "accent", "vocabulary")


Corrected = TypeVar("Corrected", Correction, language_slips.Slip)
"""A slip in a text: a stored correction, or what the rules found."""


@dataclass(frozen=True)
class Reading(Generic[Corrected]):
    """A learner's text with the slips found in it."""

    text: str
    language: str
    slips: Sequence[Corrected]

    @cached_property
    def sound(self) -> list[Token]:
        """The words that no slip touches."""
        return [
            token
            for token in tokenise(self.text)
            if not any(slip.start < token.end and token.start < slip.end for slip in self.slips)
        ]

    @cached_property
    def lemmas(self) -> list[str]:
        return [lemma_of(token.lower, self.language) for token in self.sound]

    @cached_property
    def words(self) -> list[str]:
        """The lemmas worth counting, each once: known words, neither names nor too common."""
        chosen: dict[str, None] = {}
        for token, lemma in zip(self.sound, self.lemmas, strict=True):
            if not self._may_be_name(token) and 0 < self._zipf(token, lemma) < TOO_COMMON:
                chosen.setdefault(lemma)
        return list(chosen)[:MOST_WORDS]

    def _may_be_name(self, token: Token) -> bool:
        return token.capitalised and not token.opens_sentence and self.language != "de"

    def _zipf(self, token: Token, lemma: str) -> float:
        if not frequency_of(token.lower, self.language):
            return 0.0
        return frequency_of(lemma, self.language)


@dataclass(frozen=True, slots=True)
class Slip(Generic[Corrected]):
    """A slip, and the concept it is about as far as that is known."""

    correction: Corrected
    concept: Concept | None
    key: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Use:
    """An error on record whose words are right this time."""

    error: RecurringError
    quote: str


def identify(reading: Reading[Corrected]) -> list[Slip[Corrected]]:
    """Each slip's concept: by the rule that found it, by a known slip of a grammar point, or by
    the word it is in."""
    by_rule = points_of_rules(reading.language)
    by_change = _known_changes(reading.language) if reading.slips else {}
    wanted = [_word(slip, reading.language) for slip in reading.slips if slip.kind in WORD_KINDS]
    words = lemma_concepts(language=reading.language, lemmas=wanted) if any(wanted) else {}
    found = []
    for slip in reading.slips:
        change = _change(slip.original, slip.corrected, reading.language)
        point = by_rule.get(slip.rule) or by_change.get(change)
        concept = point or words.get(_word(slip, reading.language))
        key = f"grammar:{point.slug}" if point else f"{slip.kind}:{' '.join(change)}"[:200]
        found.append(Slip(slip, concept, key, _pattern(slip, reading.language)))
    return found


def _known_changes(language: str) -> dict[tuple[str, str], Concept]:
    """What the typical slips of the grammar points change, to the point."""
    changes: dict[tuple[str, str], Concept] = {}
    for point in grammar_points(language).values():
        for slip in point.slips:
            changes.setdefault(_change(slip["wrong"], slip["right"], language), point)
    return changes


def _change(wrong: str, right: str, language: str) -> tuple[str, str]:
    """What differs, in dictionary forms: `("ser", "estar")`. In the words as they stand where the
    dictionary form is the same: `("bonita", "bonito")`."""
    before, after = _words(wrong), _words(right)
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    lemmas = tuple(" ".join(lemma_of(word, language) for word in part) for part in (before, after))
    if lemmas[0] == lemmas[1]:
        return " ".join(before), " ".join(after)
    return lemmas[0], lemmas[1]


def _words(text: str) -> list[str]:
    return [token.lower for token in tokenise(text)]


def _word(slip: Corrected, language: str) -> str:
    """The lemma of a slip in a single word, else nothing."""
    words = _words(slip.corrected)
    return lemma_of(words[0], language) if len(words) == 1 else ""


def _pattern(slip: Corrected, language: str) -> str:
    """What a right use is told by: the corrected words in any form. As they stand where the form
    was the slip (*tiene* for *tenga*), or their accents and letters."""
    wrong, right = _words(slip.original), _words(slip.corrected)
    lemmas = [lemma_of(word, language) for word in right]
    same = lemmas == [lemma_of(word, language) for word in wrong]
    if same or slip.kind in ("accent", "spelling"):
        return " ".join(f"={word}" for word in right)[:400]
    return " ".join(lemmas)[:400]


def right_uses(
    reading: Reading[Corrected], slips: Sequence[Slip[Corrected]], *, learner: User
) -> list[Use]:
    """Errors on record whose corrected words stand in the text, which has no such slip."""
    made = {slip.key for slip in slips}
    return uses_in(reading, errors_on_record(learner, reading.language, but=made))


def errors_on_record(
    learner: User, language: str, *, but: Collection[str] = ()
) -> list[RecurringError]:
    """Those of a learner that are not overcome and that a right use can be told of."""
    errors = RecurringError.objects.filter(learner=learner, language=language)
    errors = errors.exclude(status=RecurringError.Status.CLOSED).exclude(pattern="")
    return list(errors.exclude(key__in=but).select_related("concept"))


def uses_in(reading: Reading[Corrected], errors: Iterable[RecurringError]) -> list[Use]:
    """Which of the errors' words are right in the text."""
    return [Use(error, quote) for error in errors if (quote := _quote(reading, error.pattern))]


def _quote(reading: Reading[Corrected], pattern: str) -> str:
    """The learner's words that match, with what stands around them; empty without a match."""
    wanted = pattern.split()
    for place in range(len(reading.sound) - len(wanted) + 1):
        tokens = reading.sound[place : place + len(wanted)]
        lemmas = reading.lemmas[place : place + len(wanted)]
        if all(
            word == (f"={token.lower}" if word.startswith("=") else lemma)
            for word, token, lemma in zip(wanted, tokens, lemmas, strict=True)
        ):
            return _around(reading.text, tokens[0].start, tokens[-1].end)
    return ""


def _around(text: str, start: int, end: int, *, room: int = 60) -> str:
    first, last = max(0, start - room), min(len(text), end + room)
    return f"{'…' if first else ''}{text[first:last].strip()}{'…' if last < len(text) else ''}"
