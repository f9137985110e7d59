"""One review, and a log of them: what makes a card's state makes it again from its log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from practice.decks.scheduling import fsrs6, sm2
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.ratings import FSRS, NAMES, SM2, converted
from practice.decks.scheduling.state import CardState, State


@dataclass(frozen=True, slots=True)
class Past:
    """One line of a card's log, as far as scheduling minds. `after` is what was made of it then."""

    rating: int
    at: datetime
    scheduler: str
    weight: float
    after: CardState


@dataclass(frozen=True, slots=True)
class Desk:
    """All that is the same for each review of one card. `key` names the card."""

    options: Options
    calendar: Calendar
    key: str

    def review(self, state: CardState, rating: int, at: datetime) -> CardState:
        if self.options.scheduler == SM2:
            return sm2.review(state, rating, at, self.calendar)
        return fsrs6.review(state, rating, at, self.options, self.calendar, self.key)

    def use(self, state: CardState, weight: float, at: datetime) -> CardState:
        """A right use elsewhere, of a card that is neither new nor in its steps."""
        if self.options.scheduler == SM2:
            return sm2.use(state, weight, at, self.calendar)
        return fsrs6.use(state, weight, at, self.options, self.calendar, self.key)

    def previews(self, state: CardState, at: datetime) -> dict[str, CardState]:
        """What each rating would make of the card, by its name."""
        names = NAMES[self.options.scheduler]
        return {name: self.review(state, number, at) for number, name in enumerate(names, start=1)}

    def replay(self, base: CardState, log: Sequence[Past]) -> list[CardState]:
        """The card after each line of its log, oldest first, under these settings."""
        states, state = [], base
        for past in log:
            state = self._again(state, past)
            states.append(state)
        return states

    def _again(self, state: CardState, past: Past) -> CardState:
        scheduler = self.options.scheduler
        if past.weight < 1:
            return self.use(state, past.weight, past.at) if state.state == State.REVIEW else state
        if scheduler == SM2 and past.scheduler == FSRS:
            return self._kept(state, past)
        rating = converted(past.rating, given_in=past.scheduler, wanted_in=scheduler)
        return self.review(state, rating, past.at)

    def _kept(self, state: CardState, past: Past) -> CardState:
        """SM-2 goes on from the interval that FSRS had given: its own rule would forget it."""
        return replace(
            past.after,
            state=State.REVIEW,
            step=None,
            stability=None,
            difficulty=None,
            ease_factor=sm2.EASE,
            reviews=state.reviews + 1,
        )
