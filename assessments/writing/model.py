"""Judgement by a model: two runs that know nothing of each other, or no judgement at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from ai import factory, prompts, worker
from ai.errors import ProviderError
from ai.spans import free_span
from ai.structured import complete_structured
from ai.types import ChatMessage, ChatRequest
from assessments.models import WritingReview
from assessments.writing.judgement import CRITERIA, Judgement, Score, SpanCorrection, Task
from config.languages import NATIVE, TAUGHT

PURPOSE: Final = "assess_writing"
FARTHEST_APART: Final = 1
"""Points between two runs on one criterion above which neither is believed."""
MOST_CORRECTIONS: Final = 12
LONGEST_SAID: Final = 400
INDEPENDENT: Final = 0.4
"""Temperature: at none, the second run would only repeat the first."""

Piece = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Kind = Literal["spelling", "accent", "grammar", "vocabulary", "punctuation", "register"]


class Criterion(msgspec.Struct, kw_only=True):
    criterion: Literal["task", "range", "accuracy", "coherence"]
    score: Annotated[int, msgspec.Meta(ge=0, le=5)]
    quote: str
    comment: str


class Mistake(msgspec.Struct, kw_only=True):
    original: Piece
    corrected: Annotated[str, msgspec.Meta(max_length=400)]
    kind: Kind
    reason: Piece


class Run(msgspec.Struct, kw_only=True):
    criteria: list[Criterion]
    level: Literal["A1", "A2", "B1", "B2", "C1", "C2"]
    corrections: list[Mistake]

    @property
    def scores(self) -> dict[str, int]:
        return {one.criterion: one.score for one in self.criteria}


def available() -> bool:
    """Whether a provider of the chain can judge: the built-in tutor does not speak JSON."""
    return any(model.name not in factory.LOCAL_PROVIDERS for model in factory.chat_models())


def judge(
    text: str, task: Task, *, names: Sequence[str], user_id: UUID, reference: UUID
) -> Judgement:
    """Two runs compared. Raises ProviderError or AllProvidersFailed when one of them fails."""
    request = writing_request(text, task, names=names)

    async def both() -> list[Run]:
        ask = [
            complete_structured(request, schema=Run, user_id=user_id, reference=reference)
            for _ in range(2)
        ]
        return await asyncio.gather(*ask)

    first, second = map(_whole, worker.run(both()))
    return compare(text, first, second, scorer=request.prompt)


def compare(text: str, first: Run, second: Run, *, scorer: str) -> Judgement:
    """What two runs agree on: the mean of their scores, and the mistakes that both of them see."""
    runs = [{"scores": run.scores, "level": run.level} for run in (first, second)]
    if not agree(first, second):
        return Judgement(outcome=WritingReview.Outcome.ABSTAINED, scorer=scorer, runs=runs)
    seen = placed(text, second.corrections)
    return Judgement(
        outcome=WritingReview.Outcome.AGREED,
        scorer=scorer,
        scores=[_score(text, name, first, second) for name in CRITERIA],
        corrections=[one for one in placed(text, first.corrections) if _among(one, seen)],
        level=first.level,
        runs=runs,
    )


def agree(first: Run, second: Run) -> bool:
    apart = max(abs(first.scores[name] - second.scores[name]) for name in CRITERIA)
    return first.level == second.level and apart <= FARTHEST_APART


def writing_request(text: str, task: Task, *, names: Sequence[str]) -> ChatRequest:
    prompt = prompts.load(PURPOSE)
    instructions = prompt.render(
        language=TAUGHT[task.language].name,
        level=task.level,
        native_language=NATIVE[task.native_language].name,
        task=task.prompt,
        aims="; ".join(task.aims) or "does what the task asks",
        words=f"{task.words[0]} to {task.words[1]} words" if task.words else "free",
    )
    return ChatRequest(
        purpose=PURPOSE,
        instructions=instructions,
        messages=(ChatMessage("user", prompts.learner_block(text)),),
        language=task.language,
        level=task.level,
        native_language=task.native_language,
        prompt=prompt.label,
        temperature=INDEPENDENT,
        max_tokens=2000,
        names=tuple(names),
    )


def placed(text: str, mistakes: Sequence[Mistake]) -> list[SpanCorrection]:
    """The mistakes found in the text: one that quotes what is not there is dropped."""
    found: list[SpanCorrection] = []
    for mistake in mistakes[:MOST_CORRECTIONS]:
        taken = [(one.start, one.end) for one in found]
        span = free_span(text, mistake.original, taken)
        if span and mistake.original != mistake.corrected:
            found.append(_correction(span, mistake))
    return sorted(found, key=lambda one: one.start)


def _whole(run: Run) -> Run:
    if sorted(run.scores) != sorted(CRITERIA) or len(run.criteria) != len(CRITERIA):
        raise ProviderError("malformed", "not each criterion once", retryable=False)
    return run


def _score(text: str, name: str, first: Run, second: Run) -> Score:
    """A comment stands only beside words that are in the text: from the first run, if it can."""
    score = Score(name, fmean((first.scores[name], second.scores[name])))
    for run in (first, second):
        said = next(one for one in run.criteria if one.criterion == name)
        if said.quote.strip() and said.quote in text:
            return replace(score, quote=said.quote, comment=said.comment[:LONGEST_SAID])
    return score


def _among(correction: SpanCorrection, others: Sequence[SpanCorrection]) -> bool:
    return any(one.start < correction.end and correction.start < one.end for one in others)


def _correction(span: tuple[int, int], mistake: Mistake) -> SpanCorrection:
    fields: dict[str, Any] = msgspec.structs.asdict(mistake)
    return SpanCorrection(start=span[0], end=span[1], **fields)
