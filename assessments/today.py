from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import LearnerLanguage, User
from assessments.models import Assessment, Item
from learning.today import Step

MINUTES = 8
FRESH = timedelta(days=120)
"""A measured level is worth checking again after this long."""


def steps(learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """The placement, as far as it is still worth taking: a running one before all else."""
    active = Assessment.objects.filter(
        learner=learner,
        language=language.language,
        assessment_type=Assessment.Type.PLACEMENT,
        status=Assessment.Status.ACTIVE,
    ).first()
    if active:
        return [_continue(active, language)]
    offers = _first_or_again(language, now)
    return offers if offers and Item.objects.active(language.language).exists() else []


def _continue(assessment: Assessment, language: LearnerLanguage) -> Step:
    answered = assessment.responses.filter(answered_at__isnull=False).count()
    kept = ngettext(
        "Your one answer is kept, and you go on where you stopped.",
        "Your %(count)d answers are kept, and you go on where you stopped.",
        answered,
    )
    fresh = _("You started the test and can go on where you stopped.")
    return Step(
        urgency=80 if language.level else 100,
        title=_("Finish your placement test"),
        action=_("Continue the test"),
        url=reverse("assessments:placement"),
        reason=kept % {"count": answered} if answered else fresh,
        minutes=max(2, MINUTES - answered // 2),
    )


def _first_or_again(language: LearnerLanguage, now: datetime) -> list[Step]:
    place = {"language": language.get_language_display()}
    if not language.level:
        title = _("Find your level in %(language)s") % place
        reason = _("Everything else is chosen to fit it. The test adapts to you, so it is short.")
        return [_offer(100, title, reason)]
    if language.level_source == LearnerLanguage.Source.SELF:
        title = _("Check your level in %(language)s") % place
        reason = _("%(level)s is your own estimate. A short test makes it sure.") % {
            "level": language.level
        }
        return [_offer(80, title, reason)]
    measured = language.level_set_at
    placed = language.level_source == LearnerLanguage.Source.PLACEMENT
    if placed and measured and now - measured > FRESH:
        title = _("See how far you have come in %(language)s") % place
        return [_offer(20, title, _("Your last test was over four months ago."))]
    return []


def _offer(urgency: int, title: str, reason: str) -> Step:
    return Step(
        urgency=urgency,
        title=title,
        action=_("Take the placement test"),
        url=reverse("assessments:placement"),
        reason=reason,
        minutes=MINUTES,
    )
