"""What a review is worth under FSRS-6 and under SM-2: simulated learners whose memory is known.

    python -m benchmarks.scheduling [--learners 60] [--cards 300] [--days 365] [--seed 1]

The product's own schedulers set the dates; they see ratings, never the memory. None of the memories
is FSRS's own:

half-life    A card is forgotten exponentially; each recall lengthens its half-life, the more the
             likelier it was to be forgotten. Formulas and figures as fitted to 220 million reviews
             of vocabulary (Ye, Su and Cao, A stochastic shortest path algorithm for optimizing
             spaced repetition scheduling, KDD 2022); learners differ in it by a normal error of 0.3
             in the logarithm, cards in their difficulty.
perturbed    FSRS-6's formulas with each learner's own parameters, off by a normal error in the
             logarithm: 0.5 for the first stabilities, 0.1 for the rest. Kind to FSRS.
activation   Each practice leaves a trace, and traces fade as powers of time, the faster the better
             the card was known when it was practised (Pavlik and Anderson, Practice and forgetting
             effects on vocabulary memory, Cognitive Science 29, 2005). Learners and cards differ
             around the values published with it; time between sessions counts a fortieth.

Everybody rates alike: a new card, and what is not recalled, is *again*; what is, by how sure it
felt (the chance it had, with an error of 0.08): under 0.75 *hard*, over 0.97 *easy*. In SM-2's five
ratings that is 1, 3, 4 and 5, as the product converts them. FSRS is run at the retention a deck
starts with, and at the one that asks for as many reviews as SM-2 did: with its own parameters, and
with parameters fitted to the learner after 90 days. SM-2 of 1987, with an ease that moves, is shown
beside the product's fixed rule.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Protocol

import numpy as np
from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.fit import Log, fit
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.ratings import FSRS, SM2, converted
from practice.decks.scheduling.replay import Desk, Past
from practice.decks.scheduling.state import CardState

START = datetime(2026, 1, 1, 18, 0, tzinfo=UTC)
DAYS = Calendar("UTC", 4)
A_DAY, SECONDS, EVERY = 5, 10, 5
"""New cards a day, seconds a card, days between two looks at what is known."""
FIT_DAY = 90
RETENTIONS = (0.70, 0.98)
BETWEEN_SESSIONS = 0.025
START_RETENTION = Options().retention


class Memory(Protocol):
    def chances(self, cards: int, at: float) -> np.ndarray: ...
    def practise(self, card: int, at: float, rating: int) -> None: ...


class HalfLife:
    def __init__(self, cards: int, rng: np.random.Generator) -> None:
        self._difficulty = rng.integers(1, 11, cards).astype(float)
        self._talent = float(np.exp(rng.normal(0, 0.3)))
        self._half, self._last = np.full(cards, 1e-3), np.zeros(cards)
        self._seen = np.zeros(cards, dtype=bool)

    def chances(self, cards: int, at: float) -> np.ndarray:
        ages = np.maximum(at - self._last[:cards], 0)
        return np.asarray(2 ** (-ages / self._half[:cards]))

    def practise(self, card: int, at: float, rating: int) -> None:
        hard, half = self._difficulty[card], self._half[card]
        forgotten = np.clip(1 - self.chances(card + 1, at)[card], 1e-6, 1 - 1e-6)
        if not self._seen[card]:
            half = -self._talent / np.log2(max(0.925 - 0.05 * hard, 0.025))
        elif rating > 1:
            growth = np.exp(3.81) * hard**-0.534 * half**-0.127 * forgotten**0.97
            half *= 1 + self._talent * growth
        else:
            half = np.exp(-0.041) * hard**-0.041 * half**0.377 * forgotten**-0.227
            self._difficulty[card] = min(hard + 2, 18)
        self._half[card], self._last[card], self._seen[card] = half, at, True


class Activation:
    """Times are in seconds of the learner's own clock, which all but stands still between
    sessions."""

    def __init__(self, cards: int, rng: np.random.Generator) -> None:
        self._intercepts = np.clip(rng.normal(0.177, 0.02, cards) + rng.normal(0, 0.02), 0.05, 0.4)
        self._scale = rng.normal(0.279, 0.03)
        self._threshold, self._noise = rng.normal(-0.9, 0.1), 0.15
        self._times = np.full((cards, 16), np.inf)
        self._decays = np.zeros((cards, 16))
        self._counts = np.zeros(cards, dtype=int)

    def chances(self, cards: int, at: float) -> np.ndarray:
        strength = self._strength(slice(0, cards), at)
        with np.errstate(divide="ignore"):
            return 1 / (1 + np.exp((self._threshold - np.log(strength)) / self._noise))

    def practise(self, card: int, at: float, rating: int) -> None:
        count = self._counts[card]
        if count == self._times.shape[1]:
            self._times = np.hstack([self._times, np.full_like(self._times, np.inf)])
            self._decays = np.hstack([self._decays, np.zeros_like(self._decays)])
        strength = self._strength(slice(card, card + 1), at)[0]
        self._decays[card, count] = self._scale * strength + self._intercepts[card]
        self._times[card, count] = _own_time(at)
        self._counts[card] += 1

    def _strength(self, rows: slice, at: float) -> np.ndarray:
        ages = np.maximum(_own_time(at) - self._times[rows], 1.0)
        left = np.where(np.isinf(self._times[rows]), 0.0, ages ** -self._decays[rows])
        return left.sum(axis=1)


def _own_time(at: float) -> float:
    day = np.floor(at)
    return float(86_400 * (BETWEEN_SESSIONS * day + (at - day)))


class Perturbed:
    def __init__(self, cards: int, rng: np.random.Generator) -> None:
        spread = np.array([0.5] * 4 + [0.1] * (len(DEFAULT_PARAMETERS) - 4))
        error = np.exp(rng.normal(0, 1, len(spread)) * spread)
        truth = np.clip(
            np.array(DEFAULT_PARAMETERS) * error, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
        )
        self._truth = Scheduler(
            parameters=truth.tolist(), learning_steps=(), relearning_steps=(), enable_fuzzing=False
        )
        self._decay = -truth[20]
        self._cards = [Card(card_id=number) for number in range(cards)]
        self._stability, self._last = np.ones(cards), np.zeros(cards)

    def chances(self, cards: int, at: float) -> np.ndarray:
        ages = np.maximum(at - self._last[:cards], 0)
        factor = 0.9 ** (1 / self._decay) - 1
        return np.asarray((1 + factor * ages / self._stability[:cards]) ** self._decay)

    def practise(self, card: int, at: float, rating: int) -> None:
        moment = START + timedelta(days=at)
        moved, _ = self._truth.review_card(self._cards[card], Rating(rating), moment)
        self._cards[card], self._stability[card] = moved, moved.stability
        self._last[card] = at


@dataclass
class Classic:
    """SM-2 as Wozniak published it in 1987: 1 day, 6 days, then times an ease that moves."""

    ease: dict[int, float] = field(default_factory=dict)
    streak: dict[int, int] = field(default_factory=dict)

    def review(self, card: int, state: CardState, rating: int, at: datetime) -> CardState:
        quality = {1: 1, 2: 3, 3: 4, 4: 5}[rating]
        ease, streak = self.ease.get(card, 2.5), self.streak.get(card, 0) + 1
        if quality < 3:
            streak, days = 0, 1.0
        else:
            days = {1: 1.0, 2: 6.0}.get(streak, state.interval_days * ease)
        self.ease[card] = max(ease + 0.1 - (5 - quality) * (0.08 + (5 - quality) * 0.02), 1.3)
        self.streak[card] = streak
        due = DAYS.start_after(at, round(days))
        return replace(state, state="review", due_at=due, interval_days=days, last_review=at)

    def night(self, day: int, states: list[CardState]) -> None:
        pass


class Product:
    """Ours, with the steps a new deck has."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._past: dict[int, list[Past]] = defaultdict(list)

    def review(self, card: int, state: CardState, rating: int, at: datetime) -> CardState:
        scheduler = self._options.scheduler
        rating = converted(rating, given_in=FSRS, wanted_in=scheduler)
        after = Desk(self._options, DAYS, str(card)).review(state, rating, at)
        self._past[card].append(Past(rating, at, scheduler, 1.0, after))
        return after

    def night(self, day: int, states: list[CardState]) -> None:
        """What happens between two days."""


