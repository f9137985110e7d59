"""Cards held back: suspended until asked for, buried until tomorrow, or made new again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from practice.decks.models import CardSchedule, ReviewLog
from practice.decks.scheduling.state import CardState, State
from practice.decks.services.writing import take_turns
from practice.decks.studying import calendar_of


@transaction.atomic
def suspend(*, learner: User, cards: Iterable[UUID], suspended: bool = True) -> int:
    """Keep cards out of the learner's queue until they ask for them again; how many changed."""
    take_turns(learner)
    rows = CardSchedule.objects.filter(learner=learner, card__in=list(cards))
    return rows.exclude(suspended=suspended).update(suspended=suspended, version=F("version") + 1)


@transaction.atomic
def bury(*, learner: User, cards: Iterable[UUID], now: datetime, buried: bool = True) -> int:
    """Keep cards back until the learner's next day, or bring them back; how many changed."""
    held = take_turns(learner)
    until = calendar_of(held).day(now) + timedelta(days=1) if buried else None
    rows = CardSchedule.objects.filter(learner=learner, card__in=list(cards))
    return rows.update(buried_until=until, version=F("version") + 1)


@transaction.atomic
def reset(*, learner: User, cards: Iterable[UUID], now: datetime) -> int:
    """Make cards new again. Their reviews stay on record, struck out; how many cards changed."""
    take_turns(learner)
    keys = list(cards)
    rows = CardSchedule.objects.filter(learner=learner, card__in=keys).exclude(state=State.NEW)
    logs = ReviewLog.objects.standing().filter(learner=learner, card__in=rows.values("card"))
    logs.update(undone_at=now)
    fresh = CardState()
    return rows.update(
        **{name: getattr(fresh, name) for name in CardState.__dataclass_fields__},
        version=F("version") + 1,
    )
