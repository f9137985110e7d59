from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from config.ids import new_id
from learning.mastery.errors import SlipMade, record_slips
from learning.mastery.services import record_evidence
from learning.models import Evidence, RecurringError, SkillProgress
from learning.tests.factories import LearningSessionFactory
from learning.tests.learners import ConceptFactory, shown

pytestmark = pytest.mark.django_db


def client_of(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


@pytest.fixture
def ana():
    return UserFactory(name="Ana")


@pytest.fixture
def as_ana(ana):
    return client_of(ana)


def practise(learner, concept, *, days_ago=0, **more):
    now = timezone.now() - timedelta(days=days_ago)
    return record_evidence(learner=learner, shown=[shown(concept, **more)], now=now)


def recurring_error(learner, *, key="ser-estar", times=2, **more):
    for _ in range(times):
        slip = SlipMade(
            key=key,
            kind="grammar",
            original="soy cansada",
            corrected="estoy cansada",
            reason="A passing state takes estar.",
            source_type="conversations.correction",
            source_id=new_id(),
            **more,
        )
        record_slips(learner=learner, language="es", slips=[slip], now=timezone.now())
    return RecurringError.objects.get(learner=learner, key=key)


class TestStudentProgress:
    def url(self, student):
        return f"/api/progress/student/{student.pk}"

    def test_the_shape_of_the_contract(self, ana, as_ana):
        concept = ConceptFactory(name="por and para")
        practise(ana, concept)
        LearningSessionFactory(learner=ana, status="completed")
        body = as_ana.get(self.url(ana)).json()
        assert body["studentId"] == str(ana.pk)
        assert body["overallProgress"] == {
            "sessionsCompleted": 1,
            "practicesCompleted": 1,
            "averageScore": 100,
            "improvementRate": None,
        }
        assert body["goals"] == []
        found = body["concepts"][0]
        assert (found["name"], found["kind"], found["level"]) == ("por and para", "grammar", "A2")
        assert found["masteryLevel"] == 75
        assert {"conceptId", "lastPracticed", "forgetsAt"} <= set(found)
        assert body["recentActivity"][0]["type"] == "assessment"
        assert body["recentActivity"][0]["score"] == 100

    def test_a_newcomer_has_nothing_to_show(self, ana, as_ana):
        body = as_ana.get(self.url(ana)).json()
        assert body["concepts"] == body["recentActivity"] == []
        assert body["overallProgress"]["averageScore"] is None

    def test_improvement_compares_with_the_month_before(self, ana, as_ana):
        concept = ConceptFactory()
        for days_ago, correct in ((45, True), (44, False), (3, True), (2, True)):
            practise(ana, concept, days_ago=days_ago, correct=correct)
        overall = as_ana.get(self.url(ana)).json()["overallProgress"]
        assert (overall["averageScore"], overall["improvementRate"]) == (100, 50)

    def test_talk_is_no_score(self, ana, as_ana):
        practise(ana, ConceptFactory(), surface="conversation")
        body = as_ana.get(self.url(ana)).json()
        assert body["overallProgress"]["averageScore"] is None
        assert body["recentActivity"][0]["score"] is None

    def test_who_may_look(self, ana):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        assert APIClient().get(self.url(ana)).status_code == 401
        assert client_of(UserFactory(name="Ben")).get(self.url(ana)).status_code == 404
        assert client_of(TutorFactory()).get(self.url(ana)).status_code == 404
        assert client_of(tessa).get(self.url(ana)).status_code == 200
        assert client_of(AdminFactory()).get(self.url(ana)).status_code == 200

    def test_it_is_only_read(self, ana, as_ana):
        assert as_ana.post(self.url(ana)).status_code == 405

    @pytest.mark.parametrize("history", [1, 12])
    def test_queries_do_not_grow(self, ana, as_ana, history, django_assert_max_num_queries):
        for concept in ConceptFactory.create_batch(history):
            practise(ana, concept)
        with django_assert_max_num_queries(6):
            as_ana.get(self.url(ana))


class TestOwnProgress:
    def test_each_skill_with_the_fields_of_the_contract(self, ana, as_ana):
        practise(ana, ConceptFactory(), skill="reading")
        SkillProgress.objects.update(seconds=150, level="B1")
        row = as_ana.get("/api/user/progress").json()["progress"][0]
        assert row["language"] == "es"
        assert (row["skillArea"], row["currentLevel"], row["progressScore"]) == (
            "reading",
            "B1",
            100.0,
        )
        assert (row["totalPracticeTime"], row["streakDays"]) == (2, 1)
        assert row["lastPracticeDate"] == timezone.now().date().isoformat()

    def test_nobody_else_is_seen(self, as_ana):
        practise(UserFactory(name="Ben"), ConceptFactory(), skill="reading")
        assert as_ana.get("/api/user/progress").json() == {"progress": []}

    def test_strangers_are_turned_away(self):
        assert APIClient().get("/api/user/progress").status_code == 401


class TestTracking:
    def body(self, concept, **more):
        return {"clientId": str(new_id()), "conceptId": str(concept.pk), "correct": True} | more

    def test_a_clients_report_counts_a_little(self, ana, as_ana):
        concept = ConceptFactory()
        sent = self.body(concept, skill="vocabulary", timeSpent=40)
        answer = as_ana.post("/api/progress/track", sent, format="json")
        assert answer.status_code == 201
        assert answer.json()["conceptId"] == str(concept.pk)
        row = Evidence.objects.get()
        assert (row.surface, row.weight) == ("practice", 0.3)
        assert SkillProgress.objects.get().seconds == 40

    def test_a_report_sent_twice_counts_once(self, as_ana):
        sent = self.body(ConceptFactory(), skill="vocabulary", timeSpent=40)
        as_ana.post("/api/progress/track", sent, format="json")
        assert as_ana.post("/api/progress/track", sent, format="json").status_code == 200
        assert Evidence.objects.count() == 1
        assert SkillProgress.objects.get().seconds == 40

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"clientId": "x"}, "clientId"),
            ({"conceptId": None}, "conceptId"),
            ({"correct": "perhaps"}, "correct"),
            ({"skill": "juggling"}, "skill"),
            ({"timeSpent": 4000}, "timeSpent"),
        ],
    )
    def test_what_is_wrong_is_said(self, as_ana, changes, field):
        sent = self.body(ConceptFactory()) | changes
        answer = as_ana.post("/api/progress/track", sent, format="json")
        assert answer.status_code == 400
        assert field in answer.json()["details"]
        assert not Evidence.objects.exists()

    def test_an_unknown_concept_is_not_found(self, as_ana):
        sent = self.body(ConceptFactory()) | {"conceptId": str(new_id())}
        assert as_ana.post("/api/progress/track", sent, format="json").status_code == 404

    def test_strangers_are_turned_away(self):
        assert APIClient().post("/api/progress/track", {}, format="json").status_code == 401


