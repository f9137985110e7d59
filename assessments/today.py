from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import LearnerLanguage, User
from accounts.selectors import local_day
from assessments.engine import LEVELS, level_centre
from assessments.models import Assessment, Item
from learning.models import StudyDay
from learning.today import Step

Type = Assessment.Type
MINUTES = {Type.PLACEMENT: 10, Type.PROGRESS: 10, Type.FINAL: 25}
FRESH = timedelta(days=120)
"""A measured level is worth checking again after this long."""
ENOUGH_DONE = 20
"""Answers and messages since the last test from which another one can show something."""
REST = timedelta(days=3)
"""Between two tests, however much was done: mastery needs a night or two to show."""
NEAR_THE_END = 0.35
"""Above the middle of a level, in ability, from which its final is worth trying: a quarter of a
level's width before the end."""


def steps(learner: User, language: LearnerLanguage, now: datetime) -> list[Step]:
    """The tests worth taking now: a running one before all else."""
    tests = Assessment.objects.filter(learner=learner, language=language.language)
    under_way = Q(status=Assessment.Status.ACTIVE)
    finished = tests.completed().order_by("-completed_at")[:1]
    rows = list(tests.filter(under_way | Q(pk__in=finished.values("pk"))))
    active = [row for row in rows if row.status == Assessment.Status.ACTIVE]
    if active:
        return [_continue(row, language) for row in active]
    last = next(iter(rows), None)
    offers = _first_or_again(language, now) or _next_test(learner, language, last, now)
    return offers if offers and Item.objects.active(language.language).exists() else []


def _continue(assessment: Assessment, language: LearnerLanguage) -> Step:
    answered = assessment.responses.filter(answered_at__isnull=False).count()
    kept = ngettext(
        "Your one answer is kept, and you go on where you stopped.",
        "Your %(count)d answers are kept, and you go on where you stopped.",
        answered,
    )
    fresh = _("You started the test and can go on where you stopped.")
    test = Type(assessment.assessment_type)
    titles = {
        Type.PLACEMENT: _("Finish your placement test"),
        Type.PROGRESS: _("Finish your progress test"),
        Type.FINAL: _("Finish your final test"),
    }
    return Step(
        urgency=80 if language.level else 100,
        title=titles[test],
        action=_("Continue the test"),
        url=reverse(f"assessments:{test.value}"),
        reason=kept % {"count": answered} if answered else fresh,
        minutes=max(2, MINUTES[test] - answered // 2),
    )


def _first_or_again(language: LearnerLanguage, now: datetime) -> list[Step]:
    place = {"language": language.get_language_display()}
    if not language.level:
        title = _("Find your level in %(language)s") % place
        reason = _("Everything else is chosen to fit it. The test adapts to you, so it is short.")
        return [_placement(100, title, reason)]
    if language.level_source == LearnerLanguage.Source.SELF:
        title = _("Check your level in %(language)s") % place
        reason = _("%(level)s is your own estimate. A short test makes it sure.") % {
            "level": language.level
        }
        return [_placement(80, title, reason)]
    measured = language.level_set_at
    placed = language.level_source == LearnerLanguage.Source.PLACEMENT
    if placed and measured and now - measured > FRESH:
        title = _("See how far you have come in %(language)s") % place
        return [_placement(20, title, _("Your last test was over four months ago."))]
    return []


def _placement(urgency: int, title: str, reason: str) -> Step:
    return Step(
        urgency=urgency,
        title=title,
        action=_("Take the placement test"),
        url=reverse("assessments:placement"),
        reason=reason,
        minutes=MINUTES[Type.PLACEMENT],
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What a learner did on the days after a test."""

    answers: int
    turns: int

    @property
    def words(self) -> str:
        answers = ngettext("%(count)d answer", "%(count)d answers", self.answers)
        turns = ngettext("%(count)d message", "%(count)d messages", self.turns)
        parts = [
            text % {"count": count}
            for text, count in ((answers, self.answers), (turns, self.turns))
            if count
        ]
        return _("%(done)s since your last test.") % {"done": _(" and ").join(parts)}


def _next_test(
    learner: User, language: LearnerLanguage, last: Assessment | None, now: datetime
) -> list[Step]:
    """A final near the end of the level, else a progress test, once enough was done."""
    if last is None or last.completed_at is None or now - last.completed_at < REST:
        return []
    done = _done_since(learner, language, last.completed_at)
    if done.answers + done.turns < ENOUGH_DONE:
        return []
    if _near_the_end(language, last):
        return [_final(language, done)]
    return [_progress(done)]


def _done_since(learner: User, language: LearnerLanguage, moment: datetime) -> Done:
    later = StudyDay.objects.filter(
        learner=learner, language=language.language, day__gt=local_day(learner, moment)
    )
    sums = later.aggregate(answers=Sum("answers", default=0), turns=Sum("turns", default=0))
    return Done(**sums)


def _near_the_end(language: LearnerLanguage, last: Assessment) -> bool:
    if language.level not in LEVELS or last.ability is None:
        return False
    return last.ability >= level_centre(language.level) + NEAR_THE_END


def _progress(done: Done) -> Step:
    return Step(
        urgency=30,
        title=_("See what has become sure"),
        action=_("Take the progress test"),
        url=reverse("assessments:progress"),
        reason=done.words,
        minutes=MINUTES[Type.PROGRESS],
    )


def _final(language: LearnerLanguage, done: Done) -> Step:
    near = _("Your last result lies near the end of %(level)s.") % {"level": language.level}
    return Step(
        urgency=35,
        title=_("Find out whether %(level)s is behind you") % {"level": language.level},
        action=_("Take the final test"),
        url=reverse("assessments:final"),
        reason=f"{near} {done.words}",
        minutes=MINUTES[Type.FINAL],
    )
