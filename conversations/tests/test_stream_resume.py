import asyncio
from uuid import uuid4

import pytest
from django.db import DatabaseError
from redis.exceptions import ConnectionError as ValkeyDown

from conversations.models import Message
from conversations.retrieval.found import Source
from conversations.retrieval.services import store_sources
from conversations.services import begin_turn, finish_turn
from conversations.services.finish import TurnResult
from conversations.streams import closing, log, mirrors
from conversations.streams.connections import in_thread, valkey
from conversations.streams.runner import TurnRunner, runner
from conversations.tests.factories import CorrectionFactory
from conversations.tests.stream_client import text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def elsewhere():
    """Another process's runner, as far as Valkey and the database can tell."""
    other = TurnRunner()
    yield other
    await other.shut_down(grace=0)


async def read_all(reader):
    frames = []
    while (fresh := await asyncio.wait_for(reader.next(), 15)) is not None:
        frames += fresh
    reader.close()
    return frames


async def test_every_place_of_a_finished_turn_can_be_resumed(ana, script, as_user):
    script.say(*"abcdef", pause=0.03)
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    path = f"/api/chat/stream/{events[0]['messageId']}"
    for event in events:
        rest = await client.turn("GET", path, headers={"Last-Event-ID": str(event["seq"])})
        assert rest == events[event["seq"] :]


async def test_another_process_follows_live(ana, script, as_user, elsewhere):
    script.say(*"abcdef", pause=0.05)
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        mine = answer.events()
        started = await anext(mine)
        reader = await elsewhere.follow(started["messageId"], after=0)
        frames = await read_all(reader)
        events = [started] + [event async for event in mine]
    assert [frame.seq for frame in frames] == [event["seq"] for event in events]
    assert log.text_in(frames) == "abcdef"


async def test_after_the_log_expired_the_rows_answer(ana, script, as_user):
    script.say("Todo ", "junto.")
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    message_id = events[0]["messageId"]
    await valkey().delete(log.log_key(message_id))
    again = await client.turn("GET", f"/api/chat/stream/{message_id}")
    assert [event["type"] for event in again] == ["message.start", "delta", "message.end"]
    assert text_of(again) == again[-1]["text"] == "Todo junto."
    later = await client.turn(
        "GET", f"/api/chat/stream/{message_id}", headers={"Last-Event-ID": "2"}
    )
    assert [(event["type"], event["seq"]) for event in later] == [("message.end", 3)]
    assert later[0]["text"] == "Todo junto."


def _more_of_it(reply_id):
    """A correction that is told, two that are not, and a source."""
    said = Message.objects.get(pk=reply_id).reply_to
    CorrectionFactory(message=said, original="Hola", manner="hint", timing="now")
    CorrectionFactory(message=said, start=7, end=8, withheld=True)
    CorrectionFactory(message=said, start=9, end=10, timing="after_session")
    passage = {"source_id": uuid4(), "passage_id": uuid4(), "locator": {"start": 62.0}}
    told = {"title": "Lesson of May", "excerpt": "el pan de ayer", "relevance": 0.8}
    source = Source(index=1, kind="transcript", **passage, **told)
    store_sources(message_id=reply_id, sources=[source])


async def test_the_rows_answer_with_all_that_was_told(ana, script, as_user):
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    message_id = events[0]["messageId"]
    await in_thread(_more_of_it, message_id)
    await valkey().delete(log.log_key(message_id))
    start, *rest, end = await client.turn("GET", f"/api/chat/stream/{message_id}")
    assert start["replyTo"] == events[0]["replyTo"]
    [correction] = [event for event in rest if event["type"] == "correction"]
    assert (correction["original"], correction["manner"]) == ("Hola", "hint")
    [source] = [event for event in rest if event["type"] == "source"]
    assert (source["index"], source["excerpt"]) == (1, "el pan de ayer")
    assert [one["title"] for one in end["sources"]] == ["Lesson of May"]
    assert end["usage"] == events[-1]["usage"]


async def test_the_log_expires_by_itself(ana, script, as_user):
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    key = events[0]["messageId"]
    assert 0 < await valkey().ttl(log.log_key(key)) <= log.LOG_SECONDS
    assert not await valkey().exists(log.lease_key(key))


class Unplugged:
    """A client of a Valkey that is not there."""

    async def execute_command(self, *_command):
        raise ValkeyDown


async def test_valkey_goes_away_and_comes_back_in_the_middle_of_a_turn(
    ana, script, as_user, monkeypatch
):
    monkeypatch.setattr("conversations.streams.writer.REST_SECONDS", 0.05)
    script.say(*"abcdefghij", pause=0.05)
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        mine = answer.events()
        events = [await anext(mine) for _ in range(3)]
        writer = runner()._writer
        plugged, writer._client = writer._client, Unplugged()
        events += [await anext(mine) for _ in range(3)]
        writer._client = plugged
        events += [event async for event in mine]
    assert text_of(events) == "abcdefghij"
    entries = await valkey().xrange(log.log_key(events[0]["messageId"]))
    assert log.text_in(log.frames_from(entries, after=0)) == "abcdefghij"


