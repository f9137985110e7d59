import asyncio
import time
from contextlib import aclosing

import pytest

from ai.chain import complete, stream_chat
from ai.errors import AllProvidersFailed, ProviderError
from ai.providers.gemini import GeminiModel
from ai.testing.answers import Answer
from ai.tests.factories import make_request
from ai.types import ChatMessage, Finish, TextDelta, ToolCall, ToolCalls, ToolSpec, Usage

pytestmark = pytest.mark.usefixtures("no_ledger")

CALL = {"id": "call_a", "name": "look_up", "arguments": '{"word":"mercado"}'}


@pytest.fixture
async def model(server):
    made = GeminiModel(api_key="a-key", model="gemini-2.5-flash", base_url=server.gemini_url)
    yield made
    await made.aclose()


async def collect(model, request=None):
    async with aclosing(model.stream(request or make_request())) as deltas:
        return [delta async for delta in deltas]


async def failure(model) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await collect(model)
    return caught.value


async def test_streams_text_and_usage(model, server):
    deltas = await collect(model)
    assert [d.text for d in deltas[:-1]] == ["Hola. ", "¿Qué ", "tal?"]
    assert deltas[-1] == Finish("stop", Usage(21, 3))
    [seen] = server.requests
    assert seen.path.endswith("/models/gemini-2.5-flash:streamGenerateContent")
    assert seen.body["systemInstruction"]["parts"] == [{"text": "You are a tutor."}]
    assert list(seen.body["generationConfig"]["thinkingConfig"].values()) == [0]


async def test_first_token_is_here_before_the_last_is_sent(model, server):
    server.answer(Answer(pieces=["Hola", " nunca"], hang_after=1))
    async with aclosing(model.stream(make_request())) as deltas:
        assert await anext(deltas) == TextDelta("Hola")
        assert not server.requests[0].finished.is_set()


async def test_thinking_is_a_sign_of_life_and_not_text(model, server):
    server.answer(Answer(reasoning=["Hmm."], pieces=["Hola"]))
    assert [d.text for d in (await collect(model))[:-1]] == ["", "Hola"]


async def test_tool_calls_and_their_signatures_go_there_and_back(model, server):
    server.answer(Answer(pieces=["Miro. "], tool_calls=[CALL]))
    spec = ToolSpec("look_up", "Looks a word up.", {"type": "object"})
    deltas = await collect(model, make_request(tools=(spec,)))
    [called] = [delta for delta in deltas if isinstance(delta, ToolCalls)]
    assert called.calls == (ToolCall(**CALL, signature="c2lnbmVk"),)
    assert deltas[-1].reason == "tool_calls"
    messages = (
        ChatMessage("user", "¿Mercado?"),
        ChatMessage("assistant", "", tool_calls=called.calls),
        ChatMessage("tool", "a market", tool_call_id="call_a"),
    )
    await collect(model, make_request(messages=messages, tools=(spec,)))
    _, asked, answered = server.requests[1].body["contents"]
    assert asked["parts"][0]["thoughtSignature"] == "c2lnbmVk"
    response = answered["parts"][0]["functionResponse"]
    assert (response["name"], response["response"]) == ("look_up", {"result": "a market"})


async def test_a_schema_asks_for_json(model, server):
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    await collect(model, make_request(response_schema=schema))
    generation = server.requests[0].body["generationConfig"]
    assert generation["responseMimeType"] == "application/json"
    assert generation["responseJsonSchema"] == schema


async def test_a_blocked_prompt_is_refused(model, server):
    server.answer(Answer(blocked=True))
    assert (await failure(model)).code == "refused"


async def test_an_answer_filtered_empty_is_refused_by_the_chain(server, settings):
    settings.AI_CHAIN = ["gemini"]
    server.answer(Answer(pieces=[], finish="SAFETY"))
    with pytest.raises(AllProvidersFailed) as caught:
        await complete(make_request(), user_id=None)
    assert caught.value.__cause__.code == "refused"


async def test_length_is_told_apart_from_stop(model, server):
    server.answer(Answer(finish="length"))
    assert (await collect(model))[-1].reason == "length"


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "bad_request", False),
        (403, "authentication", False),
        (404, "bad_request", False),
        (429, "rate_limited", True),
        (500, "server_error", True),
        (503, "overloaded", True),
    ],
)
async def test_statuses_are_translated(model, server, status, code, retryable):
    server.answer(Answer(status=status))
    error = await failure(model)
    assert (error.code, error.retryable, error.provider) == (code, retryable, "gemini")
    assert len(server.requests) == 1


async def test_retry_delay_is_read(model, server):
    server.answer(Answer(status=429, retry_after=7))
    assert (await failure(model)).retry_after == 7


async def test_a_cut_stream_fails(model, server):
    server.answer(Answer(cut_after=1))
    assert (await failure(model)).code in ("connection", "cut_off")


async def test_an_error_inside_the_stream_is_translated(model, server):
    server.answer(Answer(error_after=1))
    assert (await failure(model)).code == "overloaded"


async def test_a_malformed_chunk_fails(model, server):
    server.answer(Answer(malformed_after=1))
    assert (await failure(model)).code == "malformed"


async def test_nobody_listening_is_a_connection_error():
    model = GeminiModel(api_key="a-key", model="gemini-2.5-flash", base_url="http://127.0.0.1:9")
    error = await failure(model)
    await model.aclose()
    assert (error.code, error.retryable) == ("connection", True)


@pytest.mark.parametrize("answer", [Answer(hang_after=1), Answer(hang_before_headers=True)])
async def test_cancelling_reaches_upstream(server, settings, answer):
    settings.AI_CHAIN = ["gemini"]
    server.answer(answer)

    async def read():
        async for _ in stream_chat(make_request(), user_id=None):
            pass

    task = asyncio.create_task(read())
    await asyncio.to_thread(server.came.wait, 5)
    await asyncio.sleep(0.05)
    task.cancel()
    asked = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    [seen] = server.requests
    assert await asyncio.to_thread(seen.gone.wait, 5)
    assert seen.gone_at - asked < 0.2
