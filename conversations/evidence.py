"""What a learner's message shows: a slip counts against its concept, words used rightly for theirs.

Read by a worker after the turn, since it needs the word lists. Reading a message twice writes
nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from ai.language.analysis import is_in
from ai.language.tokens import Token, tokenise
from conversations.models import Correction, Message
from conversations.services.study import count_study
from learning.concepts.lemmas import frequency_of, lemma_of
from learning.concepts.models import Concept
from learning.concepts.selectors import grammar_points, points_of_rules
from learning.concepts.services import lemma_concepts
from learning.mastery.errors import RightUse, SlipMade, record_right_uses, record_slips
from learning.mastery.models import Evidence, RecurringError, Skill, Surface
from learning.mastery.services import Shown, record_evidence
from practice.decks.services import credit_use

MOST_WORDS: Final = 30
"""Words of one message that count, so that a long one does not drown the rest."""
TOO_COMMON: Final = 6.3
"""Zipf frequency from which a word (*de*, *que*) says nothing about its writer."""
USED_RIGHTLY: Final = 0.5
"""Weight of a right use: nobody asked for it, and it may be luck."""
RECENT: Final = timedelta(days=2)
MESSAGE, CORRECTION = "conversations.message", "conversations.correction"
WORD_KINDS = (Correction.Kind.SPELLING, Correction.Kind.ACCENT, Correction.Kind.VOCABULARY)


@dataclass(frozen=True)
class Reading:
    """A learner's message with the slips found in it."""

    message: Message
    slips: Sequence[Correction]

    @property
    def language(self) -> str:
        return self.message.conversation.language

    @cached_property
    def sound(self) -> list[Token]:
        """The words that no slip touches."""
        return [
            token
            for token in tokenise(self.message.content)
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
class Slip:
    """A correction, and the concept it is about as far as that is known."""

    correction: Correction
    concept: Concept | None
    key: str
    pattern: str


def read_message(*, message_id: UUID | str) -> int:
    """Write what a learner's message shows, and count the time up to it; how many pieces of
    evidence were new.

    None, when the message is gone or in another language than the one being learned.
    """
    message = (
        Message.objects.filter(pk=message_id, role=Message.Role.USER)
        .select_related("conversation__learner")
        .first()
    )
    if message is None:
        return 0
    count_study(message=message)
    conversation = message.conversation
    if not is_in(message.content, conversation.language, conversation.learner.native_language):
        return 0
    reading = Reading(message, list(message.corrections.all()))
    slips = identify(reading)
    with transaction.atomic():
        uses = _right_uses(reading, slips)
        _record_errors(reading, slips, uses)
        return len(_record_evidence(reading, slips, uses))


def unread_messages(*, now: datetime, limit: int = 200) -> list[UUID]:
    """Messages of the last days that show nothing yet, as when the queue was down.

    One that can show nothing is found again until it is too old.
    """
    told = Evidence.objects.filter(source_type=MESSAGE, source_id=OuterRef("pk"))
    unread = Message.objects.filter(
        ~Exists(told),
        role=Message.Role.USER,
        created_at__gte=now - RECENT,
        replies__finished_at__lt=now - timedelta(minutes=5),
    )
    return list(unread.distinct().values_list("pk", flat=True)[:limit])


def identify(reading: Reading) -> list[Slip]:
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


def _word(slip: Correction, language: str) -> str:
    """The lemma of a slip in a single word, else nothing."""
    words = _words(slip.corrected)
    return lemma_of(words[0], language) if len(words) == 1 else ""


def _pattern(slip: Correction, language: str) -> str:
    """What a right use is told by: the corrected words in any form, but with their accents and
    letters where those were the slip."""
    words = _words(slip.corrected)
    if slip.kind in (Correction.Kind.ACCENT, Correction.Kind.SPELLING):
        return " ".join(f"={word}" for word in words)[:400]
    return " ".join(lemma_of(word, language) for word in words)[:400]


def _right_uses(reading: Reading, slips: Sequence[Slip]) -> list[RightUse]:
    """Errors on record whose corrected words stand in the message, which has no such slip."""
    made = {slip.key for slip in slips}
    errors = RecurringError.objects.filter(
        learner=reading.message.conversation.learner, language=reading.language
    ).exclude(status=RecurringError.Status.CLOSED)
    return [
        RightUse(error, quote, MESSAGE, reading.message.pk)
        for error in errors.exclude(key__in=made).exclude(pattern="").select_related("concept")
        if (quote := _quote(reading, error.pattern))
    ]


def _quote(reading: Reading, pattern: str) -> str:
    """The learner's words that match, with what stands around them; empty without a match."""
    wanted = pattern.split()
    for place in range(len(reading.sound) - len(wanted) + 1):
        tokens = reading.sound[place : place + len(wanted)]
        lemmas = reading.lemmas[place : place + len(wanted)]
        if all(
            word == (f"={token.lower}" if word.startswith("=") else lemma)
            for word, token, lemma in zip(wanted, tokens, lemmas, strict=True)
        ):
            return _around(reading.message.content, tokens[0].start, tokens[-1].end)
    return ""


def _around(text: str, start: int, end: int, *, room: int = 60) -> str:
    first, last = max(0, start - room), min(len(text), end + room)
    return f"{'…' if first else ''}{text[first:last].strip()}{'…' if last < len(text) else ''}"


def _record_errors(reading: Reading, slips: Sequence[Slip], uses: Sequence[RightUse]) -> None:
    learner, at = reading.message.conversation.learner, reading.message.created_at
    made = [
        SlipMade(
            key=slip.key,
            kind=slip.correction.kind,
            original=slip.correction.original,
            corrected=slip.correction.corrected,
            reason=slip.correction.reason,
            source_type=CORRECTION,
            source_id=slip.correction.pk,
            concept=slip.concept,
            pattern=slip.pattern,
        )
        for slip in slips
    ]
    record_slips(learner=learner, language=reading.language, slips=made, now=at)
    record_right_uses(learner=learner, uses=uses, now=at)


def _record_evidence(
    reading: Reading, slips: Sequence[Slip], uses: Sequence[RightUse]
) -> list[Evidence]:
    against = {slip.concept.pk: slip for slip in slips if slip.concept}
    shown = [
        _shown(slip.concept, correct=False, source=(CORRECTION, slip.correction.pk))
        for slip in against.values()
        if slip.concept
    ]
    words = lemma_concepts(language=reading.language, lemmas=reading.words)
    used = {concept.pk: concept for concept in words.values()}
    used |= {use.error.concept.pk: use.error.concept for use in uses if use.error.concept}
    shown += [
        _shown(concept, correct=True, source=(MESSAGE, reading.message.pk))
        for key, concept in used.items()
        if key not in against
    ]
    learner, at = reading.message.conversation.learner, reading.message.created_at
    credit_use(
        learner=learner,
        concepts=[concept for key, concept in used.items() if key not in against],
        weight=USED_RIGHTLY,
        source_type=MESSAGE,
        source_id=reading.message.pk,
        now=at,
    )
    return record_evidence(learner=learner, shown=shown, now=at)


def _shown(concept: Concept, *, correct: bool, source: tuple[str, UUID]) -> Shown:
    return Shown(
        concept=concept,
        surface=Surface.CONVERSATION,
        skill=Skill.GRAMMAR if concept.kind == Concept.Kind.GRAMMAR else Skill.WRITING,
        correct=correct,
        weight=USED_RIGHTLY if correct else 1.0,
        spontaneous=True,
        source_type=source[0],
        source_id=source[1],
    )
