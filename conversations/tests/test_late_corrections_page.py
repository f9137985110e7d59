import re

import pytest

from conversations.contract import Contract
from conversations.models import Message
from conversations.tests.factories import MessageFactory, ReplyFactory

pytestmark = pytest.mark.django_db

LINE = re.compile(r"<p class=\"checking small\" data-checking( hidden)?>([^<]*)</p>")


@pytest.fixture
def said(conversation):
    message = MessageFactory(conversation=conversation, position=1)
    ReplyFactory(conversation=conversation, position=2, reply_to=message)
    return message


def line(client, user, said):
    """Whether the page hides the line under the message, and the line."""
    client.force_login(user)
    page = client.get(f"/talk/{said.conversation_id}").content.decode()
    return LINE.findall(page)[0]


def mark(said, contract):
    Message.objects.filter(pk=said.pk).update(usage={Message.UNCHECKED: contract.as_json()})


def test_what_is_checked_says_nothing(client, ana, said):
    assert line(client, ana, said)[0] == " hidden"


def test_what_is_not_checked_yet_says_so(client, ana, said):
    mark(said, Contract())
    assert line(client, ana, said) == ("", "Still checking what you wrote.")


@pytest.mark.parametrize("agreed", [Contract("after_session"), Contract("now", "recast")])
def test_what_will_not_be_told_there_is_not_waited_for(client, ana, said, agreed):
    mark(said, agreed)
    assert line(client, ana, said)[0] == " hidden"


def test_a_tutor_who_reads_along_knows_too(client, tessa, said):
    mark(said, Contract())
    assert line(client, tessa, said) == ("", "Not checked yet.")
