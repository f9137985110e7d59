"""What was not right in a learner's message: from a model when one is there, else from rules."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from ai.errors import AllProvidersFailed, ProviderError
from ai.language import pool
from ai.language.slips import Slip
from ai.spans import free_span
from ai.structured import complete_structured
from config.ids import new_id
from conversations.requests import corrections_request
from conversations.services.context import TurnContext

logger = logging.getLogger(__name__)

SECONDS = 8.0
"""How long a reply that is over waits for its corrections; long only while a language is loaded.
What is not there by then a worker finds (`services.late`)."""
MAX_CORRECTIONS = 12
MAX_REASON = 280

Kind = Literal["spelling", "accent", "grammar", "vocabulary", "punctuation", "register"]
Piece = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Proposed(msgspec.Struct, kw_only=True):
    original: Piece
    corrected: Annotated[str, msgspec.Meta(max_length=400)]
    kind: Kind
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Proposals(msgspec.Struct, kw_only=True):
    corrections: list[Proposed]


@dataclass(frozen=True, slots=True)
class FoundCorrection:
    """Offsets count Unicode code points of the learner's message."""

    id: str
    start: int
    end: int
    original: str
    corrected: str
    kind: str
    reason: str
    rule: str


async def find_corrections(turn: TurnContext, *, by_model: bool) -> list[FoundCorrection] | None:
    """None when the text could not be looked through. Never raises: a turn goes on without."""
    try:
        if by_model and (found := await _by_model(turn)) is not None:
            return found
        return await _by_rules(turn)
    except Exception:
        logger.exception("corrections_failed")
        return None


async def _by_model(turn: TurnContext) -> list[FoundCorrection] | None:
    request = corrections_request(turn)
    try:
        answer = await complete_structured(
            request, schema=Proposals, user_id=turn.learner_id, reference=UUID(turn.turn_id)
        )
    except (AllProvidersFailed, ProviderError):
        return None
    return placed(turn.text, answer.corrections, rule=request.prompt)


async def _by_rules(turn: TurnContext) -> list[FoundCorrection] | None:
    slips = await pool.run_check(
        turn.text,
        deadline=SECONDS,
        language=turn.language,
        native_language=turn.native_language,
        level=turn.level,
    )
    return None if slips is None else by_rule(slips)


def by_rule(slips: Sequence[Slip]) -> list[FoundCorrection]:
    return [
        FoundCorrection(
            id=str(new_id()),
            start=slip.start,
            end=slip.end,
            original=slip.original,
            corrected=slip.corrected,
            kind=slip.kind,
            reason=slip.reason,
            rule=slip.rule,
        )
        for slip in slips
    ]


def placed(text: str, proposals: list[Proposed], *, rule: str) -> list[FoundCorrection]:
    """Find each proposal in the text. One that quotes what is not there, changes nothing or
    overlaps another is dropped; a fragment that comes twice is taken in turn."""
    found: list[FoundCorrection] = []
    for proposal in proposals[:MAX_CORRECTIONS]:
        if proposal.original in ("", proposal.corrected):
            continue
        span = free_span(text, proposal.original, [(one.start, one.end) for one in found])
        if span is not None:
            found.append(_found(span, proposal, rule))
    return sorted(found, key=lambda correction: correction.start)


def _found(span: tuple[int, int], proposal: Proposed, rule: str) -> FoundCorrection:
    return FoundCorrection(
        id=str(new_id()),
        start=span[0],
        end=span[1],
        original=proposal.original,
        corrected=proposal.corrected,
        kind=proposal.kind,
        reason=proposal.reason[:MAX_REASON],
        rule=rule,
    )
