"""The items that can be asked, ready for the engine and kept by each process until they change."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Self
from uuid import UUID

import numpy as np
from django.db.models import Count

from assessments.engine import Pool, sparing
from assessments.engine.scale import Floats
from assessments.engine.selection import Mask
from assessments.models import Assessment, Item, Response
from assessments.services.grading import GRADABLE

RECENT_TESTS: Final = 1000
"""How far back an item's share of tests is counted."""
FEWEST_TESTS: Final = 100
"""Before so many, a share says more about chance than about the item."""
KEPT_FOR: Final = 300.0
"""Seconds until a process reads all again. Shares of tests move slowly; and a change that was long
in the making may be stamped earlier than one already seen."""

FIELDS: Final = (
    "id", "discrimination", "difficulty", "guessing", "skill", "topic", "type", "level", "lemma",
)  # fmt: skip

Version = datetime | None
"""When an item of the language last changed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    id: UUID
    discrimination: float
    difficulty: float
    guessing: float
    skill: str
    topic: str
    type: str
    level: str
    lemma: str

    @property
    def about(self) -> tuple[str, str, str]:
        return self.skill, self.topic, self.lemma


@dataclass
class Candidates:
    """Every item of a language that can be asked and judged, in the order of their slugs."""

    version: Version
    items: list[Candidate]
    language: str
    read_at: float

    @classmethod
    def read(cls, language: str, version: Version) -> Self:
        rows = Item.objects.active(language).filter(type__in=GRADABLE).order_by("slug")
        items = [Candidate(*row) for row in rows.values_list(*FIELDS)]
        return cls(version=version, items=items, language=language, read_at=time.monotonic())

    @cached_property
    def pool(self) -> Pool:
        return Pool.of(
            discrimination=[item.discrimination for item in self.items],
            difficulty=[item.difficulty for item in self.items],
            guessing=[item.guessing for item in self.items],
            skills=[item.skill for item in self.items],
        )

    @cached_property
    def place(self) -> Mapping[UUID, int]:
        return {item.id: index for index, item in enumerate(self.items)}

    @cached_property
    def by_type(self) -> dict[str, Mask]:
        return members(item.type for item in self.items)

    @cached_property
    def by_level(self) -> dict[str, Mask]:
        return members(item.level for item in self.items)

    @cached_property
    def lemmas(self) -> frozenset[str]:
        return frozenset(item.lemma for item in self.items if item.lemma)

    @cached_property
    def by_topic(self) -> dict[str, Mask]:
        return members(item.topic.casefold() for item in self.items)

    def those(self, ids: Iterable[UUID]) -> list[int]:
        """Indices of the items named; one that can no longer be asked has none."""
        return [self.place[each] for each in ids if each in self.place]

    def of_types(self, types: Iterable[str]) -> Mask:
        return self._any(self.by_type.get(name) for name in types)

    def at_levels(self, levels: Iterable[str]) -> Mask:
        return self._any(self.by_level.get(level) for level in levels)

    def about(self, wanted: Iterable[str]) -> Mask:
        """Items on one of the topics, or of a skill by that name."""
        names = {name.casefold() for name in wanted}
        found = [self.by_topic.get(name) for name in names]
        return self._any([*found, *(self.pool.by_skill.get(name) for name in names)])

    @cached_property
    def sparing(self) -> Floats:
        """What each item's worth is multiplied by, so that none comes up in too many tests."""
        shares = recent_shares(self.language)
        return sparing(np.array([shares.get(item.id, 0.0) for item in self.items]))

    def _any(self, masks: Iterable[Mask | None]) -> Mask:
        either = np.zeros(len(self.items), dtype=bool)
        for mask in masks:
            if mask is not None:
                either |= mask
        return either


def members(names: Iterable[str]) -> dict[str, Mask]:
    """For each name the places it stands at, as a mask."""
    given = np.array(list(names), dtype=str)
    return {str(name): given == name for name in np.unique(given)}


_kept: dict[str, Candidates] = {}


def candidates(language: str) -> Candidates:
    """The language's items. A process reads them anew once an item was changed or added, which the
    end of an index tells."""
    version = _version(language)
    kept = _kept.get(language)
    old = kept is not None and time.monotonic() - kept.read_at > KEPT_FOR
    if kept is None or old or kept.version != version:
        kept = _kept[language] = Candidates.read(language, version)
    return kept


def recent_shares(language: str) -> dict[UUID, float]:
    """The share of the latest tests that each item came up in; nothing while they are few."""
    latest = Assessment.objects.filter(language=language).order_by("-id")[:RECENT_TESTS]
    tests = list(latest.values_list("pk", flat=True))
    if len(tests) < FEWEST_TESTS:
        return {}
    asked = Response.objects.filter(assessment__in=tests).order_by().values_list("item")
    return {item: count / len(tests) for item, count in asked.annotate(times=Count("pk"))}


def _version(language: str) -> Version:
    stamps = Item.objects.filter(language=language).order_by("-updated_at")
    return stamps.values_list("updated_at", flat=True).first()
