"""What a piece of evidence rests on, in words and with an address: apps above this one know."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Source:
    """`text` is short, and in the learner's words where they are theirs."""

    text: str
    url: str


class Sourced(Protocol):
    source_type: str
    source_id: UUID | None


Finder = Callable[[set[UUID]], dict[UUID, Source]]


def sources_of(rows: Iterable[Sourced]) -> dict[UUID, Source]:
    """By source id, one query a kind of source. A source that is gone is left out.

    `EVIDENCE_SOURCES` maps a source type to the function that finds its rows.
    """
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        if row.source_id:
            wanted[row.source_type].add(row.source_id)
    found: dict[UUID, Source] = {}
    for source_type, ids in wanted.items():
        path = settings.EVIDENCE_SOURCES.get(source_type)
        if path:
            finder: Finder = import_string(path)
            found |= finder(ids)
    return found
