import asyncio

import pytest

from config.errors import Unavailable
from conversations.models import Message
from conversations.streams import control
from conversations.streams.connections import in_thread
from conversations.streams.runner import TurnRunner, runner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def hanging(ana, script, as_user):
    """A turn that has said one thing and will never say more."""
    script.hang("Hasta aquí")
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        events = answer.events()
        started = await anext(events)
        await anext(events)
        yield started["messageId"], events


async def test_stopping_from_another_process_keeps_what_was_said(hanging, script):
    message_id, events = hanging
    await asyncio.sleep(0.2)  # the subscription is made beside the first turn
    await in_thread(control.request_cancel, message_id)
    last = [event async for event in events][-1]
    assert (last["type"], last["text"]) == ("cancelled", "Hasta aquí")
    reply = await Message.objects.aget(pk=message_id)
    assert (reply.status, reply.content) == ("cancelled", "Hasta aquí")
    assert script.closed_early == 1


async def test_stopping_here(hanging, script):
    message_id, events = hanging
    assert runner().stop(message_id)
    assert [event async for event in events][-1]["type"] == "cancelled"
    assert not runner().stop(message_id)
    assert script.closed_early == 1


async def test_stopping_before_the_first_word(ana, script, as_user):
    script.hang()
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        events = answer.events()
        started = await anext(events)
        assert runner().stop(started["messageId"])
        last = [event async for event in events][-1]
    assert (last["type"], last["text"]) == ("cancelled", "")


async def test_a_stopped_turn_can_be_tried_again(hanging, script, as_user, ana):
    message_id, events = hanging
    runner().stop(message_id)
    [_ async for _ in events]
    client = await as_user(ana)
    again = await client.turn("POST", f"/api/chat/messages/{message_id}/retry")
    assert again[-1]["type"] == "message.end"


async def test_another_process_does_not_stop_what_it_does_not_write(hanging):
    other = TurnRunner()
    assert not other.stop(hanging[0])
    await other.shut_down(grace=0)


def test_nobody_to_ask(settings):
    settings.VALKEY_URL = "redis://127.0.0.1:9"
    with pytest.raises(Unavailable):
        control.request_cancel("0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e")
