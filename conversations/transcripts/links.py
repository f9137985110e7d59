from uuid import UUID

from django.urls import reverse

from conversations.transcripts.models import TranscriptChunk
from learning.progress.sources import Source

LONGEST = 90


def of_chunks(ids: set[UUID]) -> dict[UUID, Source]:
    """Where evidence of a tutoring session leads: to the stretch of the transcript."""
    rows = TranscriptChunk.objects.filter(pk__in=ids).select_related("session")
    return {row.pk: _source(row) for row in rows.defer("embedding", "search", "utterances")}


def _source(chunk: TranscriptChunk) -> Source:
    text = " ".join(chunk.text.split())
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    address = reverse("conversations:tutoring_session", args=[chunk.session_id])
    if chunk.start is None:
        return Source(shown, f"{address}?c={chunk.position}#c={chunk.position}")
    return Source(shown, f"{address}?t={int(chunk.start)}#t={int(chunk.start)}")
