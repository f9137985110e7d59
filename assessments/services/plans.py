"""What each type of assessment asks: how much, at which levels, about what, and when a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from assessments.engine import LEVELS, Rules
from assessments.engine.stopping import DEFAULT_RULES
from assessments.models import Assessment, Item, Response
from assessments.services.state import Sitting

Type = Assessment.Type
NEVER: Final = 1.1
"""A certainty that no belief reaches: the test is taken to its end."""
ONE_KEY: Final = (Item.Type.MULTIPLE_CHOICE, Item.Type.FILL_BLANK)
ANY_KEY: Final = (*ONE_KEY, Item.Type.TRANSLATION)
REMEMBERED: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an assessment goes: which types it asks, how many, whether a free text comes last."""

    types: tuple[str, ...]
    rules: Rules
    text: bool = False

    @property
    def maximum(self) -> int:
        return self.rules.maximum + self.text


PLANS: Final[Mapping[str, Plan]] = {
    # A translation costs a minute and has answers nobody thought of: not for a first meeting.
    Type.PLACEMENT: Plan(ONE_KEY, DEFAULT_RULES),
    Type.PROGRESS: Plan(ANY_KEY, Rules(certain=NEVER, minimum=14, maximum=14), text=True),
    Type.FINAL: Plan(ANY_KEY, Rules(certain=NEVER, minimum=30, maximum=30), text=True),
}


def plan_of(assessment: Assessment) -> Plan:
    return PLANS[assessment.assessment_type]


def target_level(assessment: Assessment) -> str:
    """The level a final is about: the learner's when it began; "" for one not placed by then.

    C2 counts as C1, the highest that the bank can tell.
    """
    level = assessment.learning_session.level
    return level if level in LEVELS or not level else LEVELS[-1]


def levels_asked(assessment: Assessment) -> set[str] | None:
    """A final asks at its level and the next, or at the top, the one before; others anywhere."""
    target = target_level(assessment)
    if assessment.assessment_type != Type.FINAL or not target:
        return None
    place = min(LEVELS.index(target), len(LEVELS) - 2)
    return set(LEVELS[place : place + 2])


def closing_item(sitting: Sitting, *, now: datetime) -> Item | None:
    """The free text an assessment ends with; None when it has none, or the bank has none.

    At the level of the test, else as near as there is one; not what the learner wrote lately, while
    there is another.
    """
    assessment = sitting.assessment
    if not plan_of(assessment).text or sitting.written:
        return None
    texts = Item.objects.active(assessment.language).filter(type=Item.Type.CONVERSATION)
    rows = list(texts.order_by("slug").values_list("pk", "level", "topic"))
    if not rows:
        return None
    seen = _written_lately(assessment, now=now)
    level = target_level(assessment) or sitting.belief.level
    if assessment.assessment_type == Type.PROGRESS:
        level = sitting.belief.level
    wanted = {topic.casefold() for topic in assessment.topics}
    rng = np.random.default_rng(assessment.id.int)
    ranked = [
        (
            abs(LEVELS.index(row_level) - LEVELS.index(level)),
            pk in seen,
            topic.casefold() not in wanted,
            rng.random(),
            pk,
        )
        for pk, row_level, topic in rows
    ]
    return Item.objects.get(pk=min(ranked)[-1])


def _written_lately(assessment: Assessment, *, now: datetime) -> set[UUID]:
    rows = Response.objects.filter(
        assessment__learner=assessment.learner_id,
        item__type=Item.Type.CONVERSATION,
        asked_at__gte=now - REMEMBERED,
    )
    return set(rows.values_list("item_id", flat=True))
