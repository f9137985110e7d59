"""A companion as a reply needs it: plain values, kept in the process for a minute."""

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from learning.companions.models import Companion

KEPT_SECONDS: Final = 60.0
MOST_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Persona:
    """Who the tutor is. Its texts may be a learner's: data to a model, never instructions."""

    id: UUID
    name: str
    style: str
    subject: str
    topic: str
    instructions: str = ""


_kept: dict[UUID, tuple[float, Persona | None]] = {}


def kept_persona(companion_id: UUID) -> Persona | None:
    """One query a minute; what another process changed is seen by then."""
    now = time.monotonic()
    known = _kept.get(companion_id)
    if known and known[0] > now:
        return known[1]
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    found = _read(companion_id)
    _kept[companion_id] = (now + KEPT_SECONDS, found)
    return found


def forget_persona(companion_id: UUID) -> None:
    """It was changed here: the next reply is by what it is now."""
    _kept.pop(companion_id, None)


def _read(companion_id: UUID) -> Persona | None:
    fields = ("id", "name", "style", "subject", "topic", "instructions")
    row = Companion.objects.filter(pk=companion_id).values_list(*fields).first()
    return Persona(*row) if row else None
