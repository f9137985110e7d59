"""What every writer of schedules shares: one learner at a time, and the rows written together."""

from collections.abc import Sequence
from typing import Final

from accounts.models import User
from practice.decks.models import CardSchedule
from practice.decks.scheduling.state import FIELDS

_WRITTEN: Final = (*FIELDS, "scheduler", "suspended", "buried_until", "version")


def take_turns(learner: User) -> User:
    """The learner's row, locked, with their settings: two devices are written one after the other.
    It comes before every other lock, as where evidence is written."""
    rows = User.objects.select_for_update(of=("self",), no_key=True)
    held: User = rows.select_related("settings").get(pk=learner.pk)
    return held


def write_schedules(schedules: Sequence[CardSchedule]) -> None:
    """Save them in as many statements as there are thousands."""
    if len(schedules) == 1:
        schedules[0].save(update_fields=_WRITTEN)
        return
    # Far cheaper than bulk_update, whose CASE grows with rows times columns. The rows are there,
    # and locked by way of their learner: nothing is ever inserted.
    CardSchedule.objects.bulk_create(
        schedules,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_WRITTEN,
        batch_size=1000,
    )
