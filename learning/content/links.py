from uuid import UUID

from django.urls import reverse

from learning.content.models import ExerciseAnswer
from learning.progress.sources import Source

LONGEST = 90


def of_answers(ids: set[UUID]) -> dict[UUID, Source]:
    """What was answered, or the task when that was nothing; it leads to the exercise."""
    rows = ExerciseAnswer.objects.filter(pk__in=ids)
    return {row.pk: _source(row) for row in rows}


def _source(row: ExerciseAnswer) -> Source:
    text = row.answer or row.prompt.replace("___", "…")
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return Source(shown, reverse("learning:content", args=[row.item_id]))
