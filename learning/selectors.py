from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Sum

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


# Consecutive days, newest first, and their ranks add up to one date; each gap begins another. Asked
# of the ORM, the same took an anti-join over the whole history.
_RUNS = """
    SELECT run, count(DISTINCT day)
    FROM (
        SELECT day, day + (dense_rank() OVER (ORDER BY day DESC))::int AS run
        FROM learning_studyday WHERE learner_id = %s AND day <= %s
    ) AS ranked
    GROUP BY run ORDER BY run DESC LIMIT 1
"""


def streak(learner: User, today: date) -> int:
    """Days in a row, ending today or yesterday: a day that is not over breaks nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [learner.pk, today])
        newest = cursor.fetchone()
    if newest is None:
        return 0
    run, days = newest
    # The newest day's rank is 1: a run that ended yesterday adds up to today, an older one to less.
    return int(days) if run >= today else 0


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
