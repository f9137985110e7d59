from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Sum

from accounts.models import User
from learning.models import StudyDay

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayOfStudy:
    """One calendar day of a learner, all their languages together."""

    date: date
    turns: int = 0
    answers: int = 0
    corrections: int = 0

    @property
    def studied(self) -> bool:
        return self.turns + self.answers + self.corrections > 0


def streak(learner: User, today: date) -> int:
    """Days in a row, ending today or yesterday: a day that is not over breaks nothing."""
    mine = StudyDay.objects.filter(learner=learner)
    last = (
        mine.filter(day__lte=today, day__gte=today - ONE_DAY)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
    if last is None:
        return 0
    # Walks the index back from the last day and stops at the first gap, however long the history.
    day_before = mine.filter(day=OuterRef("day") - ONE_DAY)
    first = (
        mine.filter(~Exists(day_before), day__lte=last)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
    return (last - (first or last)).days + 1


def recent_days(learner: User, today: date, days: int = 7) -> list[DayOfStudy]:
    """The last `days` days, oldest first, the empty ones too."""
    start = today - (days - 1) * ONE_DAY
    rows = (
        StudyDay.objects.filter(learner=learner, day__range=(start, today))
        .order_by("day")
        .values("day")
        .annotate(all_turns=Sum("turns"), all_answers=Sum("answers"), all_fixes=Sum("corrections"))
    )
    known = {
        row["day"]: DayOfStudy(row["day"], row["all_turns"], row["all_answers"], row["all_fixes"])
        for row in rows
    }
    dates = [start + number * ONE_DAY for number in range(days)]
    return [known.get(day, DayOfStudy(day)) for day in dates]
