from uuid import UUID

from django.urls import reverse

from learning.progress.sources import Source
from practice.sets.models import Submission
from practice.sets.wording import shown_answer


def of_submissions(ids: set[UUID]) -> dict[UUID, Source]:
    rows = Submission.objects.filter(pk__in=ids).select_related("question")
    return {
        row.pk: Source(
            f"{shown_answer(row.answer) or '–'} ({row.question.passage or row.question})"[:200],
            reverse("practice:set", args=[row.question.practice_set_id]),
        )
        for row in rows
    }
