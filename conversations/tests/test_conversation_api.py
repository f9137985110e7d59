import pytest
from rest_framework.test import APIClient

from conversations.models import Conversation, Message
from conversations.tests.factories import (
    ConversationFactory,
    CorrectionFactory,
    MessageFactory,
    ReplyFactory,
)

UNKNOWN = "01900000-0000-7000-8000-000000000000"
"""An id nobody has. Fixed, so that parallel test processes name their tests alike."""

pytestmark = pytest.mark.django_db


def talk(learner, turns=1, **fields):
    conversation = ConversationFactory(learner=learner, **fields)
    for number in range(turns):
        message = MessageFactory(conversation=conversation, position=2 * number + 1)
        CorrectionFactory(message=message)
        ReplyFactory(conversation=conversation, position=2 * number + 2, reply_to=message)
    return conversation


def as_(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_starting_a_free_conversation(api, ana):
    answer = api.post("/api/chat/conversation", {"studentId": str(ana.pk)})
    assert answer.status_code == 201
    body = answer.json()
    assert body["studentId"] == str(ana.pk)
    assert (body["language"], body["level"], body["messages"]) == ("es", "B1", [])


def test_starting_in_a_scenario_the_tutor_speaks_first(api):
    [scenario, *_] = api.get("/api/chat/scenarios?language=es&level=A1").json()["scenarios"]
    body = {"scenario": scenario["slug"], "language": "es", "level": "A1"}
    answer = api.post("/api/chat/conversation", body)
    assert answer.status_code == 201
    [opening] = answer.json()["messages"]
    assert (opening["role"], opening["provider"]) == ("assistant", "builtin")
    assert answer.json()["title"] == scenario["title"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"level": "Z9"}, 400),
        ({"language": "xx"}, 400),
        ({"scenario": "no such!"}, 400),
        ({"scenario": "no-such"}, 404),
        ({"studentId": UNKNOWN}, 404),
    ],
)
def test_starting_with_bad_input(api, body, status):
    assert api.post("/api/chat/conversation", body).status_code == status
    assert not Conversation.objects.exists()


def test_reading_a_conversation(api, ana):
    conversation = talk(ana)
    body = api.get(f"/api/chat/conversation/{conversation.pk}").json()
    assert body["conversationId"] == str(conversation.pk)
    said, reply = body["messages"]
    assert (said["role"], said["content"]) == ("user", "Yo soy cansado hoy.")
    assert said["corrections"][0]["corrected"] == "estoy"
    assert said["timestamp"]
    assert (reply["role"], reply["status"], reply["provider"]) == (
        "assistant",
        "complete",
        "scripted",
    )


def test_only_the_newest_reply_of_a_turn_is_read(api, ana):
    conversation = talk(ana)
    said = conversation.messages.get(position=1)
    ReplyFactory(conversation=conversation, position=3, reply_to=said, content="Otra vez.")
    body = api.get(f"/api/chat/conversation/{conversation.pk}").json()
    assert [message["content"] for message in body["messages"]][1:] == ["Otra vez."]


def test_listing_searching_and_paging(api, ana, ben):
    talk(ana, title="En el mercado")
    talk(ana, title="Mi familia")
    talk(ben, title="En el mercado")
    body = api.get("/api/chat/conversations?limit=1").json()
    assert (len(body["conversations"]), body["total"], body["hasMore"]) == (1, 2, True)
    found = api.get("/api/chat/conversations?search=mercado").json()
    assert [row["title"] for row in found["conversations"]] == ["En el mercado"]
    assert api.get("/api/chat/conversations?search=cansado").json()["total"] == 2


def test_history(api, ana, ben):
    conversation = talk(ana, turns=2)
    talk(ben)
    body = api.get("/api/chat/history").json()
    assert body["total"] == 4
    assert body["messages"][0]["conversationId"] == str(conversation.pk)
    within = api.get(f"/api/chat/history?conversationId={conversation.pk}&search=dormido")
    assert within.json()["total"] == 2
    assert api.get("/api/chat/history?conversationId=x").status_code == 400


