"""Taking back what was counted from a session: it goes, or somebody else was the student."""

from typing import Final

from conversations.transcripts.models import TutoringSession
from learning.mastery.errors import withdraw_slips
from learning.mastery.services import withdraw_sources

CHUNK: Final = "conversations.transcriptchunk"
"""What evidence of a tutoring session rests on."""


def withdraw(session: TutoringSession) -> None:
    """Evidence and slips go, and mastery is what the rest says. The practice made stays."""
    chunks = list(session.chunks.values_list("pk", flat=True))
    if chunks:
        learner = session.student
        withdraw_sources(learner=learner, source_type=CHUNK, source_ids=chunks)
        withdraw_slips(learner=learner, source_type=CHUNK, source_ids=chunks)