async def test_valkey_stays_away(ana, script, as_user, elsewhere):
    script.say(*"abcd", pause=0.02)
    client = await as_user(ana)
    await client.turn("POST", "/api/chat", {"message": "Antes"})
    runner()._writer._client = Unplugged()
    script.say(*"abcd", pause=0.02)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    assert text_of(events) == "abcd"
    frames = await read_all(await elsewhere.follow(events[0]["messageId"]))
    assert log.text_in(frames) == "abcd"


class Silent(Unplugged):
    """A client of a Valkey that takes everything and says nothing."""

    async def execute_command(self, *_command):
        await asyncio.Event().wait()


async def test_valkey_that_does_not_answer_holds_no_words_back(ana, script, as_user, monkeypatch):
    monkeypatch.setattr("conversations.streams.writer.ANSWER_SECONDS", 0.05)
    client = await as_user(ana)
    await client.turn("POST", "/api/chat", {"message": "Antes"})
    runner()._writer._client = Silent()
    script.say(*"abcd", pause=0.02)
    assert text_of(await client.turn("POST", "/api/chat", {"message": "Hola"})) == "abcd"


async def dead_turn(learner, text="Hola", said=()):
    """A turn whose process is gone: a log without an end, no lease."""
    turn = await in_thread(begin_turn, learner=learner, text=text)
    for number, piece in enumerate(said, start=1):
        event = log.DeltaEvent(turn_id=turn.turn_id, text=piece)
        frame = log.frame_of(event, number)
        await valkey().execute_command(*log.append_command(turn.turn_id, frame))
    return turn


@pytest.fixture
def _no_youth(monkeypatch):
    monkeypatch.setattr(closing, "YOUNG", closing.timedelta(0))
    monkeypatch.setattr(closing, "LEASE_SECONDS", 0)
    monkeypatch.setattr(mirrors, "LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("_no_youth")
async def test_a_reader_closes_a_turn_that_nobody_writes(ana, script, as_user):
    client = await as_user(ana)
    turn = await dead_turn(ana, said=("Medio ", "dicho"))
    events = await client.turn("GET", f"/api/chat/stream/{turn.turn_id}")
    assert text_of(events) == "Medio dicho"
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "interrupted")
    assert events[-1]["retryable"] is True
    reply = await Message.objects.aget(pk=turn.turn_id)
    assert (reply.status, reply.content) == ("interrupted", "Medio dicho")
    assert reply.error_code == "interrupted"


@pytest.mark.usefixtures("_no_youth")
async def test_a_dead_turn_is_closed_once(ana):
    turn = await dead_turn(ana, said=("Medio",))
    closed = await asyncio.gather(
        *(in_thread(closing.close_if_dead, turn.turn_id) for _ in range(6))
    )
    assert sorted(closed) == [False] * 5 + [True]
    assert await valkey().xlen(log.log_key(turn.turn_id)) == 2


@pytest.mark.usefixtures("_no_youth")
async def test_the_sweep_closes_what_nobody_reads(ana, ben, script, as_user):
    client = await as_user(ben)
    dead = await dead_turn(ana, said=("Medio",))
    script.hang("Vivo")
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        await anext(answer.events())
        assert await in_thread(closing.close_dead_turns) == 1
    assert (await Message.objects.aget(pk=dead.turn_id)).status == "interrupted"
    assert await Message.objects.live().acount() == 1


@pytest.mark.usefixtures("_no_youth")
async def test_a_turn_that_cannot_be_closed_holds_up_no_other(ana, ben, monkeypatch):
    stuck, dead = await dead_turn(ana), await dead_turn(ben)
    close = closing.close_interrupted_turn

    def close_all_but_one(*, turn_id, **what):
        if turn_id == stuck.turn_id:
            raise RuntimeError
        return close(turn_id=turn_id, **what)

    monkeypatch.setattr(closing, "close_interrupted_turn", close_all_but_one)
    assert await in_thread(closing.close_dead_turns) == 1
    assert (await Message.objects.aget(pk=dead.turn_id)).status == "interrupted"


@pytest.mark.usefixtures("_no_youth")
async def test_a_valkey_that_has_just_come_up_says_nothing_of_leases(ana, monkeypatch):
    dead = await dead_turn(ana, said=("Medio",))
    monkeypatch.setattr(closing, "LEASE_SECONDS", 10**9)
    assert not await in_thread(closing.close_if_dead, dead.turn_id)
    monkeypatch.setattr(closing, "LEASE_SECONDS", 0)
    assert await in_thread(closing.close_if_dead, dead.turn_id)


