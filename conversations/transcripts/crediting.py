"""What a session shows of the student: only their own words, and only once known to be theirs.

Loads the word lists, so it runs in workers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ai.language.analysis import is_in
from ai.language.slips import Slip
from conversations import readings
from conversations.readings import USED_RIGHTLY, Reading, errors_on_record, identify, uses_in
from conversations.transcripts.analysis.points import FoundSlip
from conversations.transcripts.models import TranscriptChunk, TutoringSession
from conversations.transcripts.turns import Turn, only_of, turns_in
from conversations.transcripts.withdrawal import CHUNK, withdraw
from learning.concepts.models import Concept
from learning.concepts.services import lemma_concepts
from learning.mastery.errors import RightUse, SlipMade, record_right_uses, record_slips
from learning.mastery.models import Skill, Surface
from learning.mastery.services import Shown, record_evidence

MOST_CHUNKS: Final = 200
"""Stretches of a session that count: some six hours of talk."""
MOST_WORDS: Final = 200
"""Words of a session that count, so that a long one does not drown the rest."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the student said in one chunk, in the language they learn."""

    chunk: TranscriptChunk
    reading: Reading[Slip]
    words: Sequence[str]


def listen(session: TutoringSession) -> list[Heard]:
    """The student's words by chunk; none, while nobody knows which speaker the student is.

    Slow, so it is done before the transaction in which it is counted.
    """
    if not session.student_speaker:
        return []
    slips = [FoundSlip(**one) for one in session.analysis.get("slips", ())]
    rows = session.chunks.filter(speakers__contains=[session.student_speaker])
    chunks = rows.order_by("position").defer("embedding", "search")[:MOST_CHUNKS]
    return [heard for chunk in chunks if (heard := _heard(session, chunk, slips))]


def _heard(
    session: TutoringSession, chunk: TranscriptChunk, slips: Sequence[FoundSlip]
) -> Heard | None:
    native = session.student.native_language
    turns = [
        turn
        for turn in turns_in(chunk)
        if turn.speaker == session.student_speaker and is_in(turn.text, session.language, native)
    ]
    if not turns:
        return None
    made = [one.as_slip() for one in slips if one.position == chunk.position]
    reading = Reading(only_of(chunk, turns), session.language, made)
    return Heard(chunk, reading, _words(chunk, turns, reading))


def _words(chunk: TranscriptChunk, turns: Sequence[Turn], reading: Reading[Slip]) -> list[str]:
    """The lemmas worth counting. A reading counts so many of one text, and each turn is a text."""
    said = (Reading(only_of(chunk, [turn]), reading.language, reading.slips) for turn in turns)
    return list(dict.fromkeys(lemma for one in said for lemma in one.words))


def credit(session: TutoringSession, heard: Sequence[Heard], *, now: datetime) -> int:
    """Write evidence, slips and right uses of the student's; how many pieces of evidence.

    Each concept counts once a session: wrong when it went wrong at all. Done anew, what was
    written before goes first. Runs in the caller's transaction.
    """
    withdraw(session)
    at = min(session.held_at, now)
    against: dict[Concept, TranscriptChunk] = {}
    used: dict[Concept, TranscriptChunk] = {}
    for one in heard:
        found = identify(one.reading)
        _record_errors(session, one, found, at)
        for slip in found:
            if slip.concept is not None:
                against.setdefault(slip.concept, one.chunk)
        words = lemma_concepts(language=session.language, lemmas=one.words)
        for concept in words.values():
            used.setdefault(concept, one.chunk)
    right = [one for one in used if one not in against][:MOST_WORDS]
    shown = [_shown(one, chunk, correct=False) for one, chunk in against.items()]
    shown += [_shown(one, used[one], correct=True) for one in right]
    return len(record_evidence(learner=session.student, shown=shown, now=at))


def _record_errors(
    session: TutoringSession, heard: Heard, found: Sequence[readings.Slip[Slip]], at: datetime
) -> None:
    made = [
        SlipMade(
            key=slip.key,
            kind=slip.correction.kind,
            original=slip.correction.original,
            corrected=slip.correction.corrected,
            reason=slip.correction.reason,
            source_type=CHUNK,
            source_id=heard.chunk.pk,
            concept=slip.concept,
            pattern=slip.pattern,
        )
        for slip in found
    ]
    student, language = session.student, session.language
    record_slips(learner=student, language=language, slips=made, now=at)
    errors = errors_on_record(student, language, but={slip.key for slip in found})
    uses = [
        RightUse(use.error, " ".join(use.quote.split()), CHUNK, heard.chunk.pk)
        for use in uses_in(heard.reading, errors)
    ]
    record_right_uses(learner=student, uses=uses, now=at)


def _shown(concept: Concept, chunk: TranscriptChunk, *, correct: bool) -> Shown:
    return Shown(
        concept=concept,
        surface=Surface.TUTORING,
        skill=Skill.GRAMMAR if concept.kind == Concept.Kind.GRAMMAR else Skill.SPEAKING,
        correct=correct,
        weight=USED_RIGHTLY if correct else 1.0,
        spontaneous=True,
        source_type=CHUNK,
        source_id=chunk.pk,
    )