class TestMastery:
    def test_what_fades_first_comes_first(self, ana, as_ana):
        strong, weak = ConceptFactory(), ConceptFactory()
        for days_ago in (20, 15, 5):
            practise(ana, strong, days_ago=days_ago)
        practise(ana, weak, correct=False)
        body = as_ana.get("/api/mastery").json()
        assert [row["conceptId"] for row in body["concepts"]] == [str(weak.pk), str(strong.pk)]
        assert body["total"] == 2

    @pytest.mark.parametrize(
        ("query", "found"),
        [("?state=known", 1), ("?state=new", 1), ("?kind=lemma", 0), ("?language=fr", 0)],
    )
    def test_filters(self, ana, as_ana, query, found):
        known = ConceptFactory()
        for days_ago in (20, 15, 5):
            practise(ana, known, days_ago=days_ago)
        practise(ana, ConceptFactory())
        assert as_ana.get(f"/api/mastery{query}").json()["total"] == found

    def test_a_wrong_filter_is_named(self, as_ana):
        answer = as_ana.get("/api/mastery?state=asleep")
        assert answer.status_code == 400
        assert "state" in answer.json()["details"]

    def test_a_tutor_asks_for_a_student(self, ana):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        practise(ana, ConceptFactory())
        url = f"/api/mastery?studentId={ana.pk}"
        assert client_of(tessa).get(url).json()["total"] == 1
        assert client_of(UserFactory(name="Ben")).get(url).status_code == 404

    def test_a_concept_says_what_made_it(self, ana, as_ana):
        concept = ConceptFactory(explanation={"en": "What lasts takes ser."})
        practise(ana, concept, days_ago=3)
        practise(ana, concept, correct=False)
        body = as_ana.get(f"/api/mastery/{concept.pk}").json()
        assert body["explanation"] == "What lasts takes ser."
        assert [sign["correct"] for sign in body["evidence"]] == [False, True]

    def test_a_concept_never_met_is_not_found(self, as_ana):
        concept = ConceptFactory()
        practise(UserFactory(name="Ben"), concept)
        assert as_ana.get(f"/api/mastery/{concept.pk}").status_code == 404

    def test_strangers_are_turned_away(self):
        assert APIClient().get("/api/mastery").status_code == 401

    @pytest.mark.parametrize("count", [1, 15])
    def test_queries_do_not_grow(self, ana, as_ana, count, django_assert_max_num_queries):
        for concept in ConceptFactory.create_batch(count):
            practise(ana, concept)
        with django_assert_max_num_queries(3):
            as_ana.get("/api/mastery")


class TestErrors:
    def test_open_ones_come_first(self, ana, as_ana):
        recurring_error(ana, key="one")
        closed = recurring_error(ana, key="two")
        RecurringError.objects.filter(pk=closed.pk).update(status="closed")
        rows = as_ana.get("/api/errors").json()["errors"]
        assert [row["status"] for row in rows] == ["open", "closed"]
        assert rows[0]["original"] == "soy cansada"

    def test_made_once_is_not_recurring(self, ana, as_ana):
        recurring_error(ana, times=1)
        assert as_ana.get("/api/errors").json()["total"] == 0

    def test_by_status(self, ana, as_ana):
        recurring_error(ana)
        assert as_ana.get("/api/errors?status=open").json()["total"] == 1
        assert as_ana.get("/api/errors?status=closed").json()["total"] == 0
        assert as_ana.get("/api/errors?status=lost").status_code == 400

    def test_one_with_its_history(self, ana, as_ana):
        concept = ConceptFactory(name="ser and estar")
        error = recurring_error(ana, concept=concept)
        body = as_ana.get(f"/api/errors/{error.pk}").json()
        assert [event["type"] for event in body["events"]] == ["slip", "slip", "opened"]
        assert (body["times"], body["name"]) == (2, "ser and estar")

    def test_anothers_is_not_found(self, ana):
        error = recurring_error(ana)
        assert client_of(UserFactory(name="Ben")).get(f"/api/errors/{error.pk}").status_code == 404

    def test_strangers_are_turned_away(self):
        assert APIClient().get("/api/errors").status_code == 401
