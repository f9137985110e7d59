from uuid import UUID

from django.urls import reverse

from learning.progress.sources import Source
from practice.decks.faces import title_of
from practice.decks.models import ReviewLog

LONGEST = 90


def of_reviews(ids: set[UUID]) -> dict[UUID, Source]:
    rows = ReviewLog.objects.filter(pk__in=ids).select_related("card__note")
    return {row.pk: _source(row) for row in rows}


def _source(log: ReviewLog) -> Source:
    text = title_of(log.card)
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return Source(shown, reverse("practice:note", args=[log.card.note_id]))
