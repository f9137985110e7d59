"""The tutor's desk and the learner's bar, as pages."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import TutorAssignmentFactory, TutorFactory, UserFactory
from conversations.handover.mail import request_link
from conversations.handover.services import answer_request, return_to_ai, withdraw
from conversations.models import Conversation, MemoryConsent, Message, TutorRequest
from conversations.tests.factories import ConversationFactory, MessageFactory
from conversations.tests.handover_data import asked, open_error, queued, slips_in, taken
from practice.models import PracticeSet

pytestmark = pytest.mark.django_db
QUEUE = "/tutor"


def page_of(client, user, address, status=200):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def desk(request, door=""):
    return f"/tutor/requests/{request.pk}{door}"


class TestQueue:
    def test_what_waits_and_who_learns(self, client, ana, tessa, conversation):
        queued(conversation, "When do I say soy?")
        page = page_of(client, tessa, QUEUE)
        assert "When do I say soy?" in page
        assert "Soon" in page
        assert ana.name in page
        assert "Spanish B1" in page

    def test_empty(self, client):
        page = page_of(client, TutorFactory(), QUEUE)
        assert "Nobody waits for you" in page
        assert "No learners yet" in page

    def test_another_tutor_sees_nothing_of_it(self, client, ana, tessa, conversation):
        queued(conversation, "A private question")
        page = page_of(client, TutorFactory(), QUEUE)
        assert "private" not in page
        assert ana.name not in page

    def test_an_admin_sees_who_has_no_tutor(self, client, cleo, conversation):
        queued(conversation)
        assert "Has no tutor" in page_of(client, cleo, QUEUE)

    def test_it_is_not_for_learners(self, client, ana):
        page_of(client, ana, QUEUE, status=403)
        page_of(client, TutorFactory(tutor_profile__status="pending"), QUEUE, status=403)

    @pytest.mark.parametrize("number", [1, 10])
    def test_queries_do_not_grow(self, client, tessa, number):
        for _ in range(number):
            student = TutorAssignmentFactory(tutor=tessa, student=UserFactory()).student
            queued(ConversationFactory(learner=student))
        client.force_login(tessa)
        client.get(QUEUE)
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE)
        assert len(queries) == 6


class TestPacket:
    def test_a_set_that_was_practised_is_named_and_led_to(self, client, ana, tessa, conversation):
        tried = PracticeSet.objects.create(
            learner=ana,
            language="es",
            level="B1",
            title="Ser and estar",
            status=PracticeSet.Status.COMPLETED,
            score=40,
            completed_at=timezone.now(),
        )
        page = page_of(client, tessa, desk(queued(conversation)))
        assert "Ser and estar" in page
        assert f"/practice/{tried.pk}" in page


class TestStudent:
    def test_the_brief(self, client, ana, tessa, conversation):
        open_error(ana, slips_in(conversation, times=2))
        page = page_of(client, tessa, f"/tutor/students/{ana.pk}")
        assert "soy → estoy" in page
        assert "Level B1 on the scale from A1 to C2, between A2 and B2" in page
        assert "Hoy " not in page
        assert "has not agreed to share" in page

    def test_with_consent_their_sentences_stand_there(self, client, ana, tessa, conversation):
        MemoryConsent.objects.create(learner=ana, given=True, share_with_tutor=True)
        open_error(ana, slips_in(conversation, times=2))
        page = page_of(client, tessa, f"/tutor/students/{ana.pk}")
        assert "Hoy <s>soy</s> <ins>estoy</ins> cansada." in page

    def test_with_nothing_done(self, client, tessa):
        new = TutorAssignmentFactory(tutor=tessa, student=UserFactory()).student
        assert "Not placed yet" in page_of(client, tessa, f"/tutor/students/{new.pk}")

    def test_who_may_see_it(self, client, ana, ben, tessa, cleo):
        address = f"/tutor/students/{ana.pk}"
        page_of(client, cleo, address)
        page_of(client, ana, address, status=403)
        page_of(client, TutorFactory(), address, status=404)
        page_of(client, tessa, f"/tutor/students/{ben.pk}", status=404)

    @pytest.mark.parametrize("times", [2, 20])
    def test_queries_do_not_grow(self, client, ana, tessa, times):
        MemoryConsent.objects.create(learner=ana, given=True, share_with_tutor=True)
        for number in range(times):
            talk = ConversationFactory(learner=ana)
            open_error(ana, slips_in(talk, times=2), key=str(number))
            queued(talk)
        client.force_login(tessa)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/tutor/students/{ana.pk}")
        assert len(queries) <= 22


class TestRequest:
    def test_packet_thread_and_taking(self, client, ana, tessa, conversation):
        open_error(ana, slips_in(conversation, times=3))
        request = queued(conversation)
        page = page_of(client, tessa, desk(request))
        assert "Take the question" in page
        assert "Hoy <s>soy</s> <ins>estoy</ins> cansada." in page
        assert "Have them put their own sentence right" in page
        assert client.post(desk(request, "/take"))["Location"] == desk(request)
        assert "Your answer" in page_of(client, tessa, desk(request))

    def test_answering(self, client, tessa, conversation):
        request = taken(conversation, tessa)
        client.force_login(tessa)
        answer = client.post(desk(request, "/answer"), {"text": "Estar, here.", "then": "stay"})
        assert answer["Location"] == desk(request)
        assert "Estar, here." in page_of(client, tessa, desk(request))
        assert Conversation.objects.get().state == "human"

    def test_answering_and_giving_back(self, client, tessa, conversation):
        request = taken(conversation, tessa)
        client.force_login(tessa)
        client.post(desk(request, "/answer"), {"text": "Estar.", "then": "return"})
        assert Conversation.objects.get().state == "returned"
        assert "Given back to the AI tutor" in page_of(client, tessa, desk(request))

    def test_an_empty_answer_says_so(self, client, tessa, conversation):
        request = taken(conversation, tessa)
        client.force_login(tessa)
        answer = client.post(desk(request, "/answer"), {"text": " "})
        assert answer.status_code == 400
        assert "Write your answer first." in answer.content.decode()

    def test_an_answer_too_late_is_kept_on_the_page(self, client, ana, tessa, conversation):
        request = taken(conversation, tessa)
        return_to_ai(user=ana, request_id=request.pk)
        client.force_login(tessa)
        answer = client.post(desk(request, "/answer"), {"text": "Estar."})
        assert answer.status_code == 409
        assert not Message.objects.filter(role="tutor").exists()

    def test_the_verdict(self, client, tessa, conversation):
        request = taken(conversation, tessa)
        client.force_login(tessa)
        client.post(desk(request, "/verdict"), {"verdict": "late", "note": "Weeks of it."})
        request.refresh_from_db()
        assert request.verdict == "late"
        assert client.post(desk(request, "/verdict"), {}).status_code == 400

    def test_the_learner_is_led_to_the_conversation(self, client, ana, conversation):
        request = queued(conversation)
        client.force_login(ana)
        assert client.get(desk(request))["Location"] == f"/talk/{conversation.pk}"

    def test_strangers(self, client, ben, conversation):
        request = queued(conversation)
        for user in (ben, TutorFactory()):
            client.force_login(user)
            assert client.get(desk(request)).status_code == 404
            for door in ("/take", "/answer", "/return", "/withdraw", "/verdict"):
                sent = {"text": "Hola", "verdict": "right"}
                assert client.post(desk(request, door), sent).status_code == 404

    @pytest.mark.parametrize("door", ["/take", "/answer", "/return", "/withdraw", "/verdict"])
    def test_wrong_methods(self, client, tessa, conversation, door):
        request = queued(conversation)
        client.force_login(tessa)
        assert client.get(desk(request, door)).status_code == 405

    def test_another_tutor_is_told_who_has_it(self, client, ana, tessa, conversation):
        request = taken(conversation, tessa)
        tom = TutorAssignmentFactory(student=ana, tutor=TutorFactory(name="Tom Reyes")).tutor
        page = page_of(client, tom, desk(request))
        assert "Tessa Brandt has this question." in page
        assert "Your answer" not in page
        client.force_login(tom)
        told = client.post(desk(request, "/take"), follow=True).content.decode()
        assert "Tessa Brandt has taken this question already." in told

    @pytest.mark.parametrize("times", [3, 60])
    def test_queries_do_not_grow(self, client, ana, tessa, conversation, times):
        open_error(ana, slips_in(conversation, times=times))
        request = queued(conversation)
        client.force_login(tessa)
        with CaptureQueriesContext(connection) as queries:
            client.get(desk(request))
        assert len(queries) <= 12


class TestLink:
    def test_it_opens_the_request_after_signing_in(self, client, tessa, conversation):
        request = queued(conversation)
        link = request_link(request, tessa)
        assert client.get(link)["Location"].startswith("/sign-in")
        client.force_login(tessa)
        assert client.get(link)["Location"] == desk(request)

    def test_it_is_its_receivers_alone(self, client, ana, tessa, cleo, conversation):
        link = request_link(queued(conversation), tessa)
        for user in (cleo, ana):
            client.force_login(user)
            assert client.get(link).status_code == 404

    def test_it_expires(self, client, tessa, conversation, monkeypatch):
        link = request_link(queued(conversation), tessa)
        client.force_login(tessa)
        now = time.time()
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + 8 * 24 * 3600)
        assert client.get(link).status_code == 404

    def test_it_is_not_to_be_made_up(self, client, tessa, conversation):
        client.force_login(tessa)
        link = request_link(queued(conversation), tessa)
        assert client.get(f"{link}x").status_code == 404
        assert client.get(reverse("conversations:tutor_link", args=["x"])).status_code == 404


class TestBar:
    def bar(self, client, conversation):
        return client.get(f"/talk/{conversation.pk}/tutor").content.decode()

    @pytest.fixture(autouse=True)
    def _signed_in(self, client, ana):
        client.force_login(ana)

    def test_it_names_who_would_come(self, client, tessa, conversation):
        assert "Tessa Brandt" in self.bar(client, conversation)
        assert "Ask my tutor" in client.get(f"/talk/{conversation.pk}").content.decode()

    def test_without_a_tutor_it_says_so_plainly(self, client, conversation):
        assert "You have no tutor yet." in self.bar(client, conversation)

    def test_each_state(self, client, ana, tessa, conversation):
        request = asked(conversation)
        assert "Your call goes out." in self.bar(client, conversation)
        withdraw(learner=ana, request_id=request.pk)
        request = queued(conversation)
        assert "Waiting for a tutor." in self.bar(client, conversation)
        client.force_login(tessa)
        client.post(desk(request, "/take"))
        assert "The learner waits" not in self.bar(client, conversation)
        client.force_login(ana)
        assert "Tessa Brandt is with you." in self.bar(client, conversation)
        client.post(desk(request, "/return"))
        assert "Tessa Brandt has been here" in self.bar(client, conversation)

    def test_asking_and_taking_back(self, client, ana, conversation):
        answer = client.post(f"/talk/{conversation.pk}/tutor", {"question": "Why?"})
        assert answer["Location"] == f"/talk/{conversation.pk}"
        request = TutorRequest.objects.get()
        assert request.question == "Why?"
        client.post(desk(request, "/withdraw"))
        assert Conversation.objects.get().state == "ai"

    def test_asking_twice_is_told(self, client, conversation):
        asked(conversation)
        answer = client.post(f"/talk/{conversation.pk}/tutor", follow=True)
        assert "You have asked a tutor in this conversation already." in answer.content.decode()

    def test_too_long_a_question(self, client, conversation):
        client.post(f"/talk/{conversation.pk}/tutor", {"question": "x" * 1001})
        assert not TutorRequest.objects.exists()

    def test_another_learners(self, client, ben):
        theirs = ConversationFactory(learner=ben)
        assert client.get(f"/talk/{theirs.pk}/tutor").status_code == 404
        assert client.post(f"/talk/{theirs.pk}/tutor").status_code == 404

    def test_the_answer_says_who_and_when(self, client, tessa, conversation):
        MessageFactory(conversation=conversation)
        request = taken(conversation, tessa)
        answer_request(tutor=tessa, request_id=request.pk, text="Estar, here.")
        page = client.get(f"/talk/{conversation.pk}").content.decode()
        assert "Estar, here." in page
        assert "Tessa Brandt · human tutor · <time" in page
