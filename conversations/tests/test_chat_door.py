import asyncio
import json
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from ai.prompts import learner_block
from conversations.models import Conversation, Message
from conversations.services import begin_turn
from conversations.streams.runner import runner
from conversations.tests.factories import ConversationFactory
from conversations.tests.stream_client import StreamClient, text_of
from learning.models import StudyDay

pytestmark = pytest.mark.django_db(transaction=True)

begin = sync_to_async(begin_turn, thread_sensitive=False)


async def test_a_reply_is_streamed_and_stored(ana, script, as_user):
    script.say("Hola, ", "Ana. ", "¿Qué tal?")
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola, soy Ana. ¿Y tú?"})
    assert events[0]["type"] == "message.start"
    assert events[-1]["type"] == "message.end"
    assert text_of(events) == events[-1]["text"] == "Hola, Ana. ¿Qué tal?"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    reply = await Message.objects.select_related("conversation").aget(pk=events[0]["messageId"])
    assert (reply.status, reply.content) == ("complete", "Hola, Ana. ¿Qué tal?")
    assert (reply.provider, reply.model) == ("scripted", "script")
    talk = reply.conversation
    assert (talk.title, talk.message_count, talk.tokens_used) == ("Hola, soy Ana.", 2, 19)
    assert (talk.language, talk.level) == ("es", "B1")
    day = await StudyDay.objects.aget(learner=ana)
    assert day.turns == 1


async def test_the_first_token_arrives_before_the_last_is_produced(ana, script, as_user):
    script.hang("Primero. ")
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        async for event in answer.events():
            if event["type"] == "delta":
                break
        assert event["text"] == "Primero. "
        assert not answer.ended.is_set()


async def test_a_closed_connection_loses_nothing(ana, script, as_user):
    script.say(*"abcdefgh", pause=0.05)
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        started = await anext(answer.events())
    path = f"/api/chat/stream/{started['messageId']}"
    events = await client.turn("GET", path, headers={"Last-Event-ID": str(started["seq"])})
    assert text_of(events) == "abcdefgh"
    assert events[0]["seq"] == started["seq"] + 1
    reply = await Message.objects.aget(pk=started["messageId"])
    assert reply.content == "abcdefgh"


async def test_a_second_device_follows(ana, script, as_user):
    script.say(*"abcdefgh", pause=0.03)
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        first = answer.events()
        started = await anext(first)
        other = await client.turn("GET", f"/api/chat/stream/{started['messageId']}")
        events = [started] + [event async for event in first]
    assert other == events


async def test_a_whole_answer(ana, script, as_user):
    script.say("Muy ", "bien.")
    client = await as_user(ana)
    answer, body = await client.json("POST", "/api/chat/message", {"message": "Hola"})
    reply = await Message.objects.filter(role="assistant").aget()
    assert answer.status == 200
    assert body == {
        "messageId": str(reply.pk),
        "response": "Muy bien.",
        "conversationId": str(reply.conversation_id),
        "suggestTutor": False,
        "confidence": None,
        "sources": [],
        "safety": None,
        "corrections": [],
        "checked": True,
        "provider": "scripted",
    }


async def test_a_turn_says_that_its_corrections_come_later(
    ana, conversation, script, as_user, found, monkeypatch
):
    monkeypatch.setattr(found, "slips", None)
    client = await as_user(ana)
    body = {"message": "Hola", "conversationId": str(conversation.pk)}
    *_, end = await client.turn("POST", "/api/chat", body)
    assert end["usage"]["corrections"] == "later"
    answer, whole = await client.json("POST", "/api/chat/message", body)
    assert (answer.status, whole["checked"], whole["corrections"]) == (200, False, [])
    said = Message.objects.filter(role="user")
    assert [one.checked async for one in said] == [False, False]


async def test_a_conversation_goes_on_with_what_was_said(ana, conversation, script, as_user):
    client = await as_user(ana)
    for said in ("Uno", "Dos"):
        body = {"message": said, "conversationId": str(conversation.pk)}
        await client.turn("POST", "/api/chat", body)
    told = [message.content for message in script.requests[-1].messages]
    assert told == [learner_block("Uno"), "Hola. ¿Qué tal?", learner_block("Dos")]
    assert script.requests[-1].level == conversation.level


