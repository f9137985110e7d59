from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final


class State(StrEnum):
    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


@dataclass(frozen=True, slots=True)
class CardState:
    """What a scheduler knows of a card. `stability` and `difficulty` are FSRS's, in days and from 1
    to 10; `ease_factor` is SM-2's. A card that is not new has a `due_at`. Times are in UTC."""

    state: str = State.NEW
    step: int | None = None
    due_at: datetime | None = None
    stability: float | None = None
    difficulty: float | None = None
    ease_factor: float | None = None
    interval_days: float = 0.0
    reviews: int = 0
    lapses: int = 0
    last_review: datetime | None = None


FIELDS: Final = tuple(CardState.__dataclass_fields__)
_DAY: Final = 86_400.0
TIMES: Final = ("due_at", "last_review")


def as_json(state: CardState) -> dict[str, Any]:
    kept = {name: getattr(state, name) for name in FIELDS}
    return kept | {name: kept[name].isoformat() for name in TIMES if kept[name]}


def from_json(kept: Mapping[str, Any]) -> CardState:
    """Takes what `as_json` gave; what is missing is as in a new card."""
    fields = {name: kept[name] for name in FIELDS if name in kept}
    for name in TIMES:
        if fields.get(name):
            fields[name] = datetime.fromisoformat(fields[name]).astimezone(UTC)
    return CardState(**fields)


def not_before(state: CardState, other: CardState) -> CardState:
    """The state, due no sooner than the other."""
    if state.due_at and other.due_at and state.due_at < other.due_at:
        return replace(state, due_at=other.due_at)
    return state


def elapsed_days(state: CardState, at: datetime) -> float | None:
    """Since the last review, never negative; None before the first."""
    if state.last_review is None:
        return None
    return max((at - state.last_review).total_seconds(), 0.0) / _DAY
