"""What a memory is worth by now. Nothing is written as it ages: it is worked out when it is read.

    strength = importance x 0.5 ** (days since it was last said or told / HALF_LIFE_DAYS)

A pinned memory does not age.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from conversations.memory.models import Memory

HALF_LIFE_DAYS: Final = 14.0
ARCHIVE_AFTER: Final = timedelta(days=90)
"""Not said or told for so long, an unimportant memory is put away."""
UNIMPORTANT: Final = 0.6
"""Importance, as found, below which a memory may be put away."""
_DAY: Final = 86_400.0


def strength(memory: Memory, now: datetime) -> float:
    """0 to 1."""
    if memory.pinned:
        return memory.importance
    touched = max(memory.said_at, memory.recalled_at or memory.said_at)
    days = max((now - touched).total_seconds(), 0.0) / _DAY
    return float(memory.importance * 0.5 ** (days / HALF_LIFE_DAYS))


def archive_forgotten(*, now: datetime) -> int:
    """Put away what is unimportant and has been neither said nor told for `ARCHIVE_AFTER`; how many
    that is. Never what is pinned. It stays on the learner's page, and saying it brings it back."""
    before = now - ARCHIVE_AFTER
    stale = Memory.objects.standing().filter(
        Q(recalled_at__isnull=True) | Q(recalled_at__lt=before),
        pinned=False,
        importance__lt=UNIMPORTANT,
        said_at__lt=before,
    )
    return stale.update(archived_at=now)
