"""Today answers one question: what now? Apps below offer steps; this module only ranks them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import get_language

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


KEPT_SECONDS: Final = 60
"""How long what a worker or a tutor did may take to be seen on Today."""

_TOLD: Final = "parlance.told_by_stamp"

StepSource = Callable[[User, LearnerLanguage, datetime], list[Step]]


def steps_for(*, learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """Every app's steps, most urgent first. `TODAY_STEPS` names the sources."""
    steps: list[Step] = []
    for path in settings.TODAY_STEPS:
        source: StepSource = import_string(path)
        steps += source(learner, language, now)
    return sorted(steps, key=lambda step: -step.urgency)


def kept_steps(
    *, learner: User, language: LearnerLanguage, now: datetime, stamp: Hashable
) -> list[Step]:
    """As `steps_for`, asked anew when `stamp` is another one, when the learner has done something
    (`forget_steps`), and after a minute at most."""
    mark = (language.language, language.level, get_language(), stamp)
    kept = cache.get(_key(learner.pk))
    if kept and kept[0] == mark:
        steps: list[Step] = kept[1]
        return steps
    steps = steps_for(learner=learner, language=language, now=now)
    cache.set(_key(learner.pk), (mark, steps), KEPT_SECONDS)
    return steps


def forget_steps(learner_id: UUID) -> None:
    cache.delete(_key(learner_id))


def tell_by_stamp(request: HttpRequest) -> None:
    """For a door through which nothing goes uncounted: the learner's day, and the stamp with it,
    changes whenever Today does, and the cache need not be asked to forget as well."""
    request.META[_TOLD] = True


def is_told_by_stamp(request: HttpRequest) -> bool:
    return _TOLD in request.META


def _key(learner_id: UUID) -> str:
    return f"today:{learner_id}"
