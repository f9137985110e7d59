"""How a learner stands with a concept, in four words; each is a condition on the mastery row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, F, Q, Value, When

from learning.mastery.models import Mastery, MasteryQuerySet


class ConceptState(models.TextChoices):
    NEW = "new", "New"
    WEAK = "weak", "Weak"
    FADING = "fading", "Fading"
    KNOWN = "known", "Known"


MET_ONCE = Q(evidence_count=1)
NEVER_REACHED = Q(forgets_at=F("last_practiced"))
"""Below the learner's target even when it was last practised."""


def with_state(rows: MasteryQuerySet, now: datetime) -> Any:
    """Rows with `state`: new (met once), weak (never reached the target), fading (fallen below it
    since), known (above it now)."""
    state = Case(
        When(MET_ONCE, then=Value(ConceptState.NEW)),
        When(NEVER_REACHED, then=Value(ConceptState.WEAK)),
        When(forgets_at__lte=now, then=Value(ConceptState.FADING)),
        default=Value(ConceptState.KNOWN),
        output_field=models.CharField(),
    )
    return rows.annotate(state=state)


def concepts_of(learner_id: UUID, language: str = "") -> MasteryQuerySet:
    rows: MasteryQuerySet = Mastery.objects.filter(learner=learner_id)
    return rows.filter(language=language) if language else rows
