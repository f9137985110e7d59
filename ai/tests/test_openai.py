import asyncio
import time
from contextlib import ExitStack, aclosing

import pytest

from ai.chain import complete, stream_chat
from ai.errors import ProviderError
from ai.providers.openai import OpenAIModel, _Reader
from ai.providers.pace import paced
from ai.testing.answers import Answer, openai_chunk
from ai.tests.factories import make_request
from ai.types import ChatMessage, Finish, TextDelta, ToolCall, ToolCalls, ToolSpec, Usage

pytestmark = pytest.mark.usefixtures("no_ledger")

CALL = {"id": "call_a", "name": "look_up", "arguments": '{"word": "mercado"}'}
OTHER = {"id": "call_b", "name": "look_up", "arguments": '{"word": "ayer"}'}


@pytest.fixture
async def model(server):
    made = OpenAIModel(api_key="a-key", model="gpt-test", base_url=server.openai_url)
    yield made
    await made.aclose()


async def collect(model, request=None):
    async with aclosing(model.stream(request or make_request())) as deltas:
        return [delta async for delta in deltas]


async def failure(model, request=None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await collect(model, request)
    return caught.value


def text_of(deltas) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def test_streams_text_and_usage(model, server):
    deltas = await collect(model)
    assert text_of(deltas) == "Hola. ¿Qué tal?"
    assert deltas[-1] == Finish("stop", Usage(21, 3))
    [seen] = server.requests
    assert seen.headers["Authorization"] == "Bearer a-key"
    assert seen.body["messages"] == [
        {"role": "system", "content": "You are a tutor."},
        {"role": "user", "content": "Ayer fui al mercado."},
    ]
    assert seen.body["stream_options"] == {"include_usage": True}


async def test_first_token_is_here_before_the_last_is_sent(model, server):
    server.answer(Answer(pieces=["Hola", " nunca"], hang_after=1))
    async with aclosing(model.stream(make_request())) as deltas:
        assert await anext(deltas) == TextDelta("Hola")
        assert not server.requests[0].finished.is_set()


@pytest.mark.parametrize(
    "oddity",
    [
        {"usage": False},
        {"done_line": False},
        {"role_chunk": False},
        {"null_content": True},
        {"keep_alives": True},
        {"reasoning": ["Hmm. ", "A saludo."]},
    ],
    ids=lambda oddity: next(iter(oddity)),
)
async def test_oddities_of_compatible_servers(model, server, oddity):
    server.answer(Answer(**oddity))
    deltas = await collect(model)
    assert text_of(deltas) == "Hola. ¿Qué tal?"
    assert isinstance(deltas[-1], Finish)


def test_thinking_is_a_sign_of_life():
    thought = openai_chunk({"reasoning_content": "Hmm."})
    assert list(_Reader("openai").take(thought)) == [TextDelta("")]


async def test_length_is_told_apart_from_stop(model, server):
    server.answer(Answer(finish="length"))
    assert (await collect(model))[-1].reason == "length"


async def test_tool_calls_are_put_together_from_fragments(model, server):
    server.answer(Answer(pieces=[], tool_calls=[CALL, OTHER]))
    deltas = [delta for delta in await collect(model) if delta != TextDelta("")]
    assert deltas == [
        ToolCalls((ToolCall(**CALL), ToolCall(**OTHER))),
        Finish("tool_calls", Usage(21, 0)),
    ]


async def test_tools_and_their_results_are_sent(model, server):
    messages = (
        ChatMessage("user", "¿Qué es un mercado?"),
        ChatMessage("assistant", "", tool_calls=(ToolCall(**CALL),)),
        ChatMessage("tool", "a market", tool_call_id="call_a"),
    )
    spec = ToolSpec("look_up", "Looks a word up.", {"type": "object"})
    await collect(model, make_request(messages=messages, tools=(spec,)))
    body = server.requests[0].body
    assert body["tools"][0]["function"]["name"] == "look_up"
    assert body["messages"][2]["tool_calls"][0]["function"]["arguments"] == CALL["arguments"]
    assert body["messages"][3] == {"role": "tool", "content": "a market", "tool_call_id": "call_a"}


@pytest.mark.parametrize(
    ("status", "error_code", "code", "retryable"),
    [
        (400, "", "bad_request", False),
        (400, "context_length_exceeded", "context_length", False),
        (400, "content_filter", "refused", False),
        (401, "", "authentication", False),
        (404, "", "bad_request", False),
        (429, "", "rate_limited", True),
        (429, "insufficient_quota", "quota_exhausted", False),
        (500, "", "server_error", True),
        (503, "", "overloaded", True),
    ],
)
async def test_statuses_are_translated(model, server, status, error_code, code, retryable):
    server.answer(Answer(status=status, error_code=error_code))
    error = await failure(model)
    assert (error.code, error.retryable, error.provider) == (code, retryable, "openai")
    assert len(server.requests) == 1


async def test_retry_after_is_read(model, server):
    server.answer(Answer(status=429, retry_after=7))
    assert (await failure(model)).retry_after == 7


async def test_a_cut_stream_fails(model, server):
    server.answer(Answer(cut_after=1))
    assert (await failure(model)).code in ("connection", "cut_off")


async def test_a_stream_that_ends_unfinished_is_cut_off(model, server):
    server.answer(Answer(error_after=1))
    assert (await failure(model)).code == "overloaded"


async def test_a_malformed_chunk_fails(model, server):
    server.answer(Answer(malformed_after=1))
    assert (await failure(model)).code == "malformed"


async def test_nobody_listening_is_a_connection_error():
    model = OpenAIModel(api_key="", model="gpt-test", base_url="http://127.0.0.1:9/v1")
    error = await failure(model)
    await model.aclose()
    assert (error.code, error.retryable) == ("connection", True)


@pytest.mark.parametrize("option", ["stream_options", "temperature", "max_tokens"])
async def test_a_refused_option_is_given_up_for_good(model, server, option):
    server.book.default = Answer(refuses=[option])
    for _ in range(2):
        assert text_of(await collect(model, make_request(temperature=0.3)))
    assert [option in seen.body for seen in server.requests] == [True, False, False]


async def test_json_schema_then_json_object_then_words(model, server):
    server.book.default = Answer(
        refuses=["response_format.json_schema", "response_format.json_object"], pieces=["{}"]
    )
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    assert text_of(await collect(model, make_request(response_schema=schema))) == "{}"
    kinds = [seen.body.get("response_format", {}).get("type") for seen in server.requests]
    assert kinds == ["json_schema", "json_object", None]
    assert '"additionalProperties":false' in server.requests[-1].body["messages"][0]["content"]


async def test_openai_itself_gets_the_newer_limit(server, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)
    model = OpenAIModel(api_key="a-key", model="gpt-test")
    await collect(model)
    await model.aclose()
    assert "max_completion_tokens" in server.requests[0].body


async def test_cancelling_a_hanging_call_reaches_upstream(server, settings):
    server.answer(Answer(pieces=["Hola", "nunca"], hang_after=1))
    arrived = asyncio.Event()

    async def read():
        async for _ in stream_chat(make_request(), user_id=None):
            arrived.set()

    task = asyncio.create_task(read())
    await arrived.wait()
    task.cancel()
    asked = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    [seen] = server.requests
    assert await asyncio.to_thread(seen.gone.wait, 5)
    assert seen.gone_at - asked < 0.2


async def test_cancelling_before_the_headers_reaches_upstream(server):
    server.answer(Answer(hang_before_headers=True))
    task = asyncio.create_task(complete(make_request(), user_id=None))
    await asyncio.to_thread(server.came.wait, 5)
    task.cancel()
    asked = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    [seen] = server.requests
    assert await asyncio.to_thread(seen.gone.wait, 5)
    assert seen.gone_at - asked < 0.2


def test_words_that_come_together_are_one_delta():
    reader = _Reader("openai")
    chunk = openai_chunk({"content": "Hola, "}) + openai_chunk({"content": "¿qué tal?"})
    assert list(reader.take(chunk)) == [TextDelta("Hola, ¿qué tal?")]


def test_words_before_a_malformed_chunk_are_given_before_it_fails():
    deltas = _Reader("openai").take(openai_chunk({"content": "Hola"}) + b"data: {no\n\n")
    assert next(deltas) == TextDelta("Hola")
    with pytest.raises(ProviderError, match="parse"):
        next(deltas)


@pytest.mark.parametrize("others", [0, 300])
async def test_words_of_a_tenth_of_a_second_are_read_together(model, server, others):
    pieces = ["uno ", "dos ", "tres ", "cuatro ", "cinco"]
    server.answer(Answer(pieces=pieces, pause=0.02))
    with ExitStack() as streams:
        for _ in range(others):
            streams.enter_context(paced())
        deltas = await collect(model)
    assert len(deltas) - 1 < len(pieces)
    assert "".join(delta.text for delta in deltas[:-1]) == "".join(pieces)
