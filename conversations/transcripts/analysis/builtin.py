"""Findings by rules and data alone: no model, no network.

It finds what can be shown: slips by the correction rules, what the tutor put right, praised or
set as homework in plain words, topics by the words of the starter lists.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ai.language import analysis as language_analysis
from ai.language.slips import Slip
from ai.language.tokens import sentences, tokenise
from conversations.readings import Reading, errors_on_record, identify, uses_in
from conversations.transcripts.analysis import topics
from conversations.transcripts.analysis.points import (
    Findings,
    FoundConcept,
    FoundSlip,
    Point,
    point_of,
    point_saying,
    shortened,
)
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.phrases import Signals, say, signals
from conversations.transcripts.turns import Turn, turns_of
from learning.concepts.lemmas import frequency_of, lemma_of
from learning.models import Concept

MOST_CHECKED: Final = 800
"""Turns of the student that are checked for slips: some three hours of talk."""
MOST_POINTS: Final = 6
SPOKEN_KINDS: Final = ("grammar", "vocabulary")
"""Spelling, accents and commas are the transcriber's, not the speaker's."""
_STOPS: Final = re.compile(r"[.!?…]+[\"»”’)]*\s+")
LONG_TURN: Final = 40
LITTLE: Final = 25
"""Percent of the words under which a student might talk more."""
RARE: Final = 4.5
"""On the Zipf scale: rarer words are beyond everyday talk."""


@dataclass(slots=True)
class _Heard:
    """What stays of a transcript that is read once: counts, and the turns that show something."""

    words: Counter[str] = field(default_factory=Counter)
    own_words: Counter[str] = field(default_factory=Counter)
    first_use: dict[str, Turn] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)
    checked: list[Turn] = field(default_factory=list)
    praised: list[Turn] = field(default_factory=list)
    recasts: list[tuple[Turn, str, Turn | None]] = field(default_factory=list)
    homework: list[tuple[Turn, str]] = field(default_factory=list)
    longest: Turn | None = None
    said: int = 0
    said_by_student: int = 0


def find(session: TutoringSession, *, level: str) -> Findings:
    """What the rules find in a session's transcript, told in the student's native language."""
    native = session.student.native_language
    heard = _listen(session, signals(tuple(dict.fromkeys((session.language, native, "en")))))
    slips = _slips(session, heard.checked, level)
    findings = Findings(slips=slips)
    findings.topics = topics.topics_of(heard.words, heard.names, session.language, native)
    findings.concepts = _concepts(session, heard, slips)
    findings.areas = _areas(session, heard, slips)
    findings.strengths = _strengths(session, heard, slips)
    findings.actions = _unique([point_of(one, turn, one) for turn, one in heard.homework])
    return findings


def _listen(session: TutoringSession, known: Signals) -> _Heard:
    heard, before = _Heard(), None
    for turn in turns_of(session):
        words = tokenise(turn.text)
        heard.said += len(words)
        heard.words.update(token.lower for token in words)
        heard.names.update(
            token.lower for token in words if token.capitalised and not token.opens_sentence
        )
        if session.student_speaker and turn.speaker == session.student_speaker:
            _hear_student(heard, turn, session)
        else:
            _hear_tutor(heard, turn, before, session, known)
        before = turn
    return heard


def _hear_student(heard: _Heard, turn: Turn, session: TutoringSession) -> None:
    words = tokenise(turn.text)
    heard.said_by_student += len(words)
    native = session.student.native_language
    if len(heard.checked) >= MOST_CHECKED or not words:
        return
    if not language_analysis.is_in(turn.text, session.language, native):
        return
    heard.checked.append(turn)
    for token in words:
        heard.own_words[token.lower] += 1
        heard.first_use.setdefault(token.lower, turn)
    if len(words) >= LONG_TURN and (not heard.longest or len(turn.text) > len(heard.longest.text)):
        heard.longest = turn


def _hear_tutor(
    heard: _Heard, turn: Turn, before: Turn | None, session: TutoringSession, known: Signals
) -> None:
    spoke = before is not None and session.student_speaker == before.speaker != ""
    for start, sentence in _said_whole(turn.text):
        if known.recast.search(sentence) and len(heard.recasts) < MOST_POINTS * 4:
            heard.recasts.append((turn, shortened(sentence), before))
        elif known.homework.search(sentence) and len(heard.homework) < MOST_POINTS * 4:
            if not sentence.endswith("?"):
                heard.homework.append((turn, shortened(sentence)))
        elif spoke and start == 0 and before and known.praise.match(sentence.lstrip("¡¿ ")):
            heard.praised.append(before)


def _said_whole(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with where they begin. A colon ends none: what is put right stands after it."""
    at = 0
    for match in (*_STOPS.finditer(text), None):
        end = match.end() if match else len(text)
        if sentence := text[at:end].strip():
            yield at, sentence
        at = end


