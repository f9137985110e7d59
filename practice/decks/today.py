from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import LearnerLanguage, User
from learning.today import Step
from practice.decks.queue import Counts, counts_by_deck
from practice.decks.selectors import minutes_for

DUE, ONLY_NEW = 60, 25
"""Due today comes before all but a placement; new cards can wait."""


def steps(learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """The cards of the day, of the language and of decks without one."""
    left = Counts()
    for counts in counts_by_deck(learner=learner, now=now, language=language.language).values():
        left += counts
    if not left.total:
        return []
    due = left.review + left.learning
    return [
        Step(
            urgency=DUE if due else ONLY_NEW,
            title=_("Review your cards"),
            action=_continue(left.total),
            url=reverse("practice:review"),
            reason=_reason(left),
            minutes=minutes_for(learner=learner, cards=left.total, now=now),
        )
    ]


def _continue(cards: int) -> str:
    text = ngettext("Continue: %(count)d card", "Continue: %(count)d cards", cards)
    return text % {"count": cards}


def _reason(left: Counts) -> str:
    due = left.review + left.learning
    if not due:
        return _("New cards are waiting. A few a day stay; many at once do not.")
    text = ngettext(
        "%(count)d card is about to be forgotten: now is when a review does most.",
        "%(count)d cards are about to be forgotten: now is when a review does most.",
        due,
    )
    return text % {"count": due}
