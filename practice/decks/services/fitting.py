from datetime import datetime
from uuid import UUID

from fsrs.scheduler import DEFAULT_PARAMETERS

from accounts.models import User
from practice.decks.fitting import ENOUGH, logs_of
from practice.decks.scheduling.fit import Log, fit
from practice.decks.services.rescheduling import reschedule_deck
from practice.decks.studying import calendar_of, studied


def fit_deck(*, deck: UUID, learner: UUID, now: datetime) -> bool:
    """Fit FSRS to a learner's reviews of a deck, and make its schedules again by it.

    Only where there are reviews enough. Of the fit, the parameters of now and FSRS's own, those are
    kept that best foretell cards left out of the fit; gives whether that changed them. Takes
    seconds: for a worker.
    """
    user = User.objects.get(pk=learner)
    found = studied(user, [deck]).get(deck)
    if found is None:
        return False
    logs = logs_of(deck=deck, learner=learner, calendar=calendar_of(user))
    before = list(found.by.parameters)
    found.by.parameters = _best(logs, before)
    found.by.fitted_at = now
    found.by.save(update_fields=["parameters", "fitted_at"])
    if found.by.parameters == before:
        return False
    reschedule_deck(deck=deck, learner=learner)
    return True


def _best(logs: list[Log], before: list[float]) -> list[float]:
    if sum(day > 0 for log in logs for day in log.days) < ENOUGH:
        return before
    fitted = fit(logs, tuple(before) or DEFAULT_PARAMETERS)
    if fitted.better:
        return list(fitted.parameters)
    return before if fitted.loss_before <= fitted.loss_default else []
