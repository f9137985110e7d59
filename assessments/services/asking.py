from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db.models import F

from assessments.engine import Pool, Stop, choose, stop_reason
from assessments.models import Assessment, Item, Response
from assessments.services.grading import GRADABLE
from assessments.services.state import Sitting

ON_TOPIC = 3.0
"""How much more an item is worth when the assessment was asked for its topic."""
SEEN = 0.25
"""How much an item the learner met lately is worth: asked again only when little else is left."""
REMEMBERED = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Candidate:
    id: UUID
    discrimination: float
    difficulty: float
    guessing: float
    skill: str
    topic: str


def next_item(sitting: Sitting, *, now: datetime) -> Candidate | Stop:
    """The item to ask, or why nothing more is asked."""
    bank = candidates(sitting.assessment.language)
    done = {response.item_id for response in sitting.answered}
    free = np.array([item.id not in done for item in bank], dtype=bool)
    available = {item.skill for item, unused in zip(bank, free, strict=True) if unused}
    reason = stop_reason(sitting.belief, asked=sitting.asked, available=available)
    if reason:
        return reason
    # Seeded by the place in the test, so that a reload or a second tab meets the same question.
    seed = [sitting.assessment.id.int, len(sitting.answered)]
    pool = _pool(bank, sitting.assessment, now=now)
    index = choose(
        pool, sitting.belief, free=free, asked=sitting.asked, rng=np.random.default_rng(seed)
    )
    return Stop.EXHAUSTED if index is None else bank[index]


def candidates(language: str) -> list[Candidate]:
    """Every item that can be asked and judged, in one query of plain values."""
    fields = ("id", "discrimination", "difficulty", "guessing", "skill", "topic")
    rows = Item.objects.active(language).filter(type__in=GRADABLE).order_by("slug")
    return [Candidate(*row) for row in rows.values_list(*fields)]


def ask(assessment: Assessment, item: Candidate, *, number: int) -> Response:
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


def _pool(bank: list[Candidate], assessment: Assessment, *, now: datetime) -> Pool:
    seen = _seen_lately(assessment, now=now)
    topics = {topic.casefold() for topic in assessment.topics}
    return Pool.of(
        discrimination=[item.discrimination for item in bank],
        difficulty=[item.difficulty for item in bank],
        guessing=[item.guessing for item in bank],
        skills=[item.skill for item in bank],
        preference=[
            (SEEN if item.id in seen else 1.0)
            * (ON_TOPIC if topics & {item.topic.casefold(), item.skill} else 1.0)
            for item in bank
        ],
    )


def _seen_lately(assessment: Assessment, *, now: datetime) -> set[UUID]:
    rows = Response.objects.filter(
        assessment__learner=assessment.learner_id,
        assessment__language=assessment.language,
        asked_at__gte=now - REMEMBERED,
    )
    return set(rows.values_list("item_id", flat=True))
