"""How well placement places: simulated learners on the real item bank, through the real engine.

    python -m benchmarks.placement [--language es] [--learners 2000] [--seed 1]

Every learner has a true ability, spread evenly over the five levels. They know an item with the
chance its parameters give; when they do not, they say so (as often as their kind does) or choose
blindly. The same learners then meet the same items picked at random instead of adaptively, as the
reference, and items that are not what the bank says: difficulties off (normal error, 0.5), or
discriminations 0.7 of the stated ones.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from assessments.bank.files import read_bank
from assessments.bank.parameters import starting_parameters
from assessments.engine import (
    CENTRES,
    CUTS,
    LEVELS,
    Answers,
    Belief,
    Given,
    Pool,
    Prior,
    choose,
    stop_reason,
)
from assessments.engine.scale import WIDTH

ASKED = ("multiple_choice", "fill_blank")
"""What a placement asks: types with one key, judged at once."""
KINDS = {"says so, 90 %": 0.9, "guesses always": 0.0}


@dataclass(frozen=True)
class Truth:
    """How the items really are, beside what the bank states."""

    name: str
    error: float = 0.0
    """Standard deviation of each item's real difficulty about the stated one."""
    slope: float = 1.0
    """Real discrimination as a share of the stated one."""


TRUTHS = (
    Truth("as stated"),
    Truth("off by 0.5", error=0.5),
    Truth("flat by 0.7", slope=0.7),
)
GOALS = {"exact": 0.75, "within one": 0.995, "too high": 0.12, "items": 18.0}


@dataclass(frozen=True)
class Bank:
    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    skills: np.ndarray
    pool: Pool

    @classmethod
    def read(cls, language: str) -> "Bank":
        items = [item for item in read_bank(language) if item.type in ASKED]
        rows = [
            starting_parameters(
                slug=item.slug, level=item.level, skill=item.skill, options=len(item.options)
            )
            for item in items
        ]
        a = np.array([row.discrimination for row in rows])
        b = np.array([row.difficulty for row in rows])
        c = np.array([row.guessing for row in rows])
        skills = np.array([item.skill for item in items])
        pool = Pool.of(discrimination=a, difficulty=b, guessing=c, skills=skills.tolist())
        return cls(a, b, c, skills, pool)


@dataclass
class Outcomes:
    true: np.ndarray
    placed: np.ndarray
    stated: np.ndarray
    covered: np.ndarray
    items: np.ndarray
    used: Counter
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        off = self.placed - self.true
        return {
            "exact": float(np.mean(off == 0)),
            "within one": float(np.mean(abs(off) <= 1)),
            "too high": float(np.mean(off > 0)),
            "too low": float(np.mean(off < 0)),
            "items": float(np.mean(self.items)),
            "stated": float(np.mean(self.stated)),
            "interval holds": float(np.mean(self.covered)),
        }


def sit(bank: Bank, *, ability: float, habit: float, real: tuple, adaptive: bool, rng):
    """One learner's test: final belief, items asked, seconds spent in the engine."""
    belief = Belief.before(Prior())
    free = np.ones(len(bank.a), dtype=bool)
    asked: Counter = Counter()
    slopes, places = real
    spent = 0.0
    used = []
    while True:
        begun = time.perf_counter()
        available = set(bank.skills[free].tolist())
        if stop_reason(belief, asked=asked, available=available):
            return belief, used, spent
        if adaptive:
            index = choose(bank.pool, belief, free=free, asked=asked, rng=rng)
        else:
            index = int(rng.choice(np.flatnonzero(free)))
        known = rng.random() < 1 / (1 + np.exp(-slopes[index] * (ability - places[index])))
        given = Given.RIGHT if known else unknown_item(bank.c[index], habit, rng)
        row = (bank.a[index], bank.b[index], bank.c[index], given)
        belief = belief.after(Answers.of([row]))
        free[index] = False
        asked[str(bank.skills[index])] += 1
        used.append(index)
        spent += time.perf_counter() - begun


def unknown_item(chance: float, habit: float, rng) -> Given:
    if rng.random() < habit:
        return Given.DONT_KNOW
    return Given.RIGHT if rng.random() < chance else Given.WRONG


