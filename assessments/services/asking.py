from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import F

from assessments.engine import Pool, Stop, choose, stop_reason
from assessments.engine.selection import Mask
from assessments.models import Assessment, Item, Response
from assessments.services.candidates import Candidate, Candidates, candidates
from assessments.services.plans import levels_asked, plan_of
from assessments.services.state import Sitting
from assessments.services.uncertainty import uncertainty

ON_TOPIC: Final = 3.0
"""How much more an item is worth when the assessment was asked for its topic."""
SEEN: Final = 0.25
"""How much an item the learner met lately is worth: asked again only when little else is left."""
REMEMBERED: Final = timedelta(days=180)


def next_item(sitting: Sitting, *, now: datetime) -> Candidate | Stop:
    """The item to ask, or why nothing more is asked."""
    assessment = sitting.assessment
    bank = candidates(assessment.language)
    plan = plan_of(assessment)
    free = bank.of_types(plan.types)
    free[bank.those(response.item_id for response in sitting.answered)] = False
    available = bank.pool.skills_among(free)
    reason = stop_reason(sitting.belief, asked=sitting.asked, available=available, rules=plan.rules)
    if reason:
        return reason
    free = _at_level(bank, assessment, free)
    # Seeded by the place in the test, so that a reload or a second tab meets the same question.
    seed = [assessment.id.int, len(sitting.answered)]
    pool = _preferred(bank, assessment, now=now)
    index = choose(
        pool, sitting.belief, free=free, asked=sitting.asked, rng=np.random.default_rng(seed)
    )
    return Stop.EXHAUSTED if index is None else bank.items[index]


def ask(assessment: Assessment, item: Candidate | Item, *, number: int) -> Response:
    response = Response.objects.create(
        assessment=assessment,
        item_id=item.id,
        number=number,
        discrimination=item.discrimination,
        difficulty=item.difficulty,
        guessing=item.guessing,
    )
    Item.objects.filter(pk=item.id).update(exposures=F("exposures") + 1)
    return response


def _at_level(bank: Candidates, assessment: Assessment, free: Mask) -> Mask:
    """The free items of the levels that are asked; all of them once none of those is left."""
    levels = levels_asked(assessment)
    if levels is None:
        return free
    inside = free & bank.at_levels(levels)
    return inside if inside.any() else free


def _preferred(bank: Candidates, assessment: Assessment, *, now: datetime) -> Pool:
    worth = bank.sparing.copy()
    worth[bank.those(_seen_lately(assessment, now=now))] *= SEEN
    if assessment.topics:
        worth[bank.about(assessment.topics)] *= ON_TOPIC
    if assessment.assessment_type == Assessment.Type.PROGRESS:
        worth *= uncertainty(assessment, bank.lemmas, now=now).worth(
            item.about for item in bank.items
        )
    return bank.pool.preferring(worth)


def _seen_lately(assessment: Assessment, *, now: datetime) -> list[UUID]:
    rows = Response.objects.filter(
        assessment__learner=assessment.learner_id,
        assessment__language=assessment.language,
        asked_at__gte=now - REMEMBERED,
    )
    return list(rows.order_by().values_list("item_id", flat=True))
