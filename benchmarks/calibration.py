"""What the nightly calibration finds out, and what it is worth: simulated learners, real bank.

    python -m benchmarks.calibration [--language es] [--learners 5000] [--seed 1]

The authored difficulties are off: each item's real one lies about it with a normal error of 0.5,
its real slope with one of 0.25 in the logarithm. 5,000 learners answer; the calibration sees
nothing but their answers. First every item gets exactly 200 answers, from learners it is drawn for
at random; then the same learners sit the real test with the real engine, so that items get what
they get. At last new learners sit the test with the authored, the calibrated and the true values.
"""

import argparse
import time
from dataclasses import replace

import numpy as np

from assessments.calibration.estimation import Estimate, Parameters, Record, estimate
from assessments.calibration.fit import fit_of, misfits
from assessments.calibration.simulation import Bank, Learner, Sat, Shown, abilities, answer, sit
from assessments.calibration.steps import FEWEST_ANSWERS
from assessments.engine import LEVELS, Prior
from benchmarks.placement import authored_bank

OFF = 0.5
SLOPES_OFF = 0.25
HABIT = 0.9
EACH = 200
GOAL = 0.9


def really(stated: Parameters, rng) -> Parameters:
    count = len(stated.difficulty)
    return replace(
        stated,
        discrimination=stated.discrimination * np.exp(SLOPES_OFF * rng.standard_normal(count)),
        difficulty=stated.difficulty + OFF * rng.standard_normal(count),
    )


def crowd(count: int, rng) -> tuple[np.ndarray, list[Learner]]:
    levels, places = abilities(count, rng)
    return levels, [Learner(float(place), HABIT) for place in places]


def answers_at_random(bank: Bank, learners: list[Learner], real: Parameters, rng) -> list[Sat]:
    """Every item answered `EACH` times, by learners drawn for it."""
    asked: list[list[int]] = [[] for _ in learners]
    for item in range(len(bank)):
        for who in rng.choice(len(learners), EACH, replace=False):
            asked[who].append(item)
    return [
        Sat(None, items, [answer(learner, real, item, rng) for item in items])
        for learner, items in zip(learners, asked, strict=True)
        if items
    ]


def sit_all(bank: Bank, learners: list[Learner], real: Parameters, rng) -> list[Sat]:
    shown, sat = Shown(len(bank)), []
    for number, learner in enumerate(learners):
        if number % 50 == 0:
            draw = bank.adaptive(shown.spared(bank.pool))
        sat.append(sit(bank, learner, real=real, draw=draw, rng=rng))
        shown.add(sat[-1].asked)
    return sat


def record_of(tests: list[Sat]) -> Record:
    sizes = np.array([len(test.asked) for test in tests])
    return Record(
        item=np.concatenate([test.asked for test in tests]).astype(np.int32),
        given=np.concatenate([test.given for test in tests]).astype(np.int8),
        starts=np.append(0, np.cumsum(sizes)[:-1]),
        group=np.zeros(len(tests), dtype=np.int16),
        priors=(Prior(),),
    )


def calibrated(tests: list[Sat], bank: Bank) -> tuple[Record, Estimate, float]:
    record = record_of(tests)
    begun = time.perf_counter()
    found = estimate(record, authored=bank.stated)
    return record, found, time.perf_counter() - begun


def print_recovery(
    name: str, record: Record, found: Estimate, bank: Bank, real: Parameters
) -> None:
    times = record.times_answered(len(bank))
    print(f"\n{name}: {len(record)} answers in {len(record.starts)} tests, {found.rounds} rounds")
    print(
        f"{'items with':<14}{'items':>6}{'r':>8}{'r of errors':>13}{'RMSE before':>13}{'after':>7}"
    )
    bands = ((FEWEST_ANSWERS, EACH), (EACH, 10**9))
    for low, high in bands if name != "At random" else bands[1:]:
        some = (times >= low) & (times < high)
        if some.sum() > 2:
            label = f"{low} to {high - 1}" if high < 10**9 else f"{low} and more"
            print_row(label, some, found.items.difficulty, bank.stated.difficulty, real.difficulty)


