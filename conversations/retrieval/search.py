"""Finding what a question is about, by meaning and by words, in what the asker may read."""

from collections.abc import Collection
from uuid import UUID

from conversations.retrieval.found import ALL_KINDS, Retrieved


async def retrieve(
    *,
    learner_id: UUID,
    question: str,
    language: str,
    native_language: str,
    kinds: Collection[str] = ALL_KINDS,
    limit: int = 6,
    student_ids: Collection[UUID] | None = None,
) -> Retrieved:
    """The passages nearest to the question, best first, of the learner's own and public lessons.

    With `student_ids` the asker is a tutor or an admin, and the rows searched are those of these
    students that they may see. Never raises for a provider: without vectors it searches by words.
    """
    raise NotImplementedError