class Fitted(Product):
    """With parameters fitted to the learner's reviews of the first days, if those foretell better,
    and every card dated anew by them: as the product's nightly task does."""

    def night(self, day: int, states: list[CardState]) -> None:
        if day != FIT_DAY:
            return
        found = fit([_log(past) for past in self._past.values()])
        if not found.better:
            return
        self._options = replace(self._options, parameters=found.parameters)
        for card, past in self._past.items():
            states[card] = Desk(self._options, DAYS, str(card)).replay(CardState(), past)[-1]


def _log(past: list[Past]) -> Log:
    days = [DAYS.day(one.at).toordinal() for one in past]
    return Log([one.rating for one in past], [0, *np.diff(days).tolist()])


@dataclass(frozen=True)
class Result:
    """Of one learner: reviews a card, the mean recall over cards and days, and at the end."""

    reviews: float
    kept: float
    at_end: float
    recalled: float
    """Share of reviews, but the first, that were recalled."""


def study(
    memory: Memory, scheduler: Product | Classic, options, rng: np.random.Generator
) -> Result:
    cards = options.cards
    states: list[CardState] = [CardState()] * cards
    begun, answers, looks = 0, [], []
    for day in range(options.days):
        scheduler.night(day, states)
        if begun and day % EVERY == 0:
            looks.append(memory.chances(begun, float(day)).mean())
        fresh = range(begun, min(begun + A_DAY, cards))
        begun += len(fresh)
        answers += _session(memory, scheduler, states, [*range(begun)], day, rng)
    at_end = float(memory.chances(cards, float(options.days)).mean())
    again = [right for first, right in answers if not first]
    return Result(len(answers) / cards, float(np.mean(looks)), at_end, float(np.mean(again)))


