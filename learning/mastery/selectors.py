from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from accounts.selectors import user_settings
from learning.mastery.memory import TARGET
from learning.mastery.models import Evidence


def target_of(learner: User) -> int:
    """The mastery a learner wants to keep, 50 to 95."""
    chosen = user_settings(learner).learning.get("targetMastery", TARGET)
    return min(max(int(chosen), 50), 95) if isinstance(chosen, int | float) else TARGET


def counted(rows: Iterable[Evidence]) -> list[Evidence]:
    """What counts, in the order of replay: of each source only the latest judgement."""
    latest: dict[tuple[UUID, UUID, str, UUID], Evidence] = {}
    for row in sorted(rows, key=lambda row: row.revision):
        latest[row.learner_id, row.concept_id, row.source_type, row.source_id] = row
    return sorted(
        latest.values(), key=lambda row: (row.occurred_at, row.source_type, row.source_id)
    )
