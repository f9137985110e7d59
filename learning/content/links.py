from uuid import UUID

from django.urls import reverse

from learning.content.models import ExerciseAnswer
from learning.progress.sources import Source


def of_answers(ids: set[UUID]) -> dict[UUID, Source]:
    rows = ExerciseAnswer.objects.filter(pk__in=ids)
    return {
        row.pk: Source(
            f"{row.answer or '–'} ({row.prompt})", reverse("learning:content", args=[row.item_id])
        )
        for row in rows
    }
