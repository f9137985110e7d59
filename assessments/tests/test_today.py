from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from assessments.tests.factories import make_assessment, make_bank
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
