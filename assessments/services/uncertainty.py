"""Which items a progress test prefers: those about concepts that mastery is unsure of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from django.db.models import Q

from assessments.engine.scale import Floats
from assessments.models import Assessment, Item
from learning.concepts.models import Concept
from learning.mastery.memory import Memory
from learning.mastery.models import Mastery
from learning.mastery.services import memory_of

UNCERTAIN: Final = 4.0
"""How much more an item is worth whose concept mastery knows nothing sure of, beside a sure one."""
UNMET: Final = 0.3
"""Uncertainty of a concept without any evidence: worth a look, but first what was begun."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How unsure mastery is of a learner's concepts, 0 to 1, by kind and slug."""

    known: Mapping[tuple[str, str], float]

    def of(self, *, skill: str, topic: str, lemma: str = "") -> float:
        kind = Concept.Kind.GRAMMAR if skill == Item.Skill.GRAMMAR else Concept.Kind.TOPIC
        about = self.known.get((kind, topic), UNMET)
        word = self.known.get((Concept.Kind.LEMMA, lemma), UNMET) if lemma else 0.0
        return max(about, word)

    def worth(self, items: Iterable[tuple[str, str, str]]) -> Floats:
        """A factor on the worth of each item, given as skill, topic and lemma."""
        unsure = [self.of(skill=skill, topic=topic, lemma=lemma) for skill, topic, lemma in items]
        return 1 + (UNCERTAIN - 1) * np.array(unsure, dtype=float)


def uncertainty(assessment: Assessment, lemmas: Iterable[str], *, now: datetime) -> Uncertainty:
    """From the learner's mastery, in one query; of words only those named."""
    asked = ~Q(kind=Concept.Kind.LEMMA) | Q(concept__slug__in=set(lemmas))
    rows = Mastery.objects.filter(
        asked, learner=assessment.learner_id, language=assessment.language
    ).select_related("concept")
    return Uncertainty({(row.kind, row.concept.slug): unsure(memory_of(row), now) for row in rows})


def unsure(memory: Memory, now: datetime) -> float:
    """1 where right and wrong weigh the same or all has faded, 0 where the next answer is known.

    Little evidence leaves command near one half, so it counts as unsure by itself.
    """
    return max(4 * memory.command * (1 - memory.command), 1 - memory.recall(now))
