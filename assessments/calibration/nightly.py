"""The nightly run: read a language's answers, estimate, and write what is sure enough."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from assessments.bank.parameters import starting_parameters
from assessments.calibration.answers import read_record
from assessments.calibration.estimation import Parameters, Record, estimate
from assessments.calibration.fit import fit_of, misfits
from assessments.calibration.flags import FOUND_HERE, MISFIT, SHOWN_TOO_OFTEN, TOO_FEW
from assessments.calibration.steps import FEWEST_ANSWERS, bounded
from assessments.engine.scale import Floats
from assessments.models import Item, ItemCalibration
from assessments.services.bank import is_from_files
from assessments.services.candidates import recent_shares
from assessments.services.grading import GRADABLE

logger = logging.getLogger(__name__)

OVER_EXPOSED: Final = 0.2
"""Share of the latest tests above which an item is flagged: sparing it alone does not help."""
WORTH_WRITING: Final = 0.005
"""A smaller change of every value is no news."""
ONCE_IN: Final = timedelta(hours=12)
"""A run repeated sooner (a task handed out twice) does nothing: steps would add up."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did."""

    answers: int
    items: int
    applied: int
    flagged: int


@dataclass(frozen=True)
class Findings:
    """Parallel arrays, one entry an item of `items`."""

    items: Sequence[Item]
    applied: Parameters
    outfit: Floats
    answers: NDArray[np.int64]
    flags: Sequence[list[str]]


def calibrate_language(*, language: str, now: datetime) -> Summary:
    """Re-estimate a language's items from its answers; an item with enough of them takes a step
    towards what was found. Run again within twelve hours, it does nothing."""
    if _ran_lately(language, now):
        return Summary(0, 0, 0, 0)
    items = list(_items(language))
    places = {item.pk: index for index, item in enumerate(items)}
    record = read_record(language, places)
    findings = _findings(items, record, language)
    written = _write(findings, language, now=now)
    flagged = sum(bool(flags) for flags in findings.flags)
    summary = Summary(len(record), len(items), written, flagged)
    logger.info("items_calibrated", extra={"language": language, "summary": str(summary)})
    return summary


def languages_asked() -> list[str]:
    active = Item.objects.filter(state=Item.State.ACTIVE)
    return list(active.order_by("language").values_list("language", flat=True).distinct())


def authored_values(items: Sequence[Item]) -> Parameters:
    """What the authors stated: the prior that answers move."""
    stated = _first_values([item.pk for item in items if not is_from_files(item.slug)])
    return _parameters([_authored(item, stated.get(item.pk)) for item in items])


def _items(language: str) -> Any:
    fields = (
        "slug", "level", "skill", "options", "state", "flags", "updated_at",
        "discrimination", "difficulty", "guessing",
    )  # fmt: skip
    return Item.objects.filter(language=language, type__in=GRADABLE).order_by("slug").only(*fields)


def _authored(item: Item, first: tuple[float, float, float] | None) -> tuple[float, float, float]:
    if is_from_files(item.slug):
        start = starting_parameters(
            slug=item.slug, level=item.level, skill=item.skill, options=len(item.options)
        )
        return start.discrimination, start.difficulty, start.guessing
    return first or (item.discrimination, item.difficulty, item.guessing)


def _first_values(items: Sequence[UUID]) -> dict[UUID, tuple[float, float, float]]:
    """Of items made in the back office: their values before the first calibration."""
    firsts = ItemCalibration.objects.filter(item__in=items).order_by("item", "created_at")
    rows = firsts.distinct("item").values_list(
        "item", "discrimination_before", "difficulty_before", "guessing_before"
    )
    return {item: (a, b, c) for item, a, b, c in rows}


def _parameters(rows: Sequence[tuple[float, float, float]]) -> Parameters:
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return Parameters(table[:, 0], table[:, 1], table[:, 2])


