"""Findings by a model. What it says of a session counts only with words that stand in it."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from ai import factory, prompts, worker
from ai.structured import complete_structured
from ai.types import ChatMessage, ChatRequest
from config.languages import NATIVE, TAUGHT
from conversations.transcripts.analysis.points import Findings, FoundConcept, Point, point_of
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.turns import Turn, turns_of
from learning.concepts.selectors import grammar_points, known_lemmas
from learning.models import Concept

PROMPT: Final = "transcript_insights"
MOST_LETTERS: Final = 60_000
"""Of a transcript that a model is shown: about an hour and a half of talk."""
MOST_POINTS: Final = 5
_STRETCH: Final = 3000
_FOREIGN: Final = re.compile(r"https?:|www\.|@|[<>{}\[\]]")
"""What no topic or advice holds, whoever made the model write it."""
Quote = Annotated[str, msgspec.Meta(min_length=3, max_length=400)]


class Told(msgspec.Struct, kw_only=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=240)]
    quote: Quote


class Taught(msgspec.Struct, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    difficulty: Annotated[int, msgspec.Meta(ge=1, le=10)]
    quote: Quote


class Insights(msgspec.Struct, kw_only=True):
    topics: list[Annotated[str, msgspec.Meta(min_length=1, max_length=60)]]
    concepts: list[Taught]
    strengths: list[Told]
    areas: list[Told]
    actions: list[Told]


def available() -> bool:
    """Whether a provider of the chain can write JSON: the built-in tutor does not."""
    return any(model.name not in factory.LOCAL_PROVIDERS for model in factory.chat_models())


def improve(findings: Findings, session: TutoringSession, *, level: str) -> Findings:
    """The rules' findings with a model's in place of theirs, where it has any that are proved.

    Slips, and what is counted from them, stay those of the rules. Raises ProviderError or
    AllProvidersFailed when nobody answers.
    """
    turns = shown(list(turns_of(session)))
    request = request_for(session, turns, level=level)
    told = worker.run(
        complete_structured(
            request, schema=Insights, user_id=session.student_id, reference=session.pk
        )
    )
    return Findings(
        topics=[one for one in told.topics if not _FOREIGN.search(one)][:6] or findings.topics,
        strengths=_proved(told.strengths, turns) or findings.strengths,
        areas=_proved(told.areas, turns) or findings.areas,
        actions=_proved(told.actions, turns) or findings.actions,
        slips=findings.slips,
        concepts=_with_taught(findings.concepts, told.concepts, turns, session),
        by=request.prompt,
    )


def request_for(session: TutoringSession, turns: Sequence[Turn], *, level: str) -> ChatRequest:
    prompt = prompts.load(PROMPT)
    native = session.student.native_language
    points = grammar_points(session.language).values()
    instructions = prompt.render(
        language=TAUGHT[session.language].name,
        native_language=NATIVE[native].name,
        level=level,
        points="\n".join(f"- {one.name}" for one in points),
    )
    lines = "\n".join(f"{_role(one.speaker, session)}: {one.text}" for one in turns)
    people = [session.student.name, *session.speakers]
    if session.tutor is not None:
        people.append(session.tutor.name)
    return ChatRequest(
        purpose=PROMPT,
        instructions=instructions,
        messages=(ChatMessage("user", prompts.learner_block(lines)),),
        language=session.language,
        level=level,
        native_language=native,
        prompt=prompt.label,
        temperature=0.2,
        max_tokens=3000,
        names=tuple(people),
    )


def shown(turns: Sequence[Turn]) -> list[Turn]:
    """All of a lesson, or stretches spread evenly over one that is too long to be shown."""
    total = sum(len(one.text) for one in turns)
    if total <= MOST_LETTERS:
        return list(turns)
    wanted, stretches = MOST_LETTERS / total, total // _STRETCH
    kept, letters = [], 0
    for one in turns:
        place = letters // _STRETCH
        if int((place + 1) * wanted) > int(place * wanted) or place in (0, stretches):
            kept.append(one)
        letters += len(one.text)
    return kept


def _role(speaker: str, session: TutoringSession) -> str:
    if not session.student_speaker:
        return "Speaker"
    return "Student" if speaker == session.student_speaker else "Tutor"


def _proved(told: Sequence[Told], turns: Sequence[Turn]) -> list[Point]:
    kept = []
    for one in told:
        turn, quote = place_of(one.quote, turns)
        if turn is not None and not _FOREIGN.search(one.text):
            kept.append(point_of(one.text, turn, quote))
    return kept[:MOST_POINTS]


def place_of(quote: str, turns: Sequence[Turn]) -> tuple[Turn | None, str]:
    """The turn in which the words stand, letter by letter; None when they stand in none."""
    words = " ".join(quote.split()).strip("“”«»\"' ")
    if len(words) < 3:
        return None, ""
    return next((turn for turn in turns if words in turn.text), None), words


def _with_taught(
    known: Sequence[FoundConcept],
    told: Sequence[Taught],
    turns: Sequence[Turn],
    session: TutoringSession,
) -> list[FoundConcept]:
    """What went wrong by the rules, then what a model names that we know, then the words."""
    by_name = _by_name(told, session)
    found = {one.concept: one for one in known if one.wrong}
    for one in told:
        concept = by_name.get(one.name.casefold())
        turn, quote = place_of(one.quote, turns)
        if concept is not None and turn is not None and concept.pk not in found:
            name = concept.name_in(session.student.native_language)
            found[concept.pk] = FoundConcept(concept.pk, name, one.difficulty, quote=quote)
    for other in known:
        found.setdefault(other.concept, other)
    return list(found.values())


def _by_name(told: Sequence[Taught], session: TutoringSession) -> dict[str, Concept]:
    names = {one.name.casefold() for one in told}
    subjects = Concept.objects.filter(kind=Concept.Kind.SUBJECT)
    rows = [*known_lemmas(session.language, names).values(), *subjects]
    rows += grammar_points(session.language).values()
    return {row.name.casefold(): row for row in rows if row.name.casefold() in names}
