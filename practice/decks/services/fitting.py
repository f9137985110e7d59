from datetime import datetime
from uuid import UUID

from accounts.models import User
from practice.decks.fitting import ENOUGH, logs_of
from practice.decks.services.rescheduling import reschedule_deck
from practice.decks.studying import calendar_of, studied


def fit_deck(*, deck: UUID, learner: UUID, now: datetime) -> bool:
    """Fit FSRS to a learner's reviews of a deck, and make its schedules again by it.

    Only where there are reviews enough, and where the fit foretells cards that were kept out of it
    better than the parameters of now; gives whether that was so. Takes seconds: for a worker.
    """
    from fsrs.scheduler import DEFAULT_PARAMETERS

    from practice.decks.scheduling.fit import fit  # numpy

    user = User.objects.get(pk=learner)
    found = studied(user, [deck]).get(deck)
    if found is None:
        return False
    logs = logs_of(deck=deck, learner=learner, calendar=calendar_of(user))
    asked = sum(day > 0 for log in logs for day in log.days)
    better = False
    if asked >= ENOUGH:
        fitted = fit(logs, tuple(found.by.parameters) or DEFAULT_PARAMETERS)
        better = fitted.better
        if better:
            found.by.parameters = list(fitted.parameters)
    found.by.fitted_at = now
    found.by.save(update_fields=["parameters", "fitted_at"])
    if better:
        reschedule_deck(deck=deck, learner=learner)
    return better
