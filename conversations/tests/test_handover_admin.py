"""Requests and routing in the back office."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import TutorAssignmentFactory, TutorFactory, UserFactory
from conversations.handover.admin import waiting
from conversations.handover.services import give_verdict
from conversations.models import Conversation, Message
from conversations.tests.factories import ConversationFactory
from conversations.tests.handover_data import queued, taken

pytestmark = pytest.mark.django_db
REQUESTS = reverse("admin:conversations_tutorrequest_changelist")
DECISIONS = reverse("admin:conversations_routingdecision_changelist")


def change(request):
    return reverse("admin:conversations_tutorrequest_change", args=[request.pk])


def rules_page(client):
    return client.get(reverse("admin:conversations_routingdecision_rules"))


@pytest.fixture
def desk(client, tessa):
    client.force_login(tessa)
    return client


def test_a_tutor_sees_their_students_only(desk, ben, conversation):
    mine, other = queued(conversation), queued(ConversationFactory(learner=ben))
    assert list(desk.get(REQUESTS).context["cl"].queryset) == [mine]
    assert desk.get(change(other)).status_code == 302
    assert [row.learner for row in desk.get(DECISIONS).context["cl"].queryset] == [mine.learner]


def test_answering_takes_and_says(desk, tessa, conversation):
    request = queued(conversation)
    assert "Your answer" in desk.get(change(request)).content.decode()
    desk.post(change(request), {"answer": "Estar, here.", "judged": "right", "why": "Stuck."})
    request.refresh_from_db()
    assert (request.tutor, request.verdict, request.verdict_note) == (tessa, "right", "Stuck.")
    assert Message.objects.get(role="tutor").author == tessa
    assert Conversation.objects.get().state == "human"


def test_a_refusal_changes_nothing(desk, ana, tessa, conversation):
    tom = TutorAssignmentFactory(student=ana, tutor=TutorFactory(name="Tom Reyes")).tutor
    request = taken(conversation, tom)
    told = desk.post(change(request), {"answer": "Estar, here."}, follow=True)
    assert "Another tutor has this question." in told.content.decode()
    assert not Message.objects.filter(role="tutor").exists()


def test_nothing_is_added_or_deleted(desk, conversation):
    request = queued(conversation)
    assert desk.get(reverse("admin:conversations_tutorrequest_add")).status_code == 403
    name = "admin:conversations_tutorrequest_delete"
    assert desk.post(reverse(name, args=[request.pk]), {"post": "yes"}).status_code == 403


def test_the_sidebar_says_how_many_wait(rf, ana, tessa, conversation):
    asking = rf.get("/admin/")
    asking.user = tessa
    assert waiting(asking) is None
    queued(conversation)
    assert waiting(asking) == 1
    asking.user = TutorFactory()
    assert waiting(asking) is None


def test_how_right_each_rule_was(client, ana, tessa, cleo):
    for verdict in ("right", "late", "not_needed", ""):
        request = taken(ConversationFactory(learner=ana), tessa)
        if verdict:
            give_verdict(tutor=tessa, request_id=request.pk, verdict=verdict)
    taken(ConversationFactory(learner=ana), tessa, "Me rindo.")
    client.force_login(cleo)
    by_rule = {one.rule: one for one in rules_page(client).context["records"]}
    asked = by_rule["asked"]
    assert (asked.requests, asked.right, asked.late, asked.not_needed) == (4, 1, 1, 1)
    assert asked.precision == pytest.approx(2 / 3)
    assert (by_rule["frustration"].requests, by_rule["frustration"].precision) == (1, None)
    assert "67 %" in rules_page(client).content.decode()


def test_a_tutor_sees_verdicts_of_their_students(client, ben, tessa):
    other = TutorAssignmentFactory(student=ben, tutor=TutorFactory()).tutor
    taken(ConversationFactory(learner=ben), other)
    client.force_login(tessa)
    assert not any(one.requests for one in rules_page(client).context["records"])


@pytest.mark.parametrize("address", [REQUESTS, DECISIONS])
def test_queries_do_not_grow(desk, tessa, address):
    counts = []
    for number in (1, 8):
        for _ in range(number):
            student = TutorAssignmentFactory(tutor=tessa, student=UserFactory()).student
            queued(ConversationFactory(learner=student))
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