async def test_two_tabs_at_once(ana, conversation, script, as_user):
    script.hang("Un momento")
    client = await as_user(ana)
    body = {"message": "Hola", "conversationId": str(conversation.pk)}
    async with client.open("POST", "/api/chat", body) as answer:
        started = await anext(answer.events())
        refused, error = await client.json("POST", "/api/chat", body)
    assert (refused.status, error["code"]) == (409, "turn_in_progress")
    assert error["details"] == {"messageId": [started["messageId"]]}
    assert await conversation.messages.acount() == 2


async def test_two_messages_in_the_same_moment_open_one_turn(ana, conversation, script, as_user):
    script.default.hang_after = 1
    client = await as_user(ana)
    body = {"message": "Hola", "conversationId": str(conversation.pk)}

    async def first_status():
        async with client.open("POST", "/api/chat", body) as answer:
            await answer.begun.wait()
            return answer.status

    assert sorted(await asyncio.gather(first_status(), first_status())) == [200, 409]


async def test_an_idempotency_key_follows_the_first_turn(ana, script, as_user):
    script.say("Una vez.")
    client = await as_user(ana)
    key = {"Idempotency-Key": "a-key"}
    body = {"message": "Hola"}
    both = await asyncio.gather(
        client.turn("POST", "/api/chat", body, key), client.turn("POST", "/api/chat", body, key)
    )
    again = await client.turn("POST", "/api/chat", body, key)
    assert both[0] == both[1] == again
    assert (await Conversation.objects.acount(), len(script.requests)) == (1, 1)


async def test_an_idempotency_key_for_other_words(ana, script, as_user):
    client = await as_user(ana)
    key = {"Idempotency-Key": "a-key"}
    await client.turn("POST", "/api/chat", {"message": "Hola"}, key)
    answer, error = await client.json("POST", "/api/chat", {"message": "Adiós"}, key)
    assert (answer.status, error["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"message": ""}, 400, "message"),
        ({"message": "   "}, 400, "message"),
        ({"message": "x" * 5001}, 400, "message"),
        ({"message": 5}, 400, "message"),
        ({"message": "Hola", "conversationId": "no"}, 400, "conversationId"),
        ({}, 400, "message"),
        (b"{", 400, None),
        (b"\xff\xfe", 400, None),
        (b"[]", 400, None),
        (b" " * 200_000, 413, None),
    ],
)
async def test_bad_bodies(ana, script, as_user, body, status, field):
    client = await as_user(ana)
    answer, error = await client.json("POST", "/api/chat", body or b"{}")
    assert answer.status == status
    assert error["success"] is False
    assert error["requestId"] == answer.headers["x-request-id"]
    if field:
        assert list(error["details"]) == [field]
    assert not await Message.objects.aexists()