def _findings(items: Sequence[Item], record: Record, language: str) -> Findings:
    authored = authored_values(items)
    now = _parameters([(item.discrimination, item.difficulty, item.guessing) for item in items])
    found = estimate(record, authored=authored, start=now)
    fit = fit_of(record, found, authored=authored)
    answers = record.times_answered(len(items))
    shares = recent_shares(language)
    odd = misfits(fit, found, authored=authored)
    return Findings(
        items=items,
        applied=bounded(now, found.items),
        outfit=fit.outfit,
        answers=answers,
        flags=[
            _flags(item, answers=int(count), odd=bool(strange), share=shares.get(item.pk, 0.0))
            for item, count, strange in zip(items, answers, odd, strict=True)
        ],
    )


def _flags(item: Item, *, answers: int, odd: bool, share: float) -> list[str]:
    """The item's flags anew; those that people set stay."""
    kept = [flag for flag in item.flags if flag not in FOUND_HERE]
    enough = answers >= FEWEST_ANSWERS
    found = {MISFIT: enough and odd, SHOWN_TOO_OFTEN: share > OVER_EXPOSED, TOO_FEW: not enough}
    return [*kept, *(flag for flag, true in found.items() if true)]


@transaction.atomic
def _write(findings: Findings, language: str, *, now: datetime) -> int:
    """One transaction: a run that dies leaves nothing behind. How many items took a step."""
    _take_turns(language)
    if _ran_lately(language, now):
        return 0
    unchanged = _untouched(findings.items)
    rows, items = [], []
    for index, item in enumerate(findings.items):
        if item.pk not in unchanged:
            continue
        row = _row(findings, index)
        if row.responses >= FEWEST_ANSWERS and (_is_news(row) or row.flags != item.flags):
            rows.append(row)
        if row.applied or row.flags != item.flags:
            items.append(_changed(item, row, now=now))
    ItemCalibration.objects.bulk_create(rows, batch_size=500)
    fields = ["discrimination", "difficulty", "guessing", "flags", "calibrated_at", "updated_at"]
    Item.objects.bulk_update(items, fields, batch_size=200)
    return sum(row.applied for row in rows)


def _ran_lately(language: str, now: datetime) -> bool:
    rows = ItemCalibration.objects.filter(item__language=language, created_at__gt=now - ONCE_IN)
    return rows.exists()


def _take_turns(language: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"calibration {language}"])


def _untouched(items: Sequence[Item]) -> set[UUID]:
    """Those nobody changed while the estimate ran, locked in one order."""
    rows = Item.objects.filter(pk__in=[item.pk for item in items]).order_by("pk")
    stamps = dict(rows.select_for_update(no_key=True).values_list("pk", "updated_at"))
    return {item.pk for item in items if stamps.get(item.pk) == item.updated_at}


def _row(findings: Findings, index: int) -> ItemCalibration:
    item, step = findings.items[index], findings.applied
    outfit = float(findings.outfit[index])
    row = ItemCalibration(
        item=item,
        responses=int(findings.answers[index]),
        discrimination_before=item.discrimination,
        difficulty_before=item.difficulty,
        guessing_before=item.guessing,
        discrimination=round(float(step.discrimination[index]), 4),
        difficulty=round(float(step.difficulty[index]), 4),
        guessing=round(float(step.guessing[index]), 4),
        misfit=None if np.isnan(outfit) else round(outfit, 3),
        flags=findings.flags[index],
    )
    row.applied = row.responses >= FEWEST_ANSWERS and _is_news(row)
    return row


def _is_news(row: ItemCalibration) -> bool:
    return any(
        abs(getattr(row, name) - getattr(row, f"{name}_before")) > WORTH_WRITING
        for name in ("discrimination", "difficulty", "guessing")
    )


def _changed(item: Item, row: ItemCalibration, *, now: datetime) -> Item:
    item.flags = row.flags
    if row.applied:
        item.discrimination, item.difficulty = row.discrimination, row.difficulty
        item.guessing, item.calibrated_at, item.updated_at = row.guessing, now, now
    return item
