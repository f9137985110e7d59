from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from learning.models import StudyDay
from learning.sessions.selectors import study_of_late
from learning.sessions.services import complete_session, record_study, start_session
from learning.tests.factories import StudyDayFactory, study_every_day

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.fixture
def ana():
    return UserFactory()


@pytest.mark.django_db
class TestRecording:
    def test_adds_up_on_one_day(self, ana):
        record_study(learner=ana, language="es", now=NOW, turns=1)
        record_study(learner=ana, language="es", now=NOW, turns=2, corrections=3)
        record_study(learner=ana, language="es", now=NOW, answers=1)

        day = StudyDay.objects.get()
        assert (day.turns, day.answers, day.corrections, day.day) == (3, 1, 3, TODAY)

    def test_keeps_days_and_languages_apart(self, ana):
        record_study(learner=ana, language="es", now=NOW, turns=1)
        record_study(learner=ana, language="fr", now=NOW, turns=1)
        record_study(learner=ana, language="es", now=NOW + timedelta(days=1), turns=1)

        assert StudyDay.objects.count() == 3

    @pytest.mark.parametrize(
        ("zone", "day"), [("Pacific/Auckland", 3), ("America/Los_Angeles", 2), ("UTC", 2)]
    )
    def test_the_day_is_the_learners(self, zone, day):
        record_study(learner=UserFactory(timezone=zone), language="es", now=NOW, turns=1)

        assert StudyDay.objects.get().day.day == day

    def test_nothing_done_leaves_no_day(self, ana):
        record_study(learner=ana, language="es", now=NOW)

        assert not StudyDay.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_tabs_at_once_lose_nothing():
    ana = UserFactory()

    def study(_):
        try:
            record_study(learner=ana, language="es", now=NOW, turns=1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(study, range(12)))

    assert StudyDay.objects.get().turns == 12


@pytest.mark.django_db
class TestStreak:
    @pytest.mark.parametrize(
        ("days_ago", "length"),
        [
            ([], 0),
            ([0], 1),
            ([0, 1, 2], 3),
            ([1, 2], 2),
            ([2, 3, 4], 0),
            ([0, 2, 3], 1),
            ([0, 1, 3, 4], 2),
        ],
    )
    def test_counts_days_in_a_row_up_to_today_or_yesterday(self, ana, days_ago, length):
        for back in days_ago:
            StudyDayFactory(learner=ana, day=TODAY - timedelta(days=back))

        assert study_of_late(ana, TODAY).streak == length

    def test_two_languages_on_a_day_are_one_day(self, ana):
        for back, language in ((0, "es"), (0, "fr"), (1, "fr"), (2, "es")):
            StudyDayFactory(learner=ana, day=TODAY - timedelta(days=back), language=language)

        assert study_of_late(ana, TODAY).streak == 3

    def test_is_the_learners_own(self, ana):
        study_every_day(UserFactory(), until=TODAY, days=5)

        assert study_of_late(ana, TODAY).streak == 0

    def test_two_years_cost_the_queries_of_two_days(self, ana):
        def cost(learner):
            with CaptureQueriesContext(connection) as queries:
                length = study_of_late(learner, TODAY).streak
            return length, len(queries)

        study_every_day(ana, until=TODAY, days=2)
        study_every_day(ben := UserFactory(), until=TODAY, days=730)

        assert cost(ana) == (2, 1)
        assert cost(ben) == (730, 1)


@pytest.mark.django_db
class TestRecentDays:
    def test_fills_the_days_without_study(self, ana):
        StudyDayFactory(learner=ana, day=TODAY, turns=2, corrections=1)
        StudyDayFactory(learner=ana, day=TODAY, turns=1, language="fr")
        StudyDayFactory(learner=ana, day=TODAY - timedelta(days=9))

        days = study_of_late(ana, TODAY).days

        assert [day.date for day in days] == [TODAY - timedelta(days=n) for n in range(6, -1, -1)]
        assert [day.studied for day in days] == [False] * 6 + [True]
        assert (days[-1].turns, days[-1].corrections) == (3, 1)


@pytest.mark.django_db
class TestSessions:
    def test_runs_from_start_to_completion(self, ana):
        session = start_session(
            learner=ana, session_type="practice", language="es", metadata={"from": "today"}
        )
        assert session.status == "active"

        complete_session(session=session, now=NOW, metadata={"right": 4})

        session.refresh_from_db()
        assert (session.status, session.completed_at) == ("completed", NOW)
        assert session.metadata == {"from": "today", "right": 4}

    def test_completing_again_changes_nothing(self, ana):
        session = start_session(learner=ana, session_type="practice", language="es")
        complete_session(session=session, now=NOW)
        complete_session(session=session, now=NOW + timedelta(hours=1))

        session.refresh_from_db()
        assert session.completed_at == NOW
