from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from accounts.models import User
from accounts.services import issue_ws_ticket
from conversations.models import Message
from conversations.routing import websocket_application
from conversations.streams.connections import in_thread
from conversations.streams.runner import runner
from conversations.tests.factories import ConversationFactory
from conversations.tests.stream_client import text_of

pytestmark = pytest.mark.django_db(transaction=True)


class Socket:
    def __init__(self, conversation_id, query="", headers=()):
        path = f"/ws/chat/{conversation_id}{query}"
        self.wire = WebsocketCommunicator(websocket_application, path, headers=list(headers))

    async def __aenter__(self):
        self.connected, _ = await self.wire.connect(timeout=10)
        return self

    async def __aexit__(self, *_error):
        await self.wire.disconnect(timeout=10)

    async def ask(self, **frame):
        await self.wire.send_json_to(frame)

    async def hear(self):
        return await self.wire.receive_json_from(timeout=10)

    async def hear_turn(self):
        events = []
        while not events or events[-1]["type"] not in ("message.end", "cancelled", "error"):
            events.append(await self.hear())
        return events


@pytest.fixture
async def ticket(ana, as_user):
    return await in_thread(issue_ws_ticket, user=ana)


@pytest.fixture
async def socket(ticket, conversation):
    async with Socket(conversation.pk, f"?ticket={ticket}") as opened:
        yield opened


async def test_a_turn(socket, script):
    script.say("Muy ", "bien.")
    await socket.ask(type="message", message="Hola")
    events = await socket.hear_turn()
    assert events[0]["type"] == "message.start"
    assert text_of(events) == events[-1]["text"] == "Muy bien."
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (await Message.objects.aget(pk=events[0]["messageId"])).status == "complete"


async def test_ping(socket):
    await socket.ask(type="ping")
    assert await socket.hear() == {"type": "pong"}


async def test_stop(socket, script):
    script.hang("Hasta aquí")
    await socket.ask(type="message", message="Hola")
    started, *_ = [await socket.hear() for _ in range(3)]
    await socket.ask(type="cancel", messageId=started["messageId"])
    assert (await socket.hear())["type"] == "cancelled"


async def test_resume(socket, script):
    script.say("Muy ", "bien.")
    await socket.ask(type="message", message="Hola")
    events = await socket.hear_turn()
    await socket.ask(type="resume", messageId=events[0]["messageId"], after=1)
    assert await socket.hear_turn() == events[1:]


async def test_a_closed_socket_does_not_stop_the_reply(ana, conversation, ticket, script):
    script.say(*"abcd", pause=0.05)
    async with Socket(conversation.pk, f"?ticket={ticket}") as opened:
        await opened.ask(type="message", message="Hola")
        started = await opened.hear()
    reader = await runner().follow(started["messageId"])
    while await reader.next() is not None:
        continue
    reader.close()
    assert (await Message.objects.aget(pk=started["messageId"])).content == "abcd"


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        '"message"',
        "{}",
        '{"type": "shout"}',
        '{"type": "message"}',
        '{"type": "message", "message": ""}',
        '{"type": "message", "message": 5}',
        '{"type": "cancel", "messageId": "x"}',
        '{"type": "resume", "messageId": "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e", "after": -1}',
        " " * 200_000,
    ],
)
async def test_bad_frames_leave_the_socket_open(socket, frame):
    await socket.wire.send_to(text_data=frame)
    error = await socket.hear()
    assert (error["type"], error["retryable"]) == ("error", False)
    await socket.ask(type="ping")
    assert await socket.hear() == {"type": "pong"}


async def test_bytes_are_refused(socket):
    await socket.wire.send_to(bytes_data=b"\x00\x01")
    assert (await socket.hear())["code"] == "invalid_frame"


async def test_others_messages_are_absent(socket, ben, script, as_user):
    theirs = await sync_to_async(ConversationFactory)(learner=ben)
    client = await as_user(ben)
    events = await client.turn(
        "POST", "/api/chat", {"message": "Hola", "conversationId": str(theirs.pk)}
    )
    for frame in ({"type": "cancel"}, {"type": "resume", "after": 0}):
        await socket.ask(**frame, messageId=events[0]["messageId"])
        assert (await socket.hear())["code"] == "not_found"


async def test_two_turns_at_once(socket, script):
    script.hang("Espera")
    await socket.ask(type="message", message="Uno")
    started, *_ = [await socket.hear() for _ in range(3)]
    await socket.ask(type="message", message="Dos")
    refused = await socket.hear()
    assert (refused["code"], refused["retryable"]) == ("turn_in_progress", True)
    assert refused["details"]["messageId"] == [started["messageId"]]


async def refusal(socket):
    error = await socket.hear()
    closed = await socket.wire.receive_output(timeout=10)
    assert closed["type"] == "websocket.close"
    return error["code"], closed["code"]


async def test_a_ticket_opens_one_socket(ticket, conversation, socket):
    # Accepted is not yet admitted: the second socket could still be the one the ticket opens.
    await socket.ask(type="ping")
    assert await socket.hear() == {"type": "pong"}
    async with Socket(conversation.pk, f"?ticket={ticket}") as again:
        assert await refusal(again) == ("not_authenticated", 4401)


async def test_nobody_is_told_why(conversation):
    async with Socket(conversation.pk) as stranger:
        assert await refusal(stranger) == ("not_authenticated", 4401)


async def test_an_unknown_conversation(ticket):
    async with Socket(uuid4(), f"?ticket={ticket}") as lost:
        assert await refusal(lost) == ("not_found", 4404)


async def test_somebody_elses_conversation(ticket, ben):
    theirs = await sync_to_async(ConversationFactory)(learner=ben)
    async with Socket(theirs.pk, f"?ticket={ticket}") as lost:
        assert await refusal(lost) == ("not_found", 4404)


async def test_a_session_from_our_page_and_from_another(ana, client, conversation, as_user):
    await sync_to_async(client.force_login)(ana)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    ours = [(b"cookie", cookie.encode()), (b"host", b"testserver")]
    async with Socket(
        conversation.pk, headers=[*ours, (b"origin", b"http://testserver")]
    ) as opened:
        await opened.ask(type="ping")
        assert await opened.hear() == {"type": "pong"}
    foreign = Socket(conversation.pk, headers=[*ours, (b"origin", b"https://elsewhere.example")])
    connected, code = await foreign.wire.connect(timeout=10)
    assert (connected, code) == (False, 4403)
    await foreign.wire.wait()


async def test_a_key_may_hold_what_the_database_does_not_keep(socket, script):
    await socket.ask(type="message", message="Hola", idempotencyKey="a\0b")
    assert (await socket.hear_turn())[-1]["type"] == "message.end"
    assert (await Message.objects.aget(role="user")).idempotency_key == "ab"


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
async def test_a_sign_in_that_ended_ends_on_an_open_socket_too(ana, socket, script, change):
    await socket.ask(type="message", message="Hola")
    spoken = (await socket.hear_turn())[0]["messageId"]
    await User.objects.filter(pk=ana.pk).aupdate(**change)
    for frame in (
        {"type": "message", "message": "Otra vez"},
        {"type": "resume", "messageId": spoken},
        {"type": "cancel", "messageId": spoken},
    ):
        await socket.ask(**frame)
        assert (await socket.hear())["code"] == "not_authenticated"
    assert await Message.objects.filter(role="user").acount() == 1
