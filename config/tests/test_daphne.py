"""The other stream server, as a process: it must keep the promises that uvicorn keeps."""

import json

import aiohttp
import pytest
from asgiref.sync import sync_to_async

from accounts.services import issue_tokens, issue_ws_ticket
from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from ai.testing.answers import Answer
from ai.testing.provider_server import ProviderServer
from conversations.models import Message
from conversations.tests.factories import ConversationFactory
from conversations.tests.servers import answers, free_port, process, wait_until

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
WORDS = [f"palabra{number} " for number in range(40)]


@pytest.fixture
def provider():
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ana(db):
    user = UserFactory(email="ana@example.org", name="Ana Torres")
    LearnerLanguageFactory(user=user, language="es", level="B1")
    return user


@pytest.fixture
def signed(ana):
    return {"Authorization": f"Bearer {issue_tokens(user=ana).token}"}


@pytest.fixture
def address(provider, ana):
    port = free_port()
    model = {"AI_CHAIN": "openai", "OPENAI_API_KEY": "test", "OPENAI_BASE_URL": provider.openai_url}
    command = ("-m", "config.stream_server", "--port", str(port))
    with process(*command, STREAM_SERVER="daphne", **model) as child:
        wait_until(lambda: answers(port), child)
        yield f"http://127.0.0.1:{port}"


async def events_of(answer):
    async for line in answer.content:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])


async def first_word(events):
    seen = [await anext(events)]
    while seen[-1]["type"] != "delta":
        seen.append(await anext(events))
    return seen


async def test_words_come_as_they_are_made(provider, address, signed):
    provider.book.default = Answer(pieces=WORDS, pause=0.05)
    async with (
        aiohttp.ClientSession(headers=signed) as session,
        session.post(f"{address}/api/chat", json={"message": "Hola"}) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        seen = await first_word(events_of(answer))
        # The upstream has not made its last word yet: the reply is still being written.
        reply = await Message.objects.aget(pk=seen[0]["messageId"])
        assert reply.status == "streaming"
        seen += [event async for event in events_of(answer)]
    assert seen[-1]["type"] == "message.end"
    assert seen[-1]["text"] == "".join(WORDS)


async def test_a_dropped_connection_loses_nothing(provider, address, signed):
    provider.book.default = Answer(pieces=WORDS, pause=0.05)
    async with aiohttp.ClientSession(headers=signed) as session:
        async with session.post(f"{address}/api/chat", json={"message": "Hola"}) as answer:
            seen = await first_word(events_of(answer))
            answer.close()
        path = f"{address}/api/chat/stream/{seen[0]['messageId']}"
        async with session.get(path, headers={"Last-Event-ID": str(seen[-1]["seq"])}) as answer:
            seen += [event async for event in events_of(answer)]
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    said = "".join(event["text"] for event in seen if event["type"] == "delta")
    assert said == seen[-1]["text"] == "".join(WORDS)


async def test_stopping_reaches_the_upstream(provider, address, signed):
    provider.book.default = Answer(pieces=WORDS * 20, pause=0.05)
    async with (
        aiohttp.ClientSession(headers=signed) as session,
        session.post(f"{address}/api/chat", json={"message": "Hola"}) as answer,
    ):
        events = events_of(answer)
        seen = await first_word(events)
        path = f"{address}/api/chat/messages/{seen[0]['messageId']}/cancel"
        async with session.post(path) as stopped:
            assert stopped.status == 202
        seen += [event async for event in events]
    assert seen[-1]["type"] == "cancelled"
    assert any(asked.gone.wait(5) for asked in provider.book.requests)
    assert (await Message.objects.aget(pk=seen[0]["messageId"])).status == "cancelled"


async def test_a_socket(provider, address, ana):
    provider.book.default = Answer(pieces=["Muy ", "bien."])
    conversation = await sync_to_async(ConversationFactory)(learner=ana)
    ticket = await sync_to_async(issue_ws_ticket)(user=ana)
    path = f"{address}/ws/chat/{conversation.pk}?ticket={ticket}"
    async with aiohttp.ClientSession() as session, session.ws_connect(path) as socket:
        await socket.send_json({"type": "message", "message": "Hola"})
        seen = [await socket.receive_json(timeout=20)]
        while seen[-1]["type"] not in ("message.end", "cancelled", "error"):
            seen.append(await socket.receive_json(timeout=20))
    assert (seen[-1]["type"], seen[-1]["text"]) == ("message.end", "Muy bien.")


async def test_a_socket_without_a_ticket_is_told_why(address, ana):
    conversation = await sync_to_async(ConversationFactory)(learner=ana)
    path = f"{address}/ws/chat/{conversation.pk}"
    async with aiohttp.ClientSession() as session, session.ws_connect(path) as socket:
        refusal = await socket.receive_json(timeout=20)
    assert (refusal["type"], refusal["code"]) == ("error", "not_authenticated")
