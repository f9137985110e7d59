from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from assessments.models import Assessment
from assessments.tests.factories import make_assessment, make_bank
from learning.models import StudyDay
from learning.today import steps_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def unplaced(ana):
    return LearnerLanguageFactory(
        user=ana, level="", level_source="", level_probability=None, level_low="", level_high=""
    )


def today(client, learner):
    client.force_login(learner)
    return client.get(reverse("learning:today"))


def test_without_a_level_the_placement_comes_first(client, ana, unplaced):
    make_bank(each=1)
    response = today(client, ana)

    assert response.context["primary"].url == reverse("assessments:placement")
    assert response.context["level"] == ""
    assert response.context["primary"].title in response.content.decode()


def test_a_started_placement_is_gone_on_with(client, ana, unplaced):
    make_bank(each=2)
    make_assessment(learner=ana, answers=3)
    primary = today(client, ana).context["primary"]

    assert "3 answers are kept" in primary.reason
    assert primary.url == reverse("assessments:placement")


def test_no_placement_is_offered_where_nothing_can_be_asked(client, ana, unplaced):
    context = today(client, ana).context
    steps = [context["primary"], *context["steps"]]

    assert reverse("assessments:placement") not in [step.url for step in steps if step]


class TestSteps:
    @pytest.mark.parametrize(
        ("fields", "urgency"),
        [
            ({"level": "", "level_source": ""}, 100),
            ({"level": "B1", "level_source": "self"}, 80),
            ({"level": "B1", "level_source": "placement"}, None),
            ({"level": "B1", "level_source": "override"}, None),
        ],
    )
    def test_the_placement_is_as_urgent_as_the_level_is_unsure(
        self, ana, settings, fields, urgency
    ):
        make_bank(each=1)
        settings.TODAY_STEPS = ["assessments.today.steps"]
        now = timezone.now()
        language = LearnerLanguageFactory(user=ana, level_set_at=now, **fields)

        steps = steps_for(learner=ana, language=language, now=now)

        assert [step.urgency for step in steps] == ([urgency] if urgency else [])
        assert all(step.reason and step.minutes for step in steps)

    def test_an_old_result_may_be_checked_again(self, ana, settings):
        make_bank(each=1)
        settings.TODAY_STEPS = ["assessments.today.steps"]
        now = timezone.now()
        language = LearnerLanguageFactory(user=ana, level_set_at=now - timedelta(days=150))

        assert [step.urgency for step in steps_for(learner=ana, language=language, now=now)] == [20]


class TestTheNextTest:
    NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _only_tests(self, settings):
        settings.TODAY_STEPS = ["assessments.today.steps"]
        make_bank(each=2)

    def steps(self, ana, *, days_ago=10, answers=0, turns=0, ability=0.5, level="B1"):
        now = self.NOW
        language = LearnerLanguageFactory(
            user=ana, level=level, level_source="placement", level_set_at=now
        )
        taken = make_assessment(learner=ana, answers=25)
        when = now - timedelta(days=days_ago)
        Assessment.objects.update(completed_at=when, ability=ability)
        StudyDay.objects.all().delete()
        StudyDay.objects.create(learner=ana, language="es", day=when.date(), answers=25)
        if answers or turns:
            StudyDay.objects.create(
                learner=ana, language="es", day=now.date(), answers=answers, turns=turns
            )
        assert taken.status == "completed"
        return steps_for(learner=ana, language=language, now=now)

    def test_a_progress_test_says_what_was_done_since(self, ana):
        [step] = self.steps(ana, answers=24)

        assert step.url == reverse("assessments:progress")
        assert step.reason == "24 answers since your last test."

    def test_messages_count_too(self, ana):
        [step] = self.steps(ana, answers=1, turns=19)

        assert step.reason == "1 answer and 19 messages since your last test."

    @pytest.mark.parametrize(
        "fields", [{"answers": 19}, {"answers": 90, "days_ago": 1}, {"answers": 0}]
    )
    def test_nothing_is_offered_too_early(self, ana, fields):
        assert self.steps(ana, **fields) == []

    def test_near_the_end_of_the_level_it_is_the_final(self, ana):
        [step] = self.steps(ana, answers=30, ability=1.2)

        assert step.url == reverse("assessments:final")
        assert "near the end of B1" in step.reason

    def test_what_was_begun_is_gone_on_with(self, ana):
        self.steps(ana, answers=30)
        make_assessment(learner=ana, assessment_type="progress", answers=2)
        [step] = steps_for(learner=ana, language=ana.languages.get(), now=self.NOW)

        assert step.title == "Finish your progress test"
        assert step.url == reverse("assessments:progress")

    def test_a_longer_history_costs_no_more_queries(self, ana):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                steps_for(learner=ana, language=ana.languages.get(), now=self.NOW)
            return len(queries)

        self.steps(ana, answers=30)
        few = cost()
        for _ in range(4):
            make_assessment(learner=ana, answers=25)
        Assessment.objects.update(completed_at=self.NOW - timedelta(days=10))

        assert cost() == few
