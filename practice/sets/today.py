from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import LearnerLanguage, User
from learning.models import RecurringError
from learning.today import Step
from practice.sets.models import PracticeSet
from practice.sets.wording import title_of

ASSIGNED, BEGUN, READY, ERRORS = 58, 56, 46, 40
MINUTES: Final = 5
OFFERED_FOR: Final = timedelta(days=14)
"""A set of one's own that nobody began is forgotten after that."""
Status = PracticeSet.Status


def steps(learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """The set that waits; without one, an error that keeps coming back. At most one step."""
    rows = PracticeSet.objects.filter(
        learner=learner,
        language=language.language,
        kind=PracticeSet.Kind.PRACTICE,
        status__in=(Status.READY, Status.IN_PROGRESS),
        assigned_at__gt=now - OFFERED_FOR,
    ).select_related("assigned_by")
    waiting = max(rows.order_by("-assigned_at")[:20], key=_urgency, default=None)
    return [_step(waiting)] if waiting else _errors(learner, language)


def _urgency(row: PracticeSet) -> int:
    if row.assigned_by_id:
        return ASSIGNED
    return BEGUN if row.status == Status.IN_PROGRESS else READY


def _step(row: PracticeSet) -> Step:
    return Step(
        urgency=_urgency(row),
        title=_("Practise: %(title)s") % {"title": title_of(row)},
        action=_("Go on") if row.status == Status.IN_PROGRESS else _("Begin"),
        url=reverse("practice:set", args=[row.pk]),
        reason=_reason(row),
        minutes=MINUTES,
    )


def _reason(row: PracticeSet) -> str:
    if row.assigned_by:
        name = row.assigned_by.get_short_name()
        return _("%(name)s made this set for you.") % {"name": name}
    if row.status == Status.IN_PROGRESS:
        return _("You began this set; your answers are kept.")
    return _("You asked for this set, and it is ready.")


def _errors(learner: User, language: LearnerLanguage) -> list[Step]:
    mine: Any = RecurringError.objects.filter(learner=learner, language=language.language)
    errors = list(mine.open().order_by("-last_seen_at")[:10])
    if not errors:
        return []
    count, last = len(errors), errors[0]
    reason = ngettext(
        "“%(slip)s” keeps coming back.",
        "%(count)d slips keep coming back, such as “%(slip)s”.",
        count,
    )
    return [
        Step(
            urgency=ERRORS,
            title=_("Practise what you got wrong"),
            action=_("See practice"),
            url=reverse("practice:sets"),
            reason=reason % {"count": count, "slip": last.original},
            minutes=MINUTES,
        )
    ]
