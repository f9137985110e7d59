"""The chain over both real SDKs and real HTTP: who is asked in which order, what the rows say."""

import asyncio
from contextlib import aclosing

import pytest

from ai import usage
from ai.chain import complete, stream_chat
from ai.errors import AllProvidersFailed, ProviderError
from ai.models import UsageRecord
from ai.testing.answers import Answer
from ai.tests.factories import make_request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _both(server, settings):
    """Both have answered once, so that no deadline below is spent on the SDKs' first steps."""
    for name in ("gemini", "openai"):
        settings.AI_CHAIN = [name]
        await complete(make_request(), user_id=None)
    settings.AI_CHAIN = ["openai", "gemini"]
    server.reset()
    await usage.drain()
    await UsageRecord.objects.all().adelete()


async def outcomes() -> list[tuple[str, str, str]]:
    await usage.drain()
    rows = UsageRecord.objects.order_by("created_at")
    return [(row.provider, row.outcome, row.error_code) async for row in rows]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=500), "server_error"),
        (Answer(status=401), "authentication"),
        (Answer(status=429, retry_after=60), "rate_limited"),
        (Answer(pieces=[]), "malformed"),
        (Answer(malformed_after=0), "malformed"),
        (Answer(hang_after=0), "timeout"),
        (Answer(hang_before_headers=True), "timeout"),
        (Answer(keep_alives=True, hang_after=0), "timeout"),
    ],
)
async def test_before_the_first_token_the_next_one_answers(server, settings, answer, code):
    settings.AI_FIRST_TOKEN_TIMEOUT = 1.0
    server.answer(answer)
    found = await complete(make_request(), user_id=None)
    assert (found.provider, found.text) == ("gemini", "Hola. ¿Qué tal?")
    assert await outcomes() == [("openai", "failed", code), ("gemini", "ok", "")]


@pytest.mark.parametrize(
    "answer", [Answer(cut_after=1), Answer(malformed_after=1), Answer(hang_after=1)]
)
async def test_after_the_first_token_nobody_else_is_asked(server, settings, answer):
    settings.AI_IDLE_TIMEOUT = 0.2
    server.answer(answer)
    async with aclosing(stream_chat(make_request(), user_id=None)) as deltas:
        assert (await anext(deltas)).text.startswith("Hola. ")
        with pytest.raises(ProviderError) as caught:
            await anext(deltas)
    assert (caught.value.code, caught.value.provider) == ("cut_off", "openai")
    assert len(server.requests) == 1


async def test_a_short_retry_after_is_waited_for(server, settings):
    settings.AI_ATTEMPTS = 2
    server.answer(Answer(status=429, retry_after=0.05))
    assert (await complete(make_request(), user_id=None)).provider == "openai"
    assert [code for *_, code in await outcomes()] == ["rate_limited", ""]


async def test_an_answer_that_both_refuse_fails_with_two_rows(server):
    server.answer(Answer(status=503), Answer(status=500))
    with pytest.raises(AllProvidersFailed):
        await complete(make_request(), user_id=None)
    assert [code for *_, code in await outcomes()] == ["overloaded", "server_error"]


async def test_streams_write_only_once_they_are_over(server):
    server.book.default = Answer(pieces=["Hola"] * 3, hang_after=2)
    streams = [stream_chat(make_request(), user_id=None) for _ in range(20)]
    first = await asyncio.gather(*(anext(stream) for stream in streams))
    assert [delta.text[:4] for delta in first] == ["Hola"] * 20
    assert await outcomes() == []
    await asyncio.gather(*(stream.aclose() for stream in streams))
    assert await outcomes() == [("openai", "cancelled", "")] * 20
