from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import LearnerLanguage, User
from learning.content.models import ContentItem
from learning.content.ranking import Need, Recommendation
from learning.content.selectors import recommended
from learning.today import Step

URGENCY: Final = {
    Need.ERROR: 60,
    Need.WEAK: 55,
    Need.FADING: 50,
    Need.NEW: 35,
    Need.TALK: 20,
}
LESS_URGENT: Final = 15
"""What the steps after the first lose: they stand beside other apps' steps, not before them."""
Type = ContentItem.Type


def steps(learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """The first of what is recommended, and the first of another kind; nothing before there is a
    level to choose by."""
    if not language.level:
        return []
    offers = recommended(learner=learner, language=language.language, level=language.level, now=now)
    chosen = offers[:1]
    for offer in offers[1:]:
        if offer.candidate.content_type != chosen[0].candidate.content_type:
            chosen.append(offer)
            break
    return [_step(offer, LESS_URGENT * (number > 0)) for number, offer in enumerate(chosen)]


def _step(offer: Recommendation, later: int) -> Step:
    candidate = offer.candidate
    title, action = _words(candidate.content_type)
    return Step(
        urgency=URGENCY[offer.need] - later,
        title=title % {"title": candidate.title},
        action=action,
        url=reverse("learning:content", args=[candidate.item_id]),
        reason=offer.reason,
        minutes=candidate.minutes,
    )


def _words(content_type: str) -> tuple[str, str]:
    """The title of a step and what its button says."""
    if content_type == Type.EXERCISE:
        return _("Practise: %(title)s"), _("Practise")
    if content_type == Type.CONVERSATION_STARTER:
        return _("Talk: %(title)s"), _("See the situation")
    return _("Learn: %(title)s"), _("Read the lesson")
