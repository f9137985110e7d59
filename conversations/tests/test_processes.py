"""The same promises kept by real servers, real kills and a real worker."""

import asyncio
import json
import os
import signal
from contextlib import suppress

import aiohttp
import pytest
from django.db import connection, connections

from accounts.services import issue_tokens
from ai.testing.answers import Answer
from ai.testing.provider_server import ProviderServer
from conversations.models import Message
from conversations.streams.connections import MAX_THREADS, in_thread
from conversations.tests.servers import process, stream_server, wait_until

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def provider():
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def model(provider):
    """Settings of a server whose only model is the scripted upstream."""
    return {
        "AI_CHAIN": "openai",
        "OPENAI_API_KEY": "test",
        "OPENAI_BASE_URL": provider.openai_url,
        "DATABASE_POOL_SIZE": "4",
    }


@pytest.fixture
def signed(ana):
    return {"Authorization": f"Bearer {issue_tokens(user=ana).token}"}


async def events_of(answer):
    async for line in answer.content:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])


async def test_a_killed_process_loses_nothing_that_arrived(provider, model, signed):
    provider.book.default = Answer(pieces=[f"palabra{n} " for n in range(200)], pause=0.05)
    with stream_server(**model) as (child, address), stream_server(**model) as (_, other):
        async with aiohttp.ClientSession(headers=signed) as session:
            seen = []
            body = {"message": "Hola"}
            with suppress(aiohttp.ClientError):
                async with session.post(f"{address}/api/chat", json=body) as answer:
                    async for event in events_of(answer):
                        seen.append(event)
                        if len(seen) == 8:
                            os.kill(child.pid, signal.SIGKILL)
            assert child.wait(10) == -signal.SIGKILL
            message_id = seen[0]["messageId"]
            path = f"{other}/api/chat/stream/{message_id}"
            headers = {"Last-Event-ID": str(seen[-1]["seq"])}
            async with session.get(path, headers=headers) as answer:
                seen += [event async for event in events_of(answer)]
            assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
            assert (seen[-1]["type"], seen[-1]["code"]) == ("error", "interrupted")
            reply = await Message.objects.select_related("reply_to").aget(pk=message_id)
            assert reply.status == "interrupted"
            said = "".join(event["text"] for event in seen if event["type"] == "delta")
            assert reply.content == said
            assert said.startswith("palabra0 palabra1 ")
            assert reply.reply_to.content == "Hola"
            provider.book.default = Answer(pieces=["Ahora ", "sí."])
            path = f"{other}/api/chat/messages/{message_id}/retry"
            async with session.post(path) as answer:
                again = [event async for event in events_of(answer)]
            assert again[-1]["text"] == "Ahora sí."


async def test_streams_hold_no_database_connection(provider, model, signed, settings):
    provider.book.default = Answer(pieces=["palabra "] * 400, pause=0.05)
    with stream_server(**model, RATE_CHAT="1000/m") as (_, address):
        async with aiohttp.ClientSession(headers=signed) as session:

            async def first_word():
                answer = await session.post(f"{address}/api/chat", json={"message": "Hola"})
                events = events_of(answer)
                while (await anext(events))["type"] != "delta":
                    continue
                return answer

            answers = await asyncio.gather(*(first_word() for _ in range(60)))
            before = await in_thread(_backends)
            busy = [row for row in before if row[0] != "idle"]
            for answer in answers:
                answer.close()
    assert busy == []
    # Pools may keep what they opened, the server's (turns, ledger) and ours: never one a stream.
    assert len(before) < 4 * MAX_THREADS


def _backends():
    """Connections to this database but this one: (state, program)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, application_name FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchall()


async def test_stopping_reaches_the_upstream_from_another_process(provider, model, signed):
    provider.book.default = Answer(pieces=["palabra "] * 400, pause=0.05)
    with stream_server(**model) as (_, address), stream_server(**model) as (_, other):
        async with aiohttp.ClientSession(headers=signed) as session:
            answer = await session.post(f"{address}/api/chat", json={"message": "Hola"})
            events = events_of(answer)
            started = await anext(events)
            while (await anext(events))["type"] != "delta":
                continue
            path = f"{other}/api/chat/messages/{started['messageId']}/cancel"
            async with session.post(path) as stopped:
                assert stopped.status == 202
            rest = [event async for event in events]
            answer.close()
    assert rest[-1]["type"] == "cancelled"
    assert any(seen.gone.wait(5) for seen in provider.book.requests)
    reply = await Message.objects.aget(pk=started["messageId"])
    assert reply.status == "cancelled"
    assert reply.content == rest[-1]["text"]


def test_a_task_whose_worker_was_killed_runs_again_once(tmp_path, settings):
    """Visibility is cut to seconds, so that the broker hands the task out again soon."""
    from conversations.tests.celery_marks import mark_task

    queue, marks = f"marks-{tmp_path.name}", tmp_path / "marks"
    options = ("-m", "celery", "-A", "conversations.tests.celery_marks", "worker")
    more = ("-Q", queue, "-c", "1", "-l", "error", "--without-gossip", "--without-mingle")
    mark_task.apply_async(args=[str(marks)], queue=queue)
    with process(*options, *more, CELERY_VISIBILITY_TIMEOUT="2") as worker:
        wait_until(lambda: marks.exists() and "begun" in marks.read_text(), worker)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    with process(*options, *more, CELERY_VISIBILITY_TIMEOUT="2") as worker:
        wait_until(lambda: "done" in marks.read_text(), worker)
    lines = marks.read_text().split()
    assert lines == ["begun", "begun", "done"]
    connections.close_all()