def _session(memory, scheduler, states, cards, day, rng):
    """What is due, then what comes back within the day; (first, recalled) of each answer."""
    opened = START + timedelta(days=day)
    closes = DAYS.start_after(opened, 1)
    due = [(states[card].due_at or opened, card) for card in cards]
    waiting = [one for one in due if one[0] < closes]
    heapify(waiting)
    clock, answers = opened, []
    while waiting:
        when, card = heappop(waiting)
        clock = max(clock + timedelta(seconds=SECONDS), when)
        at = (clock - START) / timedelta(days=1)
        first = states[card].last_review is None
        rating = 1 if first else _rate(memory.chances(card + 1, at)[card], rng)
        memory.practise(card, at, rating)
        states[card] = scheduler.review(card, states[card], rating, clock)
        answers.append((first, rating > 1))
        if states[card].due_at < closes:
            heappush(waiting, (states[card].due_at, card))
    return answers


def _rate(chance: float, rng: np.random.Generator) -> int:
    if rng.random() > chance:
        return 1
    felt = chance + rng.normal(0, 0.08)
    return 2 if felt < 0.75 else 4 if felt > 0.97 else 3


def everybody(kind, make: Callable[[], Product | Classic], options) -> list[Result]:
    """The same learners for every scheduler: memory and dice of each come from their number."""
    results = []
    for learner in range(options.learners):
        memory = kind(options.cards, np.random.default_rng([options.seed, learner]))
        dice = np.random.default_rng([options.seed, learner, 1])
        results.append(study(memory, make(), options, dice))
    return results


def as_much_work(
    kind, scheduler: type[Product], wanted: float, options
) -> tuple[float, list[Result]]:
    """FSRS at the retention, of RETENTIONS, that asks for as many reviews; halving the range."""
    low, high = RETENTIONS
    for _ in range(6):
        retention = (low + high) / 2
        results = everybody(kind, lambda at=retention: scheduler(Options(retention=at)), options)
        if mean(results, "reviews") < wanted:
            low = retention
        else:
            high = retention
    return retention, results


def mean(results: list[Result], name: str) -> float:
    return float(np.mean([getattr(one, name) for one in results]))


def show(name: str, results: list[Result]) -> None:
    reviews, kept = mean(results, "reviews"), mean(results, "kept")
    print(
        f"  {name:30}{reviews:8.1f}{kept:9.1%}{mean(results, 'at_end'):9.1%}"
        f"{mean(results, 'recalled'):11.1%}{100 * kept / reviews:15.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=60)
    parser.add_argument("--cards", type=int, default=300)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for kind in (HalfLife, Perturbed, Activation):
        print(f"memory: {kind.__name__.lower()}")
        print(f"  {'':30} reviews     kept   at end   recalled   kept/100 reviews")
        sm2 = everybody(kind, lambda: Product(Options(scheduler=SM2)), options)
        show("SM-2, as in the product", sm2)
        show("SM-2 of 1987", everybody(kind, Classic, options))
        show(f"FSRS-6 at {START_RETENTION}", everybody(kind, lambda: Product(Options()), options))
        for name, scheduler in (("FSRS-6", Product), ("FSRS-6, fitted", Fitted)):
            retention, equal = as_much_work(kind, scheduler, mean(sm2, "reviews"), options)
            show(f"{name}, equal work ({retention:.2f})", equal)
            gains = [a.kept - b.kept for a, b in zip(equal, sm2, strict=True)]
            error = np.std(gains, ddof=1) / np.sqrt(len(gains))
            print(f"    less SM-2, of recall: {np.mean(gains):+.1%} +- {error:.1%}", flush=True)
        print()


if __name__ == "__main__":
    main()
