from uuid import UUID

from django.urls import reverse

from assessments.models import Assessment, Response
from learning.progress.sources import Source

LONGEST = 90


def of_responses(ids: set[UUID]) -> dict[UUID, Source]:
    """The question, once the assessment is over: before that its answer tells nothing."""
    rows = Response.objects.filter(
        pk__in=ids, assessment__status=Assessment.Status.COMPLETED
    ).select_related("item")
    return {row.pk: _source(row) for row in rows}


def _source(response: Response) -> Source:
    text = response.item.prompt.replace("___", "…")
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return Source(shown, reverse("assessments:result", args=[response.assessment_id]))