async def test_headers_that_are_refused(ana, script, as_user):
    client = await as_user(ana)
    body = {"message": "Hola"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer, error = await client.json("POST", "/api/chat", body, form)
    assert (answer.status, error["code"]) == (415, "wrong_media")
    answer, error = await client.json("POST", "/api/chat", body, {"Idempotency-Key": "k" * 300})
    assert answer.status == 400
    answer, error = await client.json(
        "GET", f"/api/chat/stream/{uuid4()}", None, {"Last-Event-ID": "x"}
    )
    assert answer.status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/chat"),
        ("PUT", "/api/chat/message"),
        ("POST", "/api/chat/stream/0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e"),
        ("DELETE", "/api/chat/messages/0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e/retry"),
    ],
)
async def test_wrong_methods(ana, as_user, method, path):
    client = await as_user(ana)
    answer, error = await client.json(method, path, {"message": "Hola"})
    assert (answer.status, error["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] in ("GET", "POST")


async def test_nobody_is_refused(script, as_user):
    stranger = StreamClient("not-a-token")
    answer, error = await stranger.json("POST", "/api/chat", {"message": "Hola"})
    assert answer.status == 401
    answer, error = await StreamClient().json("POST", "/api/chat", {"message": "Hola"})
    assert (answer.status, error["code"]) == (401, "not_authenticated")


async def test_what_is_not_mine_is_absent(ana, ben, script, as_user):
    theirs = await sync_to_async(ConversationFactory)(learner=ben)
    turn = await begin(learner=ben, text="Hola", conversation_id=theirs.pk)
    client = await as_user(ana)
    for method, path, body in (
        ("POST", "/api/chat", {"message": "Hola", "conversationId": str(theirs.pk)}),
        ("POST", "/api/chat", {"message": "Hola", "conversationId": str(uuid4())}),
        ("POST", "/api/chat", {"message": "Hola", "sessionId": str(uuid4())}),
        ("POST", "/api/chat/message", {"message": "Hola", "studentId": str(ben.pk)}),
        ("GET", f"/api/chat/stream/{turn.turn_id}", None),
        ("GET", f"/api/chat/stream/{uuid4()}", None),
        ("POST", f"/api/chat/messages/{turn.turn_id}/retry", None),
    ):
        answer, error = await client.json(method, path, body)
        assert (answer.status, error["code"]) == (404, "not_found"), path


async def test_a_tutor_reads_along_but_does_not_write(ana, tessa, conversation, script, as_user):
    learner, tutor = await as_user(ana), await as_user(tessa)
    body = {"message": "Hola", "conversationId": str(conversation.pk)}
    events = await learner.turn("POST", "/api/chat", body)
    assert await tutor.turn("GET", f"/api/chat/stream/{events[0]['messageId']}") == events
    answer, _ = await tutor.json("POST", "/api/chat", body)
    assert answer.status == 404


async def test_too_many_messages(ana, script, as_user, settings):
    settings.RATES = {**settings.RATES, "chat": "1/d"}
    client = await as_user(ana)
    await client.turn("POST", "/api/chat", {"message": "Hola"})
    answer, error = await client.json("POST", "/api/chat", {"message": "Hola"})
    assert (answer.status, error["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_full_process_says_so_and_stores_nothing(ana, script, as_user, settings):
    settings.STREAMS_PER_PROCESS = 1
    script.hang("Espera")
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as first:
        await anext(first.events())
        answer, error = await client.json("POST", "/api/chat", {"message": "Hola"})
    assert (answer.status, error["code"]) == (503, "busy")
    assert "retry-after" in answer.headers
    assert await Conversation.objects.acount() == 1


async def test_a_page_with_a_session_needs_its_csrf_token(ana, client, script, as_user):
    await sync_to_async(client.force_login)(ana)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    page = StreamClient()
    answer, error = await page.json("POST", "/api/chat", {"message": "Hola"}, {"Cookie": cookie})
    assert (answer.status, error["code"]) == (403, "csrf_failed")
    token = "c" * 32
    signed = {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token}
    events = await page.turn("POST", "/api/chat", {"message": "Hola"}, signed)
    assert events[-1]["type"] == "message.end"


async def test_the_stream_is_neither_cached_nor_buffered(ana, script, as_user):
    client = await as_user(ana)
    asked = {"X-Request-ID": "page-7f3a-0001"}
    async with client.open("POST", "/api/chat", {"message": "Hola"}, asked) as answer:
        await answer.all_events()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"] == "page-7f3a-0001"
    assert answer.headers["ratelimit-limit"] == "50"


async def test_a_quiet_stream_sends_heartbeats(ana, script, as_user):
    script.hang("Espera")
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        started = await anext(answer.events())
        reader = await runner().follow(started["messageId"], after=0, heartbeat=0.02)
        seen = [await reader.next() for _ in range(4)]
        reader.close()
    assert [] in seen


async def test_the_body_is_json_whatever_the_refusal(ana, as_user):
    client = await as_user(ana)
    async with client.open("GET", "/api/chat") as answer:
        assert json.dumps(await answer.body())
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/chat/"),
        ("GET", "/api/chat/stream/nothing"),
        ("GET", "/api/chat/stream/0193F2B4-7C3A-7B52-9D6E-2F8A1C4B5D6E"),
        ("POST", "/api/chat/messages/nothing/retry"),
    ],
)
async def test_an_address_that_is_none(as_user, method, path):
    answer, error = await StreamClient().json(method, path, {"message": "Hola"})
    assert (answer.status, error["code"]) == (404, "not_found")
    assert error["requestId"] == answer.headers["x-request-id"]


async def test_who_is_not_signed_in_is_told_how(as_user):
    answer, _ = await StreamClient().json("POST", "/api/chat", {"message": "Hola"})
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


async def test_what_is_nested_too_deep_is_refused(ana, as_user):
    client = await as_user(ana)
    answer, error = await client.json("POST", "/api/chat", b'{"x":' * 20_000)
    assert (answer.status, error["code"]) == (400, "malformed")
