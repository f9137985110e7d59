from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import LearnerLanguage, User
from conversations.models import Conversation
from learning.today import Step

CAN_WAIT, WORTH_IT, UNFINISHED = 10, 30, 40
MINUTES = 5


def steps(learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """Go on with the last conversation of the day before, or begin one."""
    mine = Conversation.objects.owned_by(learner).filter(language=language.language)
    # One that was opened and left without a word is nothing to go on with.
    begun = mine.filter(last_message_at__isnull=False)
    last = begun.order_by("-last_message_at", "-created_at").only("title").first()
    if last is None:
        return [_first_talk()]
    return [_go_on(last), _new_talk()]


def _first_talk() -> Step:
    return Step(
        urgency=WORTH_IT,
        title=_("Have a first conversation"),
        action=_("Start talking"),
        url=reverse("conversations:list"),
        reason=_("Five minutes of real sentences, corrected as you go."),
        minutes=MINUTES,
    )


def _go_on(conversation: Conversation) -> Step:
    return Step(
        urgency=UNFINISHED,
        title=_("Go on with “%(title)s”") % {"title": str(conversation)},
        action=_("Continue"),
        url=reverse("conversations:detail", args=[conversation.pk]),
        reason=_("Your last conversation, where you left it."),
        minutes=MINUTES,
    )


def _new_talk() -> Step:
    return Step(
        urgency=CAN_WAIT,
        title=_("Talk about something new"),
        action=_("Pick a situation"),
        url=reverse("conversations:list"),
        reason=_("New situations bring new words."),
        minutes=MINUTES,
    )
