from uuid import UUID

from django.urls import reverse

from learning.progress.sources import Source
from practice.sets.models import PracticeSet, Submission
from practice.sets.wording import shown_answer


def of_submissions(ids: set[UUID]) -> dict[UUID, Source]:
    rows = Submission.objects.filter(pk__in=ids).select_related("question__practice_set")
    return {
        row.pk: Source(
            f"{shown_answer(row.answer) or '–'} ({row.question.passage or row.question})"[:200],
            _address(row.question.practice_set),
        )
        for row in rows
    }


def _address(row: PracticeSet) -> str:
    page = "practice:picture" if row.kind == PracticeSet.Kind.PICTURE else "practice:set"
    return reverse(page, args=[row.pk])