@pytest.mark.usefixtures("_no_youth")
@pytest.mark.parametrize("past_deadline", [False, True])
async def test_without_valkey_only_a_turn_past_any_deadline_is_dead(
    ana, monkeypatch, settings, past_deadline
):
    await dead_turn(ana)
    settings.AI_TOTAL_TIMEOUT = 0 if past_deadline else 60
    monkeypatch.setattr(closing, "valkey_in_thread", lambda: Gone())
    assert await in_thread(closing.close_dead_turns) == past_deadline


@pytest.mark.usefixtures("_no_youth")
async def test_a_turn_that_is_written_is_never_too_old(ana, script, as_user, settings):
    script.hang("Vivo")
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        await anext(answer.events())
        settings.AI_TOTAL_TIMEOUT = -3600
        assert await in_thread(closing.close_dead_turns) == 0


class Gone:
    def exists(self, *_keys):
        raise ValkeyDown


@pytest.mark.usefixtures("_no_youth")
async def test_a_database_that_does_not_answer_ends_no_watch(ana, elsewhere, monkeypatch):
    turn = await dead_turn(ana, said=("Medio",))
    asked, look = [], mirrors.stored_turn

    def stored_turn(turn_id):
        asked.append(turn_id)
        if len(asked) == 2:
            raise DatabaseError
        return look(turn_id)

    monkeypatch.setattr(mirrors, "stored_turn", stored_turn)
    frames = await read_all(await elsewhere.follow(turn.turn_id))
    assert frames[-1].last
    assert len(asked) >= 2


async def test_a_gap_in_the_log_keeps_nobody_busy(ana, elsewhere):
    turn = await dead_turn(ana, said=("Uno",))
    reads, read = [], elsewhere._mirrors._client.xread

    async def xread(*args, **options):
        reads.append(args)
        return await read(*args, **options)

    elsewhere._mirrors._client.xread = xread
    reader = await elsewhere.follow(turn.turn_id)
    event = log.DeltaEvent(turn_id=turn.turn_id, text="Tres")
    await valkey().execute_command(*log.append_command(turn.turn_id, log.frame_of(event, 3)))
    await asyncio.sleep(0.5)
    assert len(reads) < 12
    reader.close()
    del elsewhere._mirrors._client.xread


@pytest.mark.usefixtures("_no_youth")
async def test_writing_on_after_a_crash(ana, script, as_user):
    dead = await dead_turn(ana, said=("Medio",))
    client = await as_user(ana)
    body = {"message": "¿Sigues ahí?", "conversationId": dead.conversation_id}
    events = await client.turn("POST", "/api/chat", body)
    assert events[-1]["type"] == "message.end"


@pytest.mark.usefixtures("_no_youth")
async def test_a_turn_that_was_closed_meanwhile_says_so(ana, script, as_user):
    script.say(*"abcdef", pause=0.03)
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        mine = answer.events()
        started = await anext(mine)
        await in_thread(
            finish_turn, turn_id=started["messageId"], result=TurnResult(status="interrupted")
        )
        events = [event async for event in mine]
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "interrupted")


async def test_retrying_a_cut_off_turn(ana, script, as_user):
    script.fail("connection", said=("Empiezo y ",))
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "interrupted")
    first = await Message.objects.aget(pk=events[0]["messageId"])
    assert (first.status, first.content, first.error_code) == (
        "interrupted",
        "Empiezo y ",
        "cut_off",
    )
    script.say("Ahora sí.")
    again = await client.turn("POST", f"/api/chat/messages/{first.pk}/retry")
    second = await Message.objects.aget(pk=again[0]["messageId"])
    assert (second.content, second.reply_to_id) == ("Ahora sí.", first.reply_to_id)
    assert await Message.objects.filter(role="user").acount() == 1
    answer, error = await client.json("POST", f"/api/chat/messages/{second.pk}/retry")
    assert (answer.status, error["code"]) == (409, "turn_complete")


async def test_a_superseded_turn_cannot_be_retried(ana, script, as_user):
    script.fail("connection", said=("Uno",))
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola"})
    body = {"message": "Otra cosa", "conversationId": events[0]["conversationId"]}
    await client.turn("POST", "/api/chat", body)
    answer, error = await client.json("POST", f"/api/chat/messages/{events[0]['messageId']}/retry")
    assert (answer.status, error["code"]) == (409, "turn_superseded")


async def test_shutting_down_marks_what_did_not_finish(ana, script, as_user):
    script.hang("Hasta aquí")
    client = await as_user(ana)
    async with client.open("POST", "/api/chat", {"message": "Hola"}) as answer:
        mine = answer.events()
        started = await anext(mine)
        await anext(mine)
        await runner().shut_down(grace=0.01)
        events = [event async for event in mine]
    assert events[-1]["code"] == "interrupted"
    reply = await Message.objects.aget(pk=started["messageId"])
    assert (reply.status, reply.content) == ("interrupted", "Hasta aquí")
