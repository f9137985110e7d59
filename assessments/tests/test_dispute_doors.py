"""The API and the pages of disputes; what follows from one is tested beside its services."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.models import Dispute
from assessments.services.disputes import accept_dispute, decline_dispute, regrade_item
from assessments.tests.factories import typed_item
from assessments.tests.test_api import client_of, refused
from assessments.tests.test_disputes import dispute, wrong_answer

pytestmark = pytest.mark.django_db

LIST = "/api/assessment/disputes"


@pytest.fixture(autouse=True)
def no_queue(monkeypatch):
    monkeypatch.setattr("assessments.services.disputes.regrade_item_task.delay", lambda item: None)


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def tessa(ana):
    return TutorAssignmentFactory(student=ana, tutor=TutorFactory()).tutor


@pytest.fixture
def answer(ana):
    return wrong_answer(ana)


def api_path(response):
    return f"/api/assessment/{response.assessment_id}/dispute"


def body(response, **more):
    return {"questionId": str(response.pk), **more}


def page_path(response):
    return reverse("assessments:dispute", args=[response.assessment_id])


def result(client, response):
    return client.get(reverse("assessments:result", args=[response.assessment_id])).content.decode()


class TestApi:
    def test_a_dispute(self, ana, answer):
        sent = client_of(ana).post(api_path(answer), body(answer, reason="It is heard here."))

        assert sent.status_code == 201
        made = sent.json()
        assert made["status"] == "open"
        assert made["reason"] == "It is heard here."
        assert made["questionId"] == str(answer.pk)
        assert made["answer"] == "voy"
        assert made["decidedAt"] is None

    def test_twice(self, ana, answer):
        client = client_of(ana)
        client.post(api_path(answer), body(answer))

        refused(client.post(api_path(answer), body(answer)), 409, "already_disputed")

    def test_the_same_key_is_one_dispute(self, ana, answer):
        client = client_of(ana)
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
        first = client.post(api_path(answer), body(answer), **key)
        again = client.post(api_path(answer), body(answer), **key)

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["id"] == again.json()["id"]

    def test_a_stranger_or_nobody(self, answer):
        refused(client_of(UserFactory()).post(api_path(answer), body(answer)), 404)
        refused(client_of(None).post(api_path(answer), body(answer)), 401)

    def test_a_tutor_does_not_dispute_for_a_student(self, tessa, answer):
        refused(client_of(tessa).post(api_path(answer), body(answer)), 403, "only_the_learner")

    def test_another_tests_question(self, ana, answer):
        other = wrong_answer(UserFactory())

        refused(client_of(ana).post(api_path(answer), body(other)), 404)

    @pytest.mark.parametrize("sent", [{}, {"questionId": "five"}, {"reason": "x" * 501}])
    def test_bad_input(self, ana, answer, sent):
        given = sent if "reason" not in sent else body(answer, **sent)

        refused(client_of(ana).post(api_path(answer), given), 400)

    def test_a_right_answer(self, ana, answer):
        answer.correct = True
        answer.save()

        refused(client_of(ana).post(api_path(answer), body(answer)), 400, "nothing_to_dispute")

    def test_wrong_method(self, ana, answer):
        refused(client_of(ana).get(api_path(answer)), 405)
        refused(client_of(ana).post(LIST, {}), 405)

    def test_so_many_and_no_more(self, ana, answer, settings):
        settings.RATES = {**settings.RATES, "dispute": "1/d"}
        client = client_of(ana)
        client.post(api_path(answer), body(answer))

        refused(client.post(api_path(answer), body(answer)), 429, "rate_limited")

    def test_the_list_is_ones_own_or_a_students(self, ana, tessa, answer):
        dispute(answer)
        dispute(wrong_answer(UserFactory()))

        assert client_of(ana).get(LIST).json()["total"] == 1
        assert client_of(tessa).get(LIST).json()["total"] == 0
        seen = client_of(tessa).get(LIST, {"studentId": str(ana.pk)}).json()
        assert [row["questionId"] for row in seen["disputes"]] == [str(answer.pk)]
        refused(client_of(TutorFactory()).get(LIST, {"studentId": str(ana.pk)}), 404)
        refused(client_of(None).get(LIST), 401)

    def test_the_list_by_status_and_assessment(self, ana, tessa, answer):
        other = wrong_answer(ana)
        decline_dispute(dispute=dispute(answer), by=tessa, note="No.")
        dispute(other)
        client = client_of(ana)

        (declined,) = client.get(LIST, {"status": "declined"}).json()["disputes"]
        assert declined["note"] == "No."
        (there,) = client.get(LIST, {"assessmentId": str(other.assessment_id)}).json()["disputes"]
        assert there["questionId"] == str(other.pk)
        refused(client.get(LIST, {"status": "lost"}), 400)

    def test_twenty_cost_the_queries_of_two(self, ana):
        client = client_of(ana)

        def cost():
            with CaptureQueriesContext(connection) as queries:
                client.get(LIST)
            return len(queries)

        item = typed_item()
        for _ in range(2):
            dispute(wrong_answer(ana, item=item))
        few = cost()
        for _ in range(18):
            dispute(wrong_answer(ana, item=item))
        assert cost() == few


class TestPages:
    def test_the_result_offers_it_for_wrong_answers_only(self, client, ana, answer):
        client.force_login(ana)
        assert "Ask a tutor to look" in result(client, answer)

        answer.correct = True
        answer.save()
        assert "Ask a tutor to look" not in result(client, answer)

    def test_a_tutor_sees_how_it_stands_without_a_form(self, client, tessa, answer):
        client.force_login(tessa)
        assert "Ask a tutor to look" not in result(client, answer)
        dispute(answer)
        assert "A tutor will decide" in result(client, answer)

    def test_without_scripts_it_leads_back_to_the_answer(self, client, ana, answer):
        client.force_login(ana)
        sent = client.post(page_path(answer), {"question": answer.pk, "reason": "Heard it."})

        assert sent.status_code == 302
        assert sent.url.endswith(f"/result#dispute-{answer.pk}")
        assert Dispute.objects.get().reason == "Heard it."
        assert "A tutor will decide" in result(client, answer)

    def test_with_scripts_the_answers_state_comes_back(self, client, ana, answer):
        client.force_login(ana)
        sent = client.post(
            page_path(answer), {"question": answer.pk}, headers={"HX-Request": "true"}
        )

        page = sent.content.decode()
        assert "A tutor will decide" in page
        assert "<html" not in page

    def test_what_was_refused_is_said(self, client, ana, answer, settings):
        settings.RATES = {**settings.RATES, "dispute": "0/d"}
        client.force_login(ana)
        scripted = client.post(
            page_path(answer), {"question": answer.pk}, headers={"HX-Request": "true"}
        )
        plain = client.post(page_path(answer), {"question": answer.pk}, follow=True)

        assert "That was a lot at once" in scripted.content.decode()
        assert "That was a lot at once" in plain.content.decode()
        assert not Dispute.objects.exists()

    @pytest.mark.parametrize("question", ["", "five", "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c11"])
    def test_a_question_that_is_not_there(self, client, ana, answer, question):
        client.force_login(ana)
        sent = client.post(page_path(answer), {"question": question})

        assert sent.status_code == 302
        assert not Dispute.objects.exists()

    def test_somebody_elses(self, client, tessa, answer):
        for other in (UserFactory(), tessa, AdminFactory()):
            client.force_login(other)
            assert client.post(page_path(answer), {"question": answer.pk}).status_code == 404

    def test_wrong_method(self, client, ana, answer):
        client.force_login(ana)
        assert client.get(page_path(answer)).status_code == 405

    def test_tells_the_learner_what_was_decided(self, client, ana, tessa):
        item = typed_item(key=["fui"])
        accepted, declined = wrong_answer(ana, "voy", item=item), wrong_answer(ana, "iba")
        somebody = UserFactory()
        same = wrong_answer(somebody, "voy", item=item)
        accept_dispute(dispute=dispute(accepted), by=tessa, note="You are right.")
        decline_dispute(dispute=dispute(declined), by=tessa, note="That says it often happened.")
        regrade_item(item_id=item.pk)

        client.force_login(ana)
        page = result(client, accepted)
        assert 'a tutor accepted <q lang="es">voy</q>' in page
        assert "You are right." in page
        page = result(client, declined)
        assert "the grade stands" in page
        assert "That says it often happened." in page
        client.force_login(somebody)
        assert "marked wrong at first" in result(client, same)

    def test_many_answers_cost_the_queries_of_one(self, client, ana, answer):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                result(client, answer)
            return len(queries)

        client.force_login(ana)
        result(client, answer)
        few = cost()
        for number in range(2, 12):
            answer.assessment.responses.create(
                item=typed_item(key=[f"key {number}"]),
                number=number,
                discrimination=1.5,
                difficulty=0,
                guessing=0,
                answer="no",
                correct=False,
                answered_at=answer.answered_at,
            )
        assert cost() == few
