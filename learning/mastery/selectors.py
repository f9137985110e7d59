from collections.abc import Iterable
from uuid import UUID

from learning.mastery.models import Evidence


def counted(rows: Iterable[Evidence]) -> list[Evidence]:
    """What counts, in the order of replay: of each source only the latest judgement."""
    latest: dict[tuple[UUID, UUID, str, UUID], Evidence] = {}
    for row in sorted(rows, key=lambda row: row.revision):
        latest[row.learner_id, row.concept_id, row.source_type, row.source_id] = row
    return sorted(
        latest.values(), key=lambda row: (row.occurred_at, row.source_type, row.source_id)
    )
