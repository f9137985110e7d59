from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from accounts.models import User

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


@dataclass(frozen=True, slots=True)
class StudyOfLate:
    """The last days, oldest first, the empty ones too; and how many in a row were studied."""

    days: list[DayOfStudy]
    streak: int


# Consecutive days, newest first, and their ranks add up to one date: that date names their run, and
# the whole history is counted where it lies. Asked of the ORM, the same took three queries.
_RECENT = """
    SELECT day, turns, answers, corrections, length
    FROM (
        SELECT *, count(*) OVER (PARTITION BY run) AS length
        FROM (
            SELECT day, sum(turns) AS turns, sum(answers) AS answers,
                sum(corrections) AS corrections,
                day + (row_number() OVER (ORDER BY day DESC))::int AS run
            FROM learning_studyday WHERE learner_id = %s AND day <= %s
            GROUP BY day
        ) AS studied
    ) AS counted
    WHERE day >= %s
    ORDER BY day
"""


def study_of_late(learner: User, today: date, days: int = 7) -> StudyOfLate:
    """A streak ends today or yesterday: a day that is not over breaks nothing. `days` >= 2."""
    start = today - (days - 1) * ONE_DAY
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [learner.pk, today, start])
        rows = cursor.fetchall()
    known = {day: DayOfStudy(day, *sums) for day, *sums, _ in rows}
    dates = [start + number * ONE_DAY for number in range(days)]
    streak = rows[-1][-1] if rows and rows[-1][0] >= today - ONE_DAY else 0
    return StudyOfLate([known.get(day, DayOfStudy(day)) for day in dates], streak)
