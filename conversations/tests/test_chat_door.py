import asyncio

import pytest

from accounts.services import issue_tokens
from conversations.models import Message
from conversations.streams.runner import shut_down
from conversations.tests.stream_client import StreamClient, text_of

pytestmark = pytest.mark.django_db(transaction=True)


async def as_user(user):
    token = await asyncio.to_thread(issue_tokens, user=user)
    return StreamClient(token.token)


@pytest.fixture(autouse=True)
async def _end_runner():
    yield
    await shut_down(grace=0)


async def test_reply_is_streamed_and_stored(ana, script):
    script.say("Hola, ", "Ana. ", "¿Qué tal?")
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    assert [event["type"] for event in events][0] == "message.start"
    assert events[-1]["type"] == "message.end"
    assert text_of(events) == events[-1]["text"] == "Hola, Ana. ¿Qué tal?"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    reply = await Message.objects.aget(pk=events[0]["messageId"])
    assert (reply.status, reply.content, reply.provider) == (
        "complete",
        "Hola, Ana. ¿Qué tal?",
        "scripted",
    )
