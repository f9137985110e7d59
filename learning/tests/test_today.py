import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.services import issue_tokens
from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorFactory,
    UserFactory,
)
from learning.sessions.services import record_study
from learning.tests.factories import study_every_day
from learning.today import Step, forget_steps, steps_for

pytestmark = pytest.mark.django_db

TODAY = "learning:today"


@pytest.fixture
def ana():
    return UserFactory()


def today(client, learner):
    client.force_login(learner)
    return client.get(reverse(TODAY))


def test_asks_strangers_to_sign_in(client):
    response = client.get(reverse(TODAY))

    assert response.status_code == 302
    assert reverse("accounts:login") in response.url


def test_takes_no_writes(client, ana):
    client.force_login(ana)

    assert client.post(reverse(TODAY)).status_code == 405


def test_somebody_without_a_language_is_welcomed_first(client, ana):
    assert today(client, ana).url == reverse("accounts:onboarding")


def test_staff_without_a_language_go_to_their_desk(client):
    assert today(client, AdminFactory()).url == reverse("admin:index")
    assert today(client, TutorFactory()).url == reverse("conversations:tutor_queue")


def test_shows_level_streak_and_week(client, ana):
    LearnerLanguageFactory(user=ana, level="B1", level_set_at=timezone.now())
    study_every_day(ana, until=timezone.now().date(), days=3)
    context = today(client, ana).context

    assert context["level"] == "B1"
    assert context["streak"] == 3
    assert [day.studied for day in context["days"]] == [False] * 4 + [True] * 3


def test_two_years_of_study_cost_the_queries_of_a_week(client, ana):
    LearnerLanguageFactory(user=ana)
    LearnerLanguageFactory(user=(ben := UserFactory()))
    study_every_day(ana, until=timezone.now().date(), days=7)
    study_every_day(ben, until=timezone.now().date(), days=730)

    def cost(learner):
        client.force_login(learner)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(TODAY))
        return len(queries)

    assert cost(ana) == cost(ben) <= 12


def test_the_most_urgent_comes_first(ana, settings):
    settings.TODAY_STEPS = [f"{__name__}.later", f"{__name__}.sooner"]
    language = LearnerLanguageFactory(user=ana)

    steps = steps_for(learner=ana, language=language, now=timezone.now())

    assert [step.title for step in steps] == ["sooner", "later"]


def sooner(learner, language, now):
    return [Step(50, "sooner", "Go", "/", "It is due.")]


def later(learner, language, now):
    return [Step(10, "later", "Go", "/", "It is always possible.")]


OFFERED = []


def offered(learner, language, now):
    return [Step(10, title, "Go", "/", "It is there.") for title in OFFERED]


@pytest.fixture
def offers(settings, ana):
    """What there is to do changes behind the learner's back."""
    settings.TODAY_STEPS = [f"{__name__}.offered"]
    LearnerLanguageFactory(user=ana, level="B1")
    OFFERED[:] = ["first"]
    yield OFFERED
    OFFERED.clear()


def first_title(client, learner):
    return today(client, learner).context["primary"].title


def test_what_is_next_is_kept_for_a_minute(client, ana, offers):
    assert first_title(client, ana) == "first"
    offers[:] = ["second"]
    assert first_title(client, ana) == "first"
    forget_steps(ana.pk)
    assert first_title(client, ana) == "second"


@pytest.mark.parametrize("door", ["page", "api"])
def test_what_the_learner_does_is_seen_at_once(client, ana, offers, door):
    assert first_title(client, ana) == "first"
    offers[:] = ["second"]
    if door == "page":
        client.post(reverse("accounts:notifications_read_all"))
    else:
        token = issue_tokens(user=ana).token
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        assert Client().post("/api/notifications/read-all", **headers).status_code == 200
    assert first_title(client, ana) == "second"


def test_talk_which_goes_through_another_server_is_seen_at_once(client, ana, offers):
    assert first_title(client, ana) == "first"
    offers[:] = ["second"]
    record_study(learner=ana, language="es", now=timezone.now(), turns=1)
    assert first_title(client, ana) == "second"


def test_another_language_has_its_own(client, ana, offers):
    assert first_title(client, ana) == "first"
    offers[:] = ["second"]
    ana.languages.update(language="fr")
    assert first_title(client, ana) == "second"
