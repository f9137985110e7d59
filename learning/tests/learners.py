"""Concepts and signs for tests of the learner model."""

from datetime import UTC, datetime, timedelta

import factory

from config.ids import new_id
from learning.mastery.services import Shown, record_evidence
from learning.models import Concept, Surface

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ConceptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Concept

    kind = Concept.Kind.GRAMMAR
    language = "es"
    slug = factory.Sequence(lambda n: f"point-{n}")
    name = factory.LazyAttribute(lambda concept: concept.slug.replace("-", " "))
    level = "A2"


def shown(concept, *, correct=True, source=None, surface=Surface.ASSESSMENT, **more):
    return Shown(
        concept=concept,
        surface=surface,
        correct=correct,
        source_type="assessments.response",
        source_id=source or new_id(),
        **more,
    )


def show(learner, concept, *, day=0, **more):
    """One sign, `day` days after the start."""
    now = START + timedelta(days=day)
    return record_evidence(learner=learner, shown=[shown(concept, **more)], now=now)