def _slips(session: TutoringSession, turns: Iterable[Turn], level: str) -> list[FoundSlip]:
    native, found = session.student.native_language, []
    for turn in turns:
        slips = language_analysis.check(
            turn.text, language=session.language, native_language=native, level=level
        )
        for slip in slips:
            if slip.kind not in SPOKEN_KINDS:
                continue
            found.append(
                FoundSlip(
                    position=turn.position,
                    start=turn.at + slip.start,
                    end=turn.at + slip.end,
                    original=slip.original,
                    corrected=slip.corrected,
                    kind=slip.kind,
                    reason=slip.reason,
                    rule=slip.rule,
                    quote=_sentence(turn.text, slip.start),
                    time=turn.start,
                )
            )
    return found


def _sentence(text: str, place: int) -> str:
    span = next(((a, b) for a, b in sentences(text) if a <= place < b), (0, len(text)))
    return shortened(text[span[0] : span[1]])


def _concepts(
    session: TutoringSession, heard: _Heard, slips: Sequence[FoundSlip]
) -> list[FoundConcept]:
    """Grammar points that went wrong, then the words worth knowing, then points of subjects."""
    wrong = _wrong(session, slips)
    native = session.student.native_language
    found = [
        FoundConcept(
            concept.pk, concept.name_in(native), topics.difficulty(concept), 0, len(those), quote
        )
        for concept, those in wrong.items()
        for quote in [those[0].quote]
    ]
    lemmas = topics.key_words(heard.words, heard.names, session.language)
    taken = {one.concept for one in found}
    for concept in topics.stored_words(session.language, lemmas):
        if concept.pk not in taken:
            uses, quote = _uses(heard, concept.slug, session.language)
            kind = topics.difficulty(concept)
            found.append(FoundConcept(concept.pk, concept.name, kind, uses, 0, quote))
    return [*found, *topics.subject_points(heard.words, session)]


def _wrong(session: TutoringSession, slips: Sequence[FoundSlip]) -> dict[Concept, list[FoundSlip]]:
    reading = Reading("", session.language, [one.as_slip() for one in slips])
    by_concept: dict[Concept, list[FoundSlip]] = {}
    for slip, known in zip(slips, identify(reading), strict=True):
        if known.concept is not None:
            by_concept.setdefault(known.concept, []).append(slip)
    return by_concept


def _uses(heard: _Heard, lemma: str, language: str) -> tuple[int, str]:
    forms = [word for word in heard.own_words if lemma_of(word, language) == lemma]
    if not forms:
        return 0, ""
    turn = heard.first_use[forms[0]]
    place = turn.text.lower().find(forms[0])
    return sum(heard.own_words[word] for word in forms), _sentence(turn.text, max(place, 0))


