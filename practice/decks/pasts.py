"""What a card brings with it from elsewhere: its state, and the reviews that led there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from learning.models import Surface
from practice.decks.scheduling.ratings import FSRS
from practice.decks.scheduling.state import CardState


@dataclass(frozen=True, slots=True)
class PastReview:
    """`scheduler` says whose scale the rating is in. `undone_at`: it no longer counts."""

    rating: int
    at: datetime
    before: CardState
    after: CardState
    scheduler: str = FSRS
    elapsed_days: float | None = None
    duration_ms: int | None = None
    timezone: str = ""
    surface: str = Surface.REVIEW
    weight: float = 1.0
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardPast:
    state: CardState = CardState()
    position: int = 0
    suspended: bool = False
    buried_until: date | None = None
    reviews: Sequence[PastReview] = ()
