import pytest
from rest_framework.test import APIClient

from conversations.contract import Contract
from conversations.models import Message
from conversations.tests.factories import CorrectionFactory, MessageFactory, ReplyFactory

UNKNOWN = "01900000-0000-7000-8000-000000000000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def said(conversation):
    """What Ana said, answered; nobody has looked for slips in it."""
    usage = {Message.UNCHECKED: Contract().as_json()}
    message = MessageFactory(conversation=conversation, position=1, usage=usage)
    ReplyFactory(conversation=conversation, position=2, reply_to=message)
    return message


def path(message):
    return f"/api/chat/messages/{message.pk}/corrections"


def as_(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_what_is_not_checked_yet_says_so(api, said, conversation):
    assert api.get(path(said)).json() == {
        "messageId": str(said.pk),
        "state": "later",
        "corrections": [],
    }
    read = api.get(f"/api/chat/conversation/{conversation.pk}").json()
    assert [one["checked"] for one in read["messages"]] == [False, True]
    listed = api.get("/api/chat/history").json()
    assert [one["checked"] for one in listed["messages"]] == [True, False]


def test_what_is_checked_has_the_corrections_that_are_told(api, said):
    Message.objects.update(usage={})
    correction = CorrectionFactory(message=said, manner="hint")
    CorrectionFactory(message=said, start=8, end=15, withheld=True)
    CorrectionFactory(message=said, start=16, end=19, timing="after_session")
    body = api.get(path(said)).json()
    assert body["state"] == "checked"
    assert body["corrections"] == [
        {
            "id": str(correction.pk),
            "start": 3,
            "end": 6,
            "original": "soy",
            "corrected": "estoy",
            "kind": "grammar",
            "reason": "Feelings take estar.",
            "manner": "hint",
        }
    ]


def test_what_will_not_be_told_beside_it_is_not_said_to_come(api, said):
    Message.objects.update(usage={Message.UNCHECKED: Contract("after_session").as_json()})
    assert api.get(path(said)).json()["state"] == "unchecked"


def test_a_reply_names_what_it_answers(api, said):
    assert api.get(path(said.replies.get())).json()["messageId"] == str(said.pk)


def test_an_opening_answers_nothing(api, conversation):
    opening = ReplyFactory(conversation=conversation, position=1)
    assert api.get(path(opening)).status_code == 404


def test_who_may_ask(said, ana, ben, tessa, cleo):
    told = {user.email: as_(user).get(path(said)).status_code for user in (ana, tessa, cleo, ben)}
    assert list(told.values()) == [200, 200, 200, 404]
    assert APIClient().get(path(said)).status_code == 401


def test_what_is_not_there(api):
    assert api.get(f"/api/chat/messages/{UNKNOWN}/corrections").status_code == 404
    assert api.get("/api/chat/messages/nonsense/corrections").status_code == 404


def test_it_is_only_read(api, said):
    assert api.post(path(said)).status_code == 405


@pytest.mark.parametrize("turns", [0, 8])
def test_queries_do_not_grow(api, said, turns, django_assert_num_queries):
    for number in range(turns):
        CorrectionFactory(message=said, start=20 + number, end=21 + number)
        MessageFactory(conversation=said.conversation, position=10 + number)
    with django_assert_num_queries(3):
        api.get(path(said))