def _areas(session: TutoringSession, heard: _Heard, slips: Sequence[FoundSlip]) -> list[Point]:
    native = session.student.native_language
    points = []
    for concept, those in _wrong(session, slips).items():
        slip = those[0]
        words = {"original": slip.original, "corrected": slip.corrected}
        text = say("slip", native=native, point=concept.name_in(native), **words)
        points.append((len(those), _of_slip(text, slip, session)))
    points.sort(key=lambda one: -one[0])
    named = {slip.quote for _, one in points for slip in slips if slip.quote == one.quote}
    alone = [
        _of_slip(
            say("slip_alone", native=native, original=one.original, corrected=one.corrected),
            one,
            session,
        )
        for one in slips
        if one.quote not in named
    ]
    recasts = [
        point_saying("recast", native=native, turn=turn, quote=quote)
        for turn, quote, before in heard.recasts
        if before is None or not _has(before, slips)
    ]
    areas = [*(one for _, one in points), *recasts, *alone]
    return [*_unique(areas), *_little(session, heard)]


def _has(turn: Turn, slips: Iterable[FoundSlip]) -> bool:
    """Whether the rules found a slip in it: then what they say of it is enough."""
    places = range(turn.at, turn.at + len(turn.text))
    return any(one.position == turn.position and one.start in places for one in slips)


def _of_slip(text: str, slip: FoundSlip, session: TutoringSession) -> Point:
    return Point(text, slip.quote, session.student_speaker, slip.time, slip.position)


def _little(session: TutoringSession, heard: _Heard) -> list[Point]:
    """Said only when it is known who the student is, and there was time to talk."""
    if not session.student_speaker or heard.said < 300:
        return []
    share = round(100 * heard.said_by_student / heard.said)
    native = session.student.native_language
    return [point_saying("little", native=native, share=share)] if share < LITTLE else []


def _strengths(session: TutoringSession, heard: _Heard, slips: Sequence[FoundSlip]) -> list[Point]:
    native = session.student.native_language
    wrong = {slip.quote for slip in slips}
    points = _overcome(session, heard, slips)
    for turn in heard.praised:
        quote = shortened(turn.text)
        if len(tokenise(quote)) >= 3 and not any(one in turn.text for one in wrong):
            points.append(point_saying("praise", native=native, turn=turn, quote=quote))
    if heard.longest is not None:
        count = len(tokenise(heard.longest.text))
        points.append(point_saying("long", native=native, turn=heard.longest, count=count))
    return [*_unique(points)[: MOST_POINTS - 1], *_range(session, heard)]


def _overcome(session: TutoringSession, heard: _Heard, slips: Sequence[FoundSlip]) -> list[Point]:
    """Errors on record whose words were right this time, wherever they were said."""
    known = identify(Reading("", session.language, [one.as_slip() for one in slips]))
    made = {one.key for one in known}
    errors = errors_on_record(session.student, session.language, but=made)
    points, seen = [], set()
    for turn in heard.checked if errors else ():
        reading: Reading[Slip] = Reading(turn.text, session.language, [])
        for use in uses_in(reading, errors):
            if use.error.pk not in seen:
                seen.add(use.error.pk)
                quote = _sentence(turn.text, max(turn.text.find(use.quote.strip("…")), 0))
                native = session.student.native_language
                points.append(point_saying("overcome", native=native, turn=turn, quote=quote))
    return points


def _range(session: TutoringSession, heard: _Heard) -> list[Point]:
    lemmas = {lemma_of(word, session.language) for word in heard.own_words}
    rare = [one for one in lemmas if 0 < frequency_of(one, session.language) < RARE]
    if len(lemmas) < 50 or len(rare) < 5:
        return []
    native = session.student.native_language
    return [point_saying("words", native=native, count=len(lemmas), rare=len(rare))]


def _unique(points: Iterable[Point]) -> list[Point]:
    kept: dict[str, Point] = {}
    for one in points:
        kept.setdefault(one.quote.casefold() or one.text, one)
    return list(kept.values())[:MOST_POINTS]
