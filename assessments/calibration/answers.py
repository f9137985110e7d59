"""The answers on record, as the compact arrays that the estimate works on."""

from array import array
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from assessments.calibration.estimation import Record
from assessments.engine import Given, Prior
from assessments.models import Assessment, Response
from assessments.services.grading import GRADABLE

MOST_ANSWERS: Final = 2_000_000
"""Of one language; the latest count. As arrays they take 20 MB, the estimate some minutes."""
ROWS_AT_ONCE: Final = 20_000

_NEWCOMER: Final = Prior()


def read_record(language: str, places: Mapping[UUID, int]) -> Record:
    """The judged answers to the items named in `places` (an item's id, its index).

    Free texts and scripts that were read instead of heard are left out: they are no answers to the
    item as it stands.
    """
    items, given, starts, groups = array("i"), array("b"), array("q"), array("h")
    group_of = _groups(language)
    numbers: dict[Prior, int] = {_NEWCOMER: 0}
    test: UUID | None = None
    for test_id, item_id, correct, dont_know in _rows(language):
        if item_id not in places:
            continue
        if test_id != test:
            test = test_id
            starts.append(len(items))
            prior = group_of.get(test_id, _NEWCOMER)
            groups.append(numbers.setdefault(prior, len(numbers)))
        items.append(places[item_id])
        given.append(Given.DONT_KNOW if dont_know else Given.RIGHT if correct else Given.WRONG)
    return Record(
        item=np.array(items, dtype=np.int32),
        given=np.array(given, dtype=np.int8),
        starts=np.array(starts, dtype=np.int64),
        group=np.array(groups, dtype=np.int16),
        priors=tuple(numbers),
    )


def judged(language: str) -> QuerySet[Response]:
    return Response.objects.filter(
        assessment__language=language,
        item__type__in=GRADABLE,
        answered_at__isnull=False,
        correct__isnull=False,
        read=False,
    )


def _rows(language: str) -> Iterator[tuple[UUID, UUID, bool, bool]]:
    # Ids of assessments are ordered by time, so the latest come first and stand together.
    latest = judged(language).order_by("-assessment_id", "number")[:MOST_ANSWERS]
    fields = ("assessment_id", "item_id", "correct", "dont_know")
    return latest.values_list(*fields).iterator(chunk_size=ROWS_AT_ONCE)


def _groups(language: str) -> dict[UUID, Prior]:
    """The rounded prior of each test that began from another than a newcomer's."""
    rows = Assessment.objects.filter(
        language=language, learning_session__metadata__has_key="prior"
    ).values_list("pk", "learning_session__metadata__prior")
    found = {}
    for test, prior in rows.iterator(chunk_size=ROWS_AT_ONCE):
        rounded = _rounded(Prior(**prior))
        if rounded != _NEWCOMER:
            found[test] = rounded
    return found


def _rounded(prior: Prior) -> Prior:
    """To half a level and half a unit, so that the groups stay few and each has many tests."""
    return Prior(round(prior.mean / 0.7) * 0.7, max(round(prior.spread * 2) / 2, 0.5))
