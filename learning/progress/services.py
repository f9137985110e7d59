from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from learning.mastery.models import Surface
from learning.mastery.services import Shown, record_evidence
from learning.mastery.skills import add_practice_time
from learning.models import Concept

REPORTED = 0.3
"""Weight of what a client says of itself: nobody here saw the answer."""


@transaction.atomic
def track_practice(
    *,
    learner: User,
    client_id: UUID,
    concept: Concept,
    correct: bool,
    now: datetime,
    skill: str = "",
    hint_used: bool = False,
    seconds: int = 0,
) -> bool:
    """Take a client's word for some practice; False when it was told before."""
    shown = Shown(
        concept=concept,
        surface=Surface.PRACTICE,
        correct=correct,
        source_type="client",
        source_id=client_id,
        skill=skill,
        weight=REPORTED,
        hint_used=hint_used,
    )
    if not record_evidence(learner=learner, shown=[shown], now=now):
        return False
    if seconds and skill and concept.language:
        add_practice_time(learner=learner, language=concept.language, skill=skill, seconds=seconds)
    return True