def print_row(label: str, some, found, stated, real) -> None:
    r = np.corrcoef(found[some], real[some])[0, 1]
    errors = np.corrcoef((found - stated)[some], (real - stated)[some])[0, 1]
    before = np.sqrt(np.mean((stated - real)[some] ** 2))
    after = np.sqrt(np.mean((found - real)[some] ** 2))
    print(f"{label:<14}{some.sum():>6}{r:>8.3f}{errors:>13.3f}{before:>13.3f}{after:>7.3f}")


def print_misfits(bank: Bank, learners: list[Learner], real: Parameters, rng) -> None:
    """How many sound items are flagged, and how many of those spoilt on purpose."""
    spoilt = np.zeros(len(bank), dtype=bool)
    spoilt[rng.choice(len(bank), len(bank) // 10, replace=False)] = True
    broken = replace(real, discrimination=np.where(spoilt, 0.0, real.discrimination))
    print("\nA tenth of the items answered without regard to ability")
    print(f"{'answers':<18}{'spoilt flagged':>16}{'sound flagged':>15}{'outfit, medians':>18}")
    for name, get in (("at random", answers_at_random), ("by the real test", sit_all)):
        record, found, _ = calibrated(get(bank, learners, broken, rng), bank)
        enough = record.times_answered(len(bank)) >= FEWEST_ANSWERS
        fit = fit_of(record, found, authored=bank.stated)
        odd = misfits(fit, found, authored=bank.stated)
        shares = [odd[enough & group].mean() for group in (spoilt, ~spoilt)]
        middle = [np.median(fit.outfit[enough & group]) for group in (spoilt, ~spoilt)]
        print(f"{name:<18}{shares[0]:>16.0%}{shares[1]:>15.1%}{middle[0]:>9.2f}{middle[1]:>9.2f}")


def print_worth(bank: Bank, found: Estimate, real: Parameters, *, learners: int, seed: int) -> None:
    print(f"\n{learners} new learners, placed by")
    print(f"{'values':<12}{'exact':>8}{'±1':>8}{'high':>8}{'low':>8}{'items':>8}{'stated':>9}")
    skills = bank.pool.skills.tolist()
    for name, values in (("authored", bank.stated), ("calibrated", found.items), ("true", real)):
        rng = np.random.default_rng(seed)
        levels, who = crowd(learners, rng)
        sat = sit_all(Bank.of(values, skills), who, real, rng)
        off = np.array([LEVELS.index(test.belief.level) for test in sat]) - levels
        items = np.mean([len(test.asked) for test in sat])
        stated = np.mean([test.belief.probability for test in sat])
        shares = (off == 0, abs(off) <= 1, off > 0, off < 0)
        cells = "".join(f"{np.mean(share):>8.1%}" for share in shares)
        print(f"{name:<12}{cells}{items:>8.1f}{stated:>9.1%}")


def report(bank: Bank, *, learners: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    real = really(bank.stated, rng)
    _, who = crowd(learners, rng)
    print(f"{len(bank)} items, {learners} learners, {HABIT:.0%} of what they do not know they say")
    record, found, _ = calibrated(answers_at_random(bank, who, real, rng), bank)
    print_recovery("At random", record, found, bank, real)
    r = np.corrcoef(found.items.difficulty, real.difficulty)[0, 1]
    print(f"goal: r at least {GOAL} at {EACH} answers an item: {'met' if r >= GOAL else 'MISSED'}")
    print_misfits(bank, who, real, rng)
    record, found, seconds = calibrated(sit_all(bank, who, real, rng), bank)
    print_recovery("By the real test", record, found, bank, real)
    print(f"{seconds:.1f} s for the estimate")
    print_worth(bank, found, real, learners=2 * learners, seed=seed + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Calibration on simulated answers.")
    parser.add_argument("--language", default="es")
    parser.add_argument("--learners", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report(authored_bank(options.language), learners=options.learners, seed=options.seed)


if __name__ == "__main__":
    main()
