"""Whether "80 % sure" is right four times in five: by what came later, and by simulation."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.core.cache import cache
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from accounts.models import AuditEntry, User
from assessments.calibration.estimation import PLACE_VARIES, Parameters
from assessments.calibration.simulation import Bank, Learner, abilities, sit
from assessments.engine import LEVELS
from assessments.engine.scale import Floats
from assessments.models import Assessment, Item
from assessments.services.grading import GRADABLE

BANDS: Final = ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0))
SOON: Final = timedelta(days=30)
"""What comes later than this may have changed because the learner has."""
LOOKED_BACK: Final = timedelta(days=365)
MOST_TESTS: Final = 20_000
SIMULATED: Final = 1000
HABITS_SIMULATED: Final = (0.9, 0.5, 0.0)
"""How often simulated learners say that they do not know; each kind is a third of them."""
ANSWER_TELLS: Final = 0.35
"""Fisher information of a typical answer about its item's difficulty, in units of the scale."""


@dataclass(frozen=True, slots=True)
class Band:
    """Tests whose stated certainty lay in one band, and how many turned out right."""

    low: float
    high: float
    tests: int
    stated: float
    """Mean certainty of those that were checked."""
    checked: int
    right: int

    @property
    def share_right(self) -> float | None:
        return self.right / self.checked if self.checked else None


def confirmed_certainty(user: User, *, now: datetime) -> list[Band]:
    """Finished tests of the last year that `user` may see, by stated certainty: how many the next
    test, or a tutor who set another level, confirmed within 30 days; whichever came first."""
    rows = _followed(user, now=now)[:MOST_TESTS]
    return _bands(
        (row["probability"], _later_level(row), row["level"])
        for row in rows.values("probability", "level", *_LATER)
    )


def simulated_certainty(language: str) -> list[Band]:
    """As the last nightly run found it; empty before the first."""
    stored = cache.get(_place(language)) or []
    return [Band(**row) for row in stored]


def simulate_certainty(*, language: str) -> list[Band]:
    """Simulated learners on the bank as it stands, kept for the back office.

    Real difficulties lie about the stated ones, the less the more an item was answered.
    """
    rows = list(
        Item.objects.active(language)
        .filter(type__in=GRADABLE)
        .order_by("slug")
        .values_list("discrimination", "difficulty", "guessing", "skill", "exposures")
    )
    if not rows:
        return []
    a, b, c, skills, asked = zip(*rows, strict=True)
    stated = Parameters(np.array(a), np.array(b), np.array(c))
    spread = 1 / np.sqrt(PLACE_VARIES**-2 + ANSWER_TELLS * np.array(asked))
    bands = _bands(_simulated(Bank.of(stated, skills), spread))
    cache.set(_place(language), [asdict(band) for band in bands], timeout=None)
    return bands


_LATER: Final = ("next_level", "next_at", "set_level", "set_at")


def _followed(user: User, *, now: datetime) -> QuerySet[Assessment]:
    done = Assessment.objects.visible_to(user).completed()
    after = Assessment.objects.completed().filter(
        learner=OuterRef("learner"),
        language=OuterRef("language"),
        completed_at__gt=OuterRef("completed_at"),
        completed_at__lte=OuterRef("completed_at") + SOON,
    )
    said = AuditEntry.objects.annotate(
        to=KeyTextTransform("to", "detail"), about=KeyTextTransform("language", "detail")
    ).filter(
        action="level.overridden",
        subject=OuterRef("learner"),
        about=OuterRef("language"),
        created_at__gt=OuterRef("completed_at"),
        created_at__lte=OuterRef("completed_at") + SOON,
    )
    after, said = after.order_by("completed_at"), said.order_by("created_at")
    return (
        done.filter(completed_at__gte=now - LOOKED_BACK)
        .annotate(
            next_level=Subquery(after.values("level")[:1]),
            next_at=Subquery(after.values("completed_at")[:1]),
            set_level=Subquery(said.values("to")[:1]),
            set_at=Subquery(said.values("created_at")[:1]),
        )
        .order_by(F("completed_at").desc())
    )


def _later_level(row: dict[str, Any]) -> str | None:
    later = [(row[f"{who}_at"], row[f"{who}_level"]) for who in ("next", "set") if row[f"{who}_at"]]
    return min(later)[1] if later else None


def _simulated(bank: Bank, spread: Floats) -> Iterable[tuple[float, str | None, str]]:
    rng = np.random.default_rng(1)
    levels, places = abilities(SIMULATED, rng)
    draw = bank.adaptive()
    for number, (level, ability) in enumerate(zip(levels, places, strict=True)):
        learner = Learner(float(ability), HABITS_SIMULATED[number % len(HABITS_SIMULATED)])
        off = spread * rng.standard_normal(len(bank))
        real = Parameters(
            bank.stated.discrimination, bank.stated.difficulty + off, bank.stated.guessing
        )
        belief = sit(bank, learner, real=real, draw=draw, rng=rng).belief
        yield belief.probability, LEVELS[int(level)], belief.level


def _bands(tests: Iterable[tuple[float, str | None, str]]) -> list[Band]:
    """From (stated certainty, the level as it turned out if known, the level given)."""
    rows = list(tests)
    return [_band(low, high, rows) for low, high in BANDS]


def _band(low: float, high: float, rows: Sequence[tuple[float, str | None, str]]) -> Band:
    inside = [row for row in rows if low <= row[0] < high or row[0] == high == 1.0]
    checked = [row for row in inside if row[1]]
    return Band(
        low=low,
        high=high,
        tests=len(inside),
        stated=sum(row[0] for row in checked) / len(checked) if checked else 0.0,
        checked=len(checked),
        right=sum(row[1] == row[2] for row in checked),
    )


def _place(language: str) -> str:
    return f"assessments:certainty:{language}"