@pytest.mark.parametrize(
    "path", ["/api/chat/conversations", "/api/chat/history", "/api/chat/conversation/{id}"]
)
def test_queries_do_not_grow(api, ana, path, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    conversation = talk(ana, turns=2)
    with CaptureQueriesContext(
        connection,
    ) as few:
        api.get(path.format(id=conversation.pk))
    for number in range(2, 8):
        message = MessageFactory(conversation=conversation, position=2 * number + 1)
        CorrectionFactory(message=message)
        ReplyFactory(conversation=conversation, position=2 * number + 2, reply_to=message)
        talk(ana)
    with django_assert_num_queries(len(few)):
        api.get(path.format(id=conversation.pk))


def test_renaming(api, conversation):
    path = f"/api/chat/conversations/{conversation.pk}"
    assert api.patch(path, {"title": "  Otro   título "}).json()["title"] == "Otro título"
    assert api.patch(path, {"title": " "}).status_code == 400
    assert api.patch(path, {"title": "x" * 121}).status_code == 400


def test_deleting_hides_it(api, ana):
    conversation = talk(ana)
    path = f"/api/chat/conversations/{conversation.pk}"
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 404
    assert api.get(f"/api/chat/conversation/{conversation.pk}").status_code == 404
    assert api.get("/api/chat/history").json()["total"] == 0
    assert Conversation.objects.filter(pk=conversation.pk).exists()


def test_rating(api, ana):
    reply = talk(ana).messages.get(position=2)
    path = f"/api/chat/messages/{reply.pk}/feedback"
    answer = api.post(path, {"rating": -1, "reason": "Too hard"})
    assert answer.json() == {"messageId": str(reply.pk), "rating": -1, "reason": "Too hard"}
    assert api.post(path, {"rating": 1}).json()["rating"] == 1
    assert api.post(path, {"rating": 5}).status_code == 400
    said = Message.objects.get(pk=reply.reply_to_id)
    assert api.post(f"/api/chat/messages/{said.pk}/feedback", {"rating": 1}).status_code == 404


def test_cancelling_a_finished_reply_changes_nothing(api, ana):
    reply = talk(ana).messages.get(position=2)
    answer = api.post(f"/api/chat/messages/{reply.pk}/cancel")
    assert answer.status_code == 202
    assert answer.json() == {"messageId": str(reply.pk), "status": "complete"}


def test_a_tutor_reads_their_students_and_writes_nothing(ana, tessa):
    conversation = talk(ana)
    tutor, reply = as_(tessa), conversation.messages.get(position=2)
    assert tutor.get(f"/api/chat/conversation/{conversation.pk}").status_code == 200
    assert tutor.get(f"/api/chat/conversations?studentId={ana.pk}").json()["total"] == 1
    assert tutor.get(f"/api/chat/history?studentId={ana.pk}").json()["total"] == 2
    for answer in (
        tutor.patch(f"/api/chat/conversations/{conversation.pk}", {"title": "No"}),
        tutor.delete(f"/api/chat/conversations/{conversation.pk}"),
        tutor.post(f"/api/chat/messages/{reply.pk}/feedback", {"rating": 1}),
        tutor.post(f"/api/chat/messages/{reply.pk}/cancel"),
    ):
        assert answer.status_code == 404


def test_others_see_nothing(ana, ben):
    conversation = talk(ana)
    other, reply = as_(ben), conversation.messages.get(position=2)
    assert other.get(f"/api/chat/conversations?studentId={ana.pk}").json()["total"] == 0
    for answer in (
        other.get(f"/api/chat/conversation/{conversation.pk}"),
        other.patch(f"/api/chat/conversations/{conversation.pk}", {"title": "No"}),
        other.delete(f"/api/chat/conversations/{conversation.pk}"),
        other.post(f"/api/chat/messages/{reply.pk}/feedback", {"rating": 1}),
        other.post(f"/api/chat/messages/{reply.pk}/cancel"),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/chat/conversation"),
        ("get", f"/api/chat/conversation/{UNKNOWN}"),
        ("get", "/api/chat/conversations"),
        ("get", "/api/chat/history"),
        ("get", "/api/chat/scenarios"),
        ("patch", f"/api/chat/conversations/{UNKNOWN}"),
        ("delete", f"/api/chat/conversations/{UNKNOWN}"),
        ("post", f"/api/chat/messages/{UNKNOWN}/cancel"),
        ("post", f"/api/chat/messages/{UNKNOWN}/feedback"),
    ],
)
def test_nobody_is_refused(method, path):
    assert getattr(APIClient(), method)(path).status_code == 401


def test_wrong_methods(api, conversation):
    assert api.put("/api/chat/conversation").status_code == 405
    assert api.post("/api/chat/conversations").status_code == 405
    assert api.get(f"/api/chat/conversations/{conversation.pk}").status_code == 405


def test_a_stream_asked_of_the_wrong_server(api):
    answer = api.post("/api/chat", {"message": "Hola"})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong_server")


def test_before_a_message_that_is_not_of_the_conversation(api, ana):
    elsewhere = MessageFactory(conversation=ConversationFactory())
    conversation = ConversationFactory(learner=ana)
    for unknown in (elsewhere.pk, UNKNOWN):
        answer = api.get(f"/api/chat/conversation/{conversation.pk}?before={unknown}")
        assert answer.status_code == 404
