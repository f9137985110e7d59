"""Today answers one question: what now? Apps below offer steps; this module only ranks them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import LearnerLanguage, User


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a learner could do next, with the reason it is offered."""

    urgency: int
    """Higher comes first: 100 nothing works without it, 50 due today, 10 always possible."""
    title: str
    action: str
    """The words on the button."""
    url: str
    reason: str
    minutes: int | None = None


StepSource = Callable[[User, LearnerLanguage, datetime], list[Step]]


def steps_for(*, learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """Every app's steps, most urgent first. `TODAY_STEPS` names the sources."""
    steps: list[Step] = []
    for path in settings.TODAY_STEPS:
        source: StepSource = import_string(path)
        steps += source(learner, language, now)
    return sorted(steps, key=lambda step: -step.urgency)
