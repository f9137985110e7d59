from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import (
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from config.errors import Conflict
from config.ids import new_id
from learning.models import LearningSession, SkillProgress
from learning.sessions.services import change_session, note_activity
from learning.tests.factories import LearningSessionFactory

pytestmark = pytest.mark.django_db

SESSIONS = "/api/sessions"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def ana():
    user = UserFactory()
    LearnerLanguageFactory(user=user, level="B2")
    return user


@pytest.fixture
def api(ana):
    return signed_in(ana)


def signed_in(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


def session_of(learner, **fields):
    """One that started at NOW."""
    session = LearningSessionFactory(learner=learner, **fields)
    LearningSession.objects.filter(pk=session.pk).update(started_at=NOW)
    session.refresh_from_db()
    return session


def after(**span):
    return NOW + timedelta(**span)


class TestCreate:
    def test_gives_the_session(self, api, ana):
        response = api.post(
            SESSIONS,
            {
                "sessionType": "practice",
                "language": "es",
                "difficultyLevel": "beginner",
                "topics": ["travel"],
                "metadata": {"skill": "vocabulary"},
            },
        )
        body = response.json()

        assert response.status_code == 201
        assert UUID(body.pop("id"))
        assert body.pop("createdAt") == body.pop("startedAt")
        assert body == {
            "userId": str(ana.pk),
            "sessionType": "practice",
            "language": "es",
            "difficultyLevel": "beginner",
            "level": "A1",
            "topics": ["travel"],
            "status": "active",
            "metadata": {"skill": "vocabulary"},
            "seconds": 0,
            "activeAt": None,
            "completedAt": None,
        }

    @pytest.mark.parametrize(
        ("difficulty", "level"),
        [("intermediate", "B2"), ("advanced", "C1"), (None, "B2")],
    )
    def test_takes_the_learners_own_level_where_it_falls_within(self, api, difficulty, level):
        body = {"sessionType": "practice", "language": "es"}
        body |= {"difficultyLevel": difficulty} if difficulty else {}

        assert api.post(SESSIONS, body).json()["level"] == level

    @pytest.mark.parametrize(
        "change",
        [
            {"sessionType": "nap"},
            {"language": "tlh"},
            {"difficultyLevel": "B1"},
            {"topics": ["x"] * 21},
            {"metadata": {str(number): "x" for number in range(21)}},
            {"metadata": {"long": "x" * 201}},
            {"metadata": {"\0": "x"}},
            {"userId": "me"},
        ],
    )
    def test_refuses_what_makes_no_sense(self, api, change):
        response = api.post(SESSIONS, {"sessionType": "practice", "language": "es"} | change)

        assert (response.status_code, response.json()["code"]) == (400, "invalid")
        assert not LearningSession.objects.exists()

    def test_for_somebody_else_is_refused(self, api, ana):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        body = {"sessionType": "practice", "language": "es"}

        other = api.post(SESSIONS, body | {"userId": str(UserFactory().pk)})
        tutor = signed_in(tessa).post(SESSIONS, body | {"userId": str(ana.pk)})
        assert (other.status_code, tutor.status_code) == (404, 403)

    def test_twice_with_a_key_makes_one(self, api):
        body = {"sessionType": "practice", "language": "es"}
        first = api.post(SESSIONS, body, headers={"Idempotency-Key": "one"})
        again = api.post(SESSIONS, body, headers={"Idempotency-Key": "one"})

        assert first.json() == again.json()
        assert LearningSession.objects.count() == 1


class TestList:
    def test_gives_ones_own_the_latest_first(self, api, ana):
        first, second = session_of(ana), LearningSessionFactory(learner=ana)
        session_of(UserFactory())

        body = api.get(SESSIONS).json()
        assert [row["id"] for row in body["sessions"]] == [str(second.pk), str(first.pk)]
        assert body["total"] == 2

    @pytest.mark.parametrize("query", ["status=paused", "sessionType=conversation", "language=fr"])
    def test_filters(self, api, ana, query):
        session_of(ana)
        wanted = session_of(ana, status="paused", session_type="conversation", language="fr")

        body = api.get(f"{SESSIONS}?{query}").json()
        assert [row["id"] for row in body["sessions"]] == [str(wanted.pk)]

    def test_a_tutor_sees_those_of_their_student(self, ana):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        session_of(ana)

        path = f"{SESSIONS}?studentId={ana.pk}"
        assert signed_in(tessa).get(path).json()["total"] == 1
        assert signed_in(TutorFactory()).get(path).status_code == 404

    def test_forty_cost_the_queries_of_two(self, api, ana):
        def cost(number):
            for _ in range(number):
                LearningSessionFactory(learner=ana)
            with CaptureQueriesContext(connection) as queries:
                api.get(f"{SESSIONS}?limit=100")
            return len(queries)

        assert cost(2) == cost(38)


class TestChange:
    @pytest.mark.parametrize(
        ("steps", "last"),
        [
            (["paused"], "paused"),
            (["paused", "active"], "active"),
            (["paused", "paused"], "paused"),
            (["paused", "completed"], "completed"),
            (["completed", "completed"], "completed"),
        ],
    )
    def test_goes_the_ways_there_are(self, api, ana, steps, last):
        path = f"{SESSIONS}/{session_of(ana).pk}"
        for step in steps:
            response = api.patch(path, {"status": step})

        assert (response.status_code, response.json()["status"]) == (200, last)
        assert (api.get(path).json()["completedAt"] is not None) is (last == "completed")

    @pytest.mark.parametrize("status", ["active", "paused"])
    def test_what_is_over_stays_over(self, api, ana, status):
        session = session_of(ana, status="completed")
        response = api.patch(f"{SESSIONS}/{session.pk}", {"status": status})

        assert (response.status_code, response.json()["code"]) == (409, "session_completed")

    @pytest.mark.parametrize("body", [{}, {"status": "asleep"}, {"status": None}])
    def test_wants_a_status(self, api, ana, body):
        assert api.patch(f"{SESSIONS}/{session_of(ana).pk}", body).status_code == 400

    @pytest.mark.parametrize("end", ["", "/activity"])
    def test_is_the_learners_alone(self, api, ana, end):
        other, mine = session_of(UserFactory()), session_of(ana)
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        method = "post" if end else "patch"

        def status(client, session):
            path = f"{SESSIONS}/{session.pk}{end}"
            return getattr(client, method)(path, {"status": "paused"}).status_code

        assert (status(api, other), status(signed_in(tessa), mine)) == (404, 403)

    def test_strangers_and_other_methods(self, api, ana):
        session = session_of(ana)
        path = f"{SESSIONS}/{session.pk}"

        assert APIClient().get(path).status_code == 401
        assert APIClient().post(f"{path}/activity").status_code == 401
        assert api.get(f"{SESSIONS}/{new_id()}").status_code == 404
        assert api.delete(path).status_code == 405
        assert api.get(f"{path}/activity").status_code == 405


class TestTime:
    """Time on task is counted between signs of work, at most a minute for each."""

    def note(self, session, *seconds):
        for second in seconds:
            note_activity(session=session, now=after(seconds=second))
        session.refresh_from_db()
        return session.seconds

    def test_counts_from_sign_to_sign(self, ana):
        assert self.note(session_of(ana), 20, 50, 60) == 60

    def test_a_long_silence_counts_for_a_minute(self, ana):
        assert self.note(session_of(ana), 10, 4000, 4010) == 10 + 60 + 10

    def test_an_open_tab_counts_nothing(self, ana):
        session = session_of(ana)
        self.note(session, 10)

        change_session(session=session, status="completed", now=after(hours=9))
        session.refresh_from_db()
        assert session.seconds == 70

    def test_two_tabs_count_once(self, ana):
        assert self.note(session_of(ana), 30, 31, 60, 61, 90, 91) == 91

    def test_parts_of_a_second_are_not_lost(self, ana):
        assert self.note(session_of(ana), *(0.4 * number for number in range(1, 101))) == 40

    def test_a_clock_that_goes_back_takes_nothing_away(self, ana):
        assert self.note(session_of(ana), 40, 10, 50) == 50

    def test_paused_time_never_counts(self, ana):
        session = session_of(ana)
        self.note(session, 20)
        change_session(session=session, status="paused", now=after(seconds=30))
        assert self.note(session, 40, 50, 500) == 30

        change_session(session=session, status="active", now=after(seconds=600))
        assert self.note(session, 610) == 40

    def test_nothing_counts_after_the_end(self, ana):
        session = session_of(ana)
        change_session(session=session, status="completed", now=after(seconds=20))

        assert self.note(session, 40, 50) == 20
        with pytest.raises(Conflict):
            change_session(session=session, status="active", now=NOW)

    @pytest.mark.parametrize(
        ("fields", "skill"),
        [
            ({"metadata": {"skill": "reading"}}, "reading"),
            ({"session_type": "conversation"}, "writing"),
        ],
    )
    def test_goes_to_the_skill(self, ana, fields, skill):
        self.note(session_of(ana, **fields), 30, 50)

        assert list(SkillProgress.objects.values_list("skill", "seconds")) == [(skill, 50)]

    @pytest.mark.parametrize("told", [{}, {"skill": "juggling"}, {"skill": 7}])
    def test_or_to_none(self, ana, told):
        assert self.note(session_of(ana, metadata=told), 30) == 30
        assert not SkillProgress.objects.exists()

    def test_over_the_wire(self, api, ana):
        session = LearningSessionFactory(learner=ana)
        LearningSession.objects.filter(pk=session.pk).update(
            started_at=session.started_at - timedelta(minutes=30)
        )
        body = api.post(f"{SESSIONS}/{session.pk}/activity").json()
        again = api.post(f"{SESSIONS}/{session.pk}/activity").json()

        assert body["seconds"] == again["seconds"] == 60
        assert body["activeAt"] is not None


@pytest.mark.django_db(transaction=True)
def test_tabs_at_the_same_moment_count_once():
    session = session_of(UserFactory(), metadata={"skill": "grammar"})

    def beat(_):
        try:
            note_activity(session=session, now=after(seconds=45))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(beat, range(8)))

    session.refresh_from_db()
    assert session.seconds == SkillProgress.objects.get().seconds == 45