def run(bank: Bank, *, learners: int, habit: float, truth: Truth, adaptive: bool, seed: int):
    rng = np.random.default_rng(seed)
    true = np.arange(learners) % len(LEVELS)
    abilities = CENTRES[true] + WIDTH * rng.random(learners)
    placed, stated, covered, items = [], [], [], []
    used: Counter = Counter()
    seconds = 0.0
    for level, ability in zip(true, abilities, strict=True):
        # A new set of errors for each learner: the figures average over banks, not over one bank.
        real = (bank.a * truth.slope, bank.b + truth.error * rng.standard_normal(len(bank.b)))
        belief, asked, spent = sit(
            bank, ability=ability, habit=habit, real=real, adaptive=adaptive, rng=rng
        )
        low, high = (LEVELS.index(end) for end in belief.interval)
        placed.append(LEVELS.index(belief.level))
        stated.append(belief.probability)
        covered.append(low <= level <= high)
        items.append(len(asked))
        used.update(asked)
        seconds += spent
    return Outcomes(
        true, np.array(placed), np.array(stated), np.array(covered), np.array(items), used, seconds
    )


def calibration(outcomes: list[Outcomes]) -> list[tuple[str, int, float, float]]:
    """Stated certainty against how often the level was right, in bands."""
    stated = np.concatenate([part.stated for part in outcomes])
    right = np.concatenate([part.placed == part.true for part in outcomes])
    rows = []
    for low, high in ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        band = (stated >= low) & (stated < high)
        if band.any():
            name = f"{low:.0%} to {min(high, 1):.0%}"
            rows.append(
                (name, int(band.sum()), float(stated[band].mean()), float(right[band].mean()))
            )
    return rows


def report(bank: Bank, *, learners: int, seed: int) -> None:
    print(
        f"{learners} learners, {len(bank.a)} items, cuts at {', '.join(f'{c:+.1f}' for c in CUTS)}"
    )
    print(
        "items: mean asked; stated: mean stated certainty; interval: how often it holds the level"
    )
    print()
    head = ("items", "not knowing", "chosen", "exact", "±1", "high", "low", "items", "stated")
    print("{:<11} {:<15} {:<9}{:>7}{:>7}{:>7}{:>7}{:>7}{:>8}{:>10}".format(*head, "interval"))
    kept: dict[str, list[Outcomes]] = {}
    for truth in TRUTHS:
        for kind, habit in KINDS.items():
            pair = {}
            for adaptive in (True, False):
                outcome = run(
                    bank, learners=learners, habit=habit, truth=truth, adaptive=adaptive, seed=seed
                )
                pair[adaptive] = outcome
                print_row(truth.name, kind, "adaptive" if adaptive else "at random", outcome)
            kept.setdefault(truth.name, []).append(pair[True])
            print_ratio(pair[True], pair[False])
    for name, outcomes in kept.items():
        print(f"\nStated against real certainty, items {name}")
        print(f"{'stated':<14}{'learners':>9}{'mean stated':>13}{'level right':>13}")
        for band, count, stated, right in calibration(outcomes):
            print(f"{band:<14}{count:>9}{stated:>13.1%}{right:>13.1%}")
    print_exposure(kept["as stated"][0], bank, learners)
    print_goals(kept["as stated"][0])


def print_row(truth: str, kind: str, chosen: str, outcome: Outcomes) -> None:
    f = outcome.figures
    print(
        f"{truth:<11} {kind:<15} {chosen:<9}{f['exact']:>7.1%}{f['within one']:>7.1%}"
        f"{f['too high']:>7.1%}{f['too low']:>7.1%}{f['items']:>7.1f}{f['stated']:>8.1%}"
        f"{f['interval holds']:>10.1%}"
    )


def print_ratio(adaptive: Outcomes, random: Outcomes) -> None:
    ours, theirs = adaptive.figures, random.figures
    wrong = (1 - theirs["exact"]) / (1 - ours["exact"])
    items = theirs["items"] / ours["items"]
    print(f"{'':<27} random : adaptive, wrong levels x {wrong:.2f}, items x {items:.2f}")


def print_exposure(outcome: Outcomes, bank: Bank, learners: int) -> None:
    rates = np.zeros(len(bank.a))
    for index, count in outcome.used.items():
        rates[index] = count / learners
    step = outcome.seconds / outcome.items.sum() * 1e3
    print(f"\nMost shown item: {rates.max():.0%} of learners; never shown: {(rates == 0).sum()}")
    print(f"Engine, one step (believe, choose, stop): {step:.2f} ms")


def print_goals(outcome: Outcomes) -> None:
    f = outcome.figures
    print("\nGoals, items as stated, learners who say so")
    for name, goal in GOALS.items():
        met = f[name] >= goal if name in ("exact", "within one") else f[name] <= goal
        print(f"  {name:<11}{f[name]:>8.3f}  goal {goal:<6} {'met' if met else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulated learners on the item bank.")
    parser.add_argument("--language", default="es")
    parser.add_argument("--learners", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report(Bank.read(options.language), learners=options.learners, seed=options.seed)


if __name__ == "__main__":
    main()
