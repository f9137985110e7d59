from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import (
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.models import Assessment, Item
from assessments.services import abandon_assessment, current_question
from assessments.tests.factories import ItemFactory, make_assessment, make_bank, reply
from learning.tests.content import lesson, point

pytestmark = pytest.mark.django_db

PLACEMENT = reverse("assessments:placement")


@pytest.fixture
def ana(client):
    learner = UserFactory()
    LearnerLanguageFactory(
        user=learner, level="", level_source="", level_probability=None, level_low="", level_high=""
    )
    client.force_login(learner)
    return learner


@pytest.fixture
def bank():
    return make_bank()


def url(name, assessment):
    return reverse(f"assessments:{name}", args=[assessment.pk])


def answer(client, assessment, *, htmx=False, **fields):
    question = current_question(assessment)
    headers = {"HX-Request": "true"} if htmx else {}
    data = {"question": question.pk if question else uuid4(), **(fields or {"answer": "b"})}
    return client.post(url("question", assessment), data, headers=headers)


class TestWhoMayEnter:
    def test_strangers_sign_in_first(self, client, bank):
        assessment = make_assessment()
        for method, address in (
            ("get", PLACEMENT),
            ("post", url("question", assessment)),
            ("post", url("stop", assessment)),
            ("get", url("result", assessment)),
        ):
            response = getattr(client, method)(address)
            assert response.status_code == 302
            assert reverse("accounts:login") in response.url

    def test_others_are_absent(self, client, ana, bank):
        other = make_assessment(answers=30)

        assert client.get(url("result", other)).status_code == 404
        assert client.post(url("question", other), {"question": uuid4()}).status_code == 404
        assert client.post(url("stop", other)).status_code == 404

    def test_methods_are_held_to(self, client, ana, bank):
        assessment = make_assessment(learner=ana)

        assert client.put(PLACEMENT).status_code == 405
        assert client.get(url("question", assessment)).status_code == 405
        assert client.get(url("stop", assessment)).status_code == 405
        assert client.post(url("result", assessment)).status_code == 405

    def test_somebody_without_a_language_is_welcomed_first(self, client):
        client.force_login(UserFactory())

        assert client.get(PLACEMENT).url == reverse("accounts:onboarding")

    def test_posts_need_the_form_token(self, ana, bank, client):
        client.handler.enforce_csrf_checks = True

        assert client.post(PLACEMENT).status_code == 403


class TestPlacement:
    def test_introduces_itself_and_starts_nothing(self, client, ana, bank):
        response = client.get(PLACEMENT)

        assert response.context["question"] is None
        assert response.context["available"] is True
        assert not Assessment.objects.exists()

    def test_starts_on_request(self, client, ana, bank):
        response = client.post(PLACEMENT, follow=True)

        assert response.redirect_chain == [(PLACEMENT, 302)]
        assert response.context["question"].number == 1
        assert response.context["certainty"] < 30

    def test_starting_is_limited_and_reading_is_not(self, client, ana, bank, settings):
        settings.RATES = settings.RATES | {"assessment": "1/h"}
        client.post(PLACEMENT)

        assert client.post(PLACEMENT).status_code == 429
        assert client.get(PLACEMENT).status_code == 200

    def test_resumes_where_it_was_left(self, client, ana, bank):
        assessment = make_assessment(learner=ana, answers=4)
        first = client.get(PLACEMENT).context
        again = client.get(PLACEMENT).context

        assert first["question"] == again["question"]
        assert first["question"].number == 5
        assert first["assessment"] == assessment

    def test_says_when_there_is_no_test(self, client, ana):
        assert client.get(PLACEMENT).context["available"] is False
        assert client.post(PLACEMENT).url == reverse("learning:today")

    def test_shows_the_result_when_nothing_is_left_to_ask(self, client, ana, bank):
        assessment = make_assessment(learner=ana, answers=3)
        assessment.responses.filter(answered_at__isnull=True).delete()
        Item.objects.update(state="retired")

        response = client.get(PLACEMENT)
        assert response.status_code == 302, response.context["question"]
        assert response.url == url("result", assessment)

    def test_does_not_show_markup_of_an_item_as_markup(self, client, ana):
        ItemFactory(prompt="Yo ___ <script>alert(1)</script>")
        page = client.post(PLACEMENT, follow=True).content.decode()

        assert "<script>alert(1)" not in page

    def test_a_larger_bank_and_a_longer_history_cost_no_more_queries(self, client, ana):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                client.get(PLACEMENT)
            return len(queries)

        make_bank(each=1)
        make_assessment(learner=ana, answers=1)
        current_question(Assessment.objects.get())
        few = cost()
        for number in range(60):
            ItemFactory(slug=f"own-{number}")
        answer(client, Assessment.objects.get())
        answer(client, Assessment.objects.get())

        assert cost() == few


class TestAnswering:
    def test_htmx_gets_the_next_question_alone(self, client, ana, bank):
        assessment = make_assessment(learner=ana)
        response = answer(client, assessment, htmx=True)

        assert response.status_code == 200
        assert response.context["question"].number == 2
        assert b"<html" not in response.content

    def test_a_plain_browser_goes_back_to_the_placement(self, client, ana, bank):
        assessment = make_assessment(learner=ana)

        assert answer(client, assessment).url == PLACEMENT
        assert assessment.responses.get(number=1).correct

    def test_not_knowing_is_one_button(self, client, ana, bank):
        assessment = make_assessment(learner=ana)
        answer(client, assessment, dont_know="1", answer="c", time_spent="3.2")

        row = assessment.responses.get(number=1)
        assert (row.dont_know, row.answer, row.time_spent) == (True, "", 3.2)

    @pytest.mark.parametrize("htmx", [True, False])
    def test_the_last_answer_leads_to_the_result(self, client, ana, bank, htmx):
        assessment = make_assessment(learner=ana)
        while question := current_question(assessment):
            response = answer(client, assessment, htmx=htmx, **reply(question, "A2"))
            assessment.refresh_from_db()

        target = response.headers["HX-Redirect"] if htmx else response.url
        assert target == url("result", assessment)

    def test_a_second_tab_sees_the_open_question(self, client, ana, bank):
        assessment = make_assessment(learner=ana)
        old = current_question(assessment)
        answer(client, assessment)

        late = {"question": old.pk, "answer": "d"}
        response = client.post(url("question", assessment), late, headers={"HX-Request": "true"})

        assert response.context["question"].number == 2
        old.refresh_from_db()
        assert old.answer == "b"

    @pytest.mark.parametrize(
        "fields",
        [{"answer": "zz"}, {"answer": ""}, {"question": "x", "answer": "b"}, {"time_spent": "-1"}],
    )
    def test_what_is_no_answer_shows_the_question_again(self, client, ana, bank, fields):
        assessment = make_assessment(learner=ana)
        response = answer(client, assessment, htmx=True, **fields)

        assert response.status_code == 200
        assert response.context["question"].number == 1

    def test_an_abandoned_test_takes_no_answer(self, client, ana, bank):
        assessment = abandon_assessment(assessment=make_assessment(learner=ana, answers=2))
        response = client.post(url("question", assessment), {"question": uuid4(), "answer": "b"})

        assert response.url == url("result", assessment)
        assert client.get(response.url).url == PLACEMENT

    def test_stopping_closes_it_once(self, client, ana, bank):
        assessment = make_assessment(learner=ana, answers=2)
        for _ in range(2):
            assert client.post(url("stop", assessment)).url == reverse("learning:today")

        assessment.refresh_from_db()
        assert assessment.status == "abandoned"


class TestResult:
    def test_shows_what_was_found(self, client, ana, bank):
        assessment = make_assessment(learner=ana, answers=30)
        response = client.get(url("result", assessment))
        page = response.content.decode()

        assert response.context["result"]["level"] == assessment.level
        assert f">{assessment.level}<" in page
        assert page.count("Professions take ser.") == assessment.responses.count()

    def test_what_to_do_next_can_be_done(self, client, ana, bank):
        assessment = make_assessment(learner=ana, answers=30)
        about = lesson(point("ser-estar", language="es"))
        hidden = lesson(point("ser-estar", language="fr"), language="fr")
        told = {"title": "Work on it", "reason": "Why.", "level": "A2"}
        assessment.recommendations = [
            told | {"kind": "conversation", "scenario": "market"},
            told | {"kind": "focus", "skill": "grammar", "topic": "ser-estar"},
            told | {"kind": "focus", "skill": "vocabulary", "topic": "ser-estar"},
            told | {"kind": "skill", "skill": "grammar"},
        ]
        assessment.save()
        page = client.get(url("result", assessment)).content.decode()

        assert 'name="scenario" value="market"' in page
        assert page.count(reverse("learning:content", args=[about.pk])) == 1
        assert reverse("learning:content", args=[hidden.pk]) not in page

    def test_waits_for_the_end(self, client, ana, bank):
        assert client.get(url("result", make_assessment(learner=ana))).url == PLACEMENT

    def test_a_tutor_reads_a_students(self, client, bank):
        tutor = TutorFactory()
        student = TutorAssignmentFactory(tutor=tutor).student
        client.force_login(tutor)

        done = make_assessment(learner=student, answers=30)
        under_way = make_assessment(learner=student, assessment_type="final")
        assert client.get(url("result", done)).status_code == 200
        assert client.get(url("result", under_way)).status_code == 404
