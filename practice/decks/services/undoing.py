from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from learning.mastery.services import withdraw_evidence
from learning.models import Surface
from practice.decks.errors import NothingToUndo
from practice.decks.evidence import REVIEW
from practice.decks.models import CardSchedule, ReviewLog
from practice.decks.scheduling.state import from_json
from practice.decks.services.reviewing import Answer, Outcome
from practice.decks.services.writing import take_turns, write_schedules
from practice.decks.studying import calendar_of, desk_for, past_of, studied, take_state


@transaction.atomic
def undo_last_review(*, learner: User, now: datetime, client_id: UUID | None = None) -> Outcome:
    """Take back the last review of the learner's day; the review stays on record, struck out.

    The card is as it was before, its siblings come back, and what the review showed no longer
    counts. With `client_id` it is that review which is meant: undoing it again changes nothing.
    Raises NothingToUndo when there is none, or when another came after it.
    """
    held = take_turns(learner)
    calendar = calendar_of(held)
    log = _meant(held, client_id)
    if log is None or calendar.day(log.reviewed_at) != calendar.day(now):
        raise NothingToUndo
    rows = CardSchedule.objects.select_related("card__note")
    schedule = rows.filter(learner=held, card=log.card_id).first()
    decks = studied(held, [schedule.deck_id]) if schedule else {}
    if schedule is None or not decks:
        raise NothingToUndo
    answer = Answer(log.card_id, log.rating, log.client_id)
    desk = desk_for(schedule, decks[schedule.deck_id].by, calendar)
    if log.undone_at:
        return Outcome(answer, schedule, log, desk, repeated=True)
    log.undone_at = now
    log.save(update_fields=["undone_at"])
    later = _later(log)
    if later:
        # Only a right use elsewhere, or a review another device sent late, can have come since.
        state = desk.replay(from_json(log.before), [past_of(one) for one in later])[-1]
    else:
        state = from_json(log.before)
    take_state(schedule, state, schedule.scheduler)
    schedule.version += 1
    write_schedules([schedule])
    _bring_back_siblings(held, log)
    withdraw_evidence(learner=held, source_type=REVIEW, source_id=log.pk)
    return Outcome(answer, schedule, log, desk)


def _meant(learner: User, client_id: UUID | None) -> ReviewLog | None:
    """The last standing review; or the one named, if none stands that came after it."""
    mine = ReviewLog.objects.filter(learner=learner, surface=Surface.REVIEW, weight=1)
    last = mine.standing().order_by("-reviewed_at", "-id").first()
    if client_id is None or (last and last.client_id == client_id):
        return last
    return mine.filter(client_id=client_id, undone_at__isnull=False).first()


def _later(log: ReviewLog) -> list[ReviewLog]:
    rows = ReviewLog.objects.standing().filter(learner=log.learner_id, card=log.card_id)
    rows = rows.filter(reviewed_at__gte=log.reviewed_at, id__gt=log.pk)
    return list(rows.order_by("reviewed_at", "id"))


def _bring_back_siblings(learner: User, log: ReviewLog) -> None:
    buried = log.after.get("buried", [])
    if buried:
        rows = CardSchedule.objects.filter(learner=learner, pk__in=buried)
        rows.update(buried_until=None)
