"""How well placement places: simulated learners on the real item bank, through the real engine.

    python -m benchmarks.placement [--language es] [--learners 2000] [--seed 1]

Every learner has a true ability, spread evenly over the five levels. They know an item with the
chance its parameters give; when they do not, they say so (as often as their kind does) or choose
blindly. The same learners then meet the same items picked at random instead of adaptively, as the
reference, and items that are not what the bank says: difficulties off (normal error, 0.5), or
discriminations 0.7 of the stated ones. Items that came up in too many of the tests before are
spared as in the product; what that costs is shown by the same learners without it.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from assessments.bank.files import languages, read_bank
from assessments.bank.parameters import starting_parameters
from assessments.calibration.estimation import Parameters
from assessments.calibration.simulation import Bank, Draw, Learner, Shown, abilities, sit
from assessments.engine import CUTS, LEVELS, MOST_SHOWN

ASKED = ("multiple_choice", "fill_blank")
"""What a placement asks: types with one key, judged at once."""
KINDS = {"says so, 90 %": 0.9, "guesses always": 0.0}
ADAPTIVE, UNSPARED, RANDOM = "adaptive", "unspared", "at random"
EVERY = 50
"""Tests between two counts of how often each item was shown."""


@dataclass(frozen=True)
class Truth:
    """How the items really are, beside what the bank states."""

    name: str
    error: float = 0.0
    """Standard deviation of each item's real difficulty about the stated one."""
    slope: float = 1.0
    """Real discrimination as a share of the stated one."""

    def of(self, stated: Parameters, rng) -> Parameters:
        off = self.error * rng.standard_normal(len(stated.difficulty))
        return replace(
            stated,
            discrimination=stated.discrimination * self.slope,
            difficulty=stated.difficulty + off,
        )


TRUTHS = (
    Truth("as stated"),
    Truth("off by 0.5", error=0.5),
    Truth("flat by 0.7", slope=0.7),
)
GOALS = {"exact": 0.75, "within one": 0.995, "too high": 0.12, "items": 18.0}


def authored_bank(language: str) -> Bank:
    items = [item for item in read_bank(language) if item.type in ASKED]
    rows = [
        starting_parameters(
            slug=item.slug, level=item.level, skill=item.skill, options=len(item.options)
        )
        for item in items
    ]
    stated = Parameters(
        np.array([row.discrimination for row in rows]),
        np.array([row.difficulty for row in rows]),
        np.array([row.guessing for row in rows]),
    )
    return Bank.of(stated, [item.skill for item in items])


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


def at_random(belief, free, asked, rng) -> int | None:
    return int(rng.choice(np.flatnonzero(free))) if free.any() else None


def drawing(bank: Bank, chosen: str, shown: Shown) -> Draw:
    if chosen == RANDOM:
        return at_random
    return bank.adaptive(shown.spared(bank.pool) if chosen == ADAPTIVE else bank.pool)


def run(bank: Bank, *, learners: int, habit: float, truth: Truth, chosen: str, seed: int):
    rng = np.random.default_rng(seed)
    levels, places = abilities(learners, rng)
    shown, sat = Shown(len(bank)), []
    begun = time.perf_counter()
    for number, place in enumerate(places):
        if number % EVERY == 0:
            draw = drawing(bank, chosen, shown)
        # A new set of errors for each learner: the figures average over banks, not over one bank.
        real = truth.of(bank.stated, rng)
        sat.append(sit(bank, Learner(float(place), habit), real=real, draw=draw, rng=rng))
        shown.add(sat[-1].asked)
    seconds = time.perf_counter() - begun
    intervals = [[LEVELS.index(end) for end in test.belief.interval] for test in sat]
    return Outcomes(
        true=levels,
        placed=np.array([LEVELS.index(test.belief.level) for test in sat]),
        stated=np.array([test.belief.probability for test in sat]),
        covered=np.array(
            [low <= level <= high for level, (low, high) in zip(levels, intervals, strict=True)]
        ),
        items=np.array([len(test.asked) for test in sat]),
        used=Counter(index for test in sat for index in test.asked),
        seconds=seconds,
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
    print(f"{learners} learners, {len(bank)} items, cuts at {', '.join(f'{c:+.1f}' for c in CUTS)}")
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
            for chosen in (ADAPTIVE, RANDOM):
                pair[chosen] = run(
                    bank, learners=learners, habit=habit, truth=truth, chosen=chosen, seed=seed
                )
                print_row(truth.name, kind, chosen, pair[chosen])
            kept.setdefault(truth.name, []).append(pair[ADAPTIVE])
            print_ratio(pair[ADAPTIVE], pair[RANDOM])
    for name, outcomes in kept.items():
        print(f"\nStated against real certainty, items {name}")
        print(f"{'stated':<14}{'learners':>9}{'mean stated':>13}{'level right':>13}")
        for band, count, stated, right in calibration(outcomes):
            print(f"{band:<14}{count:>9}{stated:>13.1%}{right:>13.1%}")
    best = kept["as stated"][0]
    print_exposure(bank, best, learners=learners, seed=seed)
    print_goals(best)


def report_languages(*, learners: int, seed: int) -> None:
    """One line a language: items as stated, learners who say so."""
    print(f"\nEvery bank, {learners} learners, items as stated, who do not know say so, 90 %")
    head = ("items", "exact", "±1", "high", "low", "asked", "most shown")
    print("{:<10}{:>6}{:>8}{:>8}{:>8}{:>8}{:>8}{:>12}".format("", *head))
    for language in languages():
        bank = authored_bank(language)
        outcome = run(
            bank, learners=learners, habit=0.9, truth=TRUTHS[0], chosen=ADAPTIVE, seed=seed
        )
        f = outcome.figures
        most = max(outcome.used.values()) / learners
        print(
            f"{language:<10}{len(bank):>6}{f['exact']:>8.1%}{f['within one']:>8.1%}"
            f"{f['too high']:>8.1%}{f['too low']:>8.1%}{f['items']:>8.1f}{most:>12.0%}"
        )


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


def print_exposure(bank: Bank, spared: Outcomes, *, learners: int, seed: int) -> None:
    unspared = run(bank, learners=learners, habit=0.9, truth=TRUTHS[0], chosen=UNSPARED, seed=seed)
    print(f"\nHow often an item is shown; above {MOST_SHOWN:.0%} of the tests it is spared")
    print(f"{'':<12}{'most shown':>11}{'above':>7}{'never':>7}{'two tests share':>17}{'exact':>8}")
    for name, outcome in (("spared", spared), ("not spared", unspared)):
        rates = np.zeros(len(bank))
        rates[list(outcome.used)] = [count / learners for count in outcome.used.values()]
        # Of the questions of one test, those that another learner's test holds too.
        shared = (rates**2).sum() / rates.sum()
        print(
            f"{name:<12}{rates.max():>11.0%}{(rates > MOST_SHOWN).sum():>7}"
            f"{(rates == 0).sum():>7}{shared:>17.1%}{outcome.figures['exact']:>8.1%}"
        )
    step = spared.seconds / spared.items.sum() * 1e3
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
    report(authored_bank(options.language), learners=options.learners, seed=options.seed)
    report_languages(learners=options.learners, seed=options.seed)


if __name__ == "__main__":
    main()
