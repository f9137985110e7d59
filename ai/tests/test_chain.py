import asyncio
import threading
from contextlib import aclosing
from dataclasses import replace

import pytest

from ai import factory, usage
from ai.chain import complete, stream_chat
from ai.errors import AllProvidersFailed, ProviderError
from ai.models import UsageRecord
from ai.prompts import learner_block
from ai.providers.scripted import Scene, Script, ScriptedModel
from ai.redaction import Veil
from ai.tests.factories import make_request
from ai.types import ChatMessage, Finish, TextDelta, Usage

pytestmark = pytest.mark.django_db(transaction=True)


async def collect(request=None, **options):
    stream = stream_chat(request or make_request(), user_id=None, **options)
    async with aclosing(stream) as deltas:
        return [delta async for delta in deltas]


async def rows() -> list[UsageRecord]:
    await usage.drain()
    return [row async for row in UsageRecord.objects.order_by("created_at")]


@pytest.fixture
def pair(monkeypatch, settings) -> tuple[Script, Script]:
    """A chain of two scripted providers, `first` and `second`."""
    settings.AI_ATTEMPTS = 1
    scripts = Script(), Script()
    models = [
        ScriptedModel(script, name=name)
        for script, name in zip(scripts, ("first", "second"), strict=True)
    ]
    monkeypatch.setattr("ai.factory.chat_models", lambda: models)
    return scripts


async def test_deltas_arrive_in_order_and_end_with_finish(script):
    script.say("Ho", "la")
    told = []
    deltas = await collect(on_provider=lambda *who: told.append(who))
    assert deltas == [TextDelta("Ho"), TextDelta("la"), Finish("stop", Usage(12, 7))]
    assert told == [("scripted", "script")]


async def test_first_delta_arrives_before_the_last_is_made(script):
    script.hang("Hola")
    stream = stream_chat(make_request(), user_id=None)
    assert await anext(stream) == TextDelta("Hola")
    await stream.aclose()


async def test_empty_pieces_are_signs_of_life_and_never_passed_on(script):
    script.say("", "Ho", "", "la")
    assert (await collect())[:2] == [TextDelta("Ho"), TextDelta("la")]


async def test_what_no_database_keeps_is_left_out(script):
    script.say("Ho\0", "la\0\0.", "\ud83d", "¡Sí!")
    said = [TextDelta("Ho"), TextDelta("la."), TextDelta("?"), TextDelta("¡Sí!")]
    assert await collect() == [*said, Finish("stop", Usage(12, 7))]


async def test_a_call_leaves_one_row(script):
    await collect()
    [row] = await rows()
    assert (row.outcome, row.provider, row.model) == ("ok", "scripted", "script")
    assert (row.tokens_in, row.tokens_out, row.estimated) == (12, 7, False)
    assert row.prompt == "tutor_reply.v1"
    assert row.first_token_ms is not None


async def test_missing_usage_is_estimated_and_marked(script):
    script.add(Scene(pieces=("a" * 40,), usage=Usage()))
    finish = (await collect())[-1]
    assert finish.usage.tokens_out == 10
    assert finish.usage.estimated
    [row] = await rows()
    assert (row.tokens_out, row.estimated) == (10, True)


async def test_failure_before_the_first_token_goes_to_the_next(pair):
    pair[0].fail("server_error")
    told = []
    await collect(on_provider=lambda *who: told.append(who[0]))
    assert told == ["second"]
    assert [(r.provider, r.outcome, r.error_code) for r in await rows()] == [
        ("first", "failed", "server_error"),
        ("second", "ok", ""),
    ]


async def test_failure_after_the_first_token_is_cut_off_and_final(pair):
    pair[0].fail("server_error", said=["Hola "])
    stream = stream_chat(make_request(), user_id=None)
    assert await anext(stream) == TextDelta("Hola ")
    with pytest.raises(ProviderError) as caught:
        await anext(stream)
    assert caught.value.code == "cut_off"
    assert pair[1].requests == []
    [row] = await rows()
    assert (row.error_code, row.estimated) == ("server_error", True)


async def test_a_stream_without_finish_is_cut_off(script):
    script.add(Scene(pieces=("Hola",), finish=False))
    with pytest.raises(ProviderError) as caught:
        await collect()
    assert caught.value.code == "cut_off"


async def test_an_empty_answer_goes_to_the_next(pair):
    pair[0].add(Scene(pieces=()))
    deltas = await collect()
    assert deltas[0] == TextDelta("Hola. ")
    assert (await rows())[0].error_code == "malformed"


async def test_all_failing_raises_and_says_so_in_rows(pair):
    pair[0].fail("authentication", retryable=False)
    pair[1].fail("overloaded")
    with pytest.raises(AllProvidersFailed):
        await collect()
    assert [row.error_code for row in await rows()] == ["authentication", "overloaded"]


async def test_an_adapter_with_a_bug_is_passed_over(monkeypatch):
    class Broken:
        name = model = "broken"

        async def stream(self, request):
            yield TextDelta({}["choices"])

    monkeypatch.setattr("ai.factory.chat_models", lambda: [Broken(), ScriptedModel(Script())])
    assert (await collect())[0] == TextDelta("Hola. ")
    assert (await rows())[0].error_code == "server_error"


async def test_passing_failures_are_tried_again(script, settings):
    settings.AI_ATTEMPTS = 2
    script.fail("overloaded")
    assert (await collect())[0] == TextDelta("Hola. ")
    assert len(script.requests) == 2


async def test_permanent_failures_are_not_tried_again(script, settings):
    settings.AI_ATTEMPTS = 2
    script.fail("authentication", retryable=False)
    with pytest.raises(AllProvidersFailed):
        await collect()
    assert len(script.requests) == 1


async def test_a_long_retry_after_goes_to_the_next(pair, settings):
    settings.AI_ATTEMPTS = 2
    busy = ProviderError("rate_limited", retryable=True, retry_after=60)
    pair[0].add(Scene(pieces=(), fail=busy))
    await collect()
    assert [len(script.requests) for script in pair] == [1, 1]


async def test_a_slow_first_token_goes_to_the_next(pair, settings):
    settings.AI_FIRST_TOKEN_TIMEOUT = 0.05
    pair[0].hang()
    assert (await collect())[0] == TextDelta("Hola. ")
    assert (await rows())[0].error_code == "timeout"
    assert pair[0].closed_early == 1


async def test_silence_amid_an_answer_is_cut_off(script, settings):
    settings.AI_IDLE_TIMEOUT = 0.05
    script.hang("Hola")
    with pytest.raises(ProviderError) as caught:
        await collect()
    assert caught.value.code == "cut_off"
    assert script.closed_early == 1
    assert (await rows())[0].error_code == "timeout"


async def test_the_total_deadline_ends_a_stream_that_never_does(script, settings):
    settings.AI_TOTAL_TIMEOUT = 0.1
    script.say(*["palabra "] * 1000, pause=0.01)
    with pytest.raises(ProviderError) as caught:
        await collect()
    assert caught.value.code == "cut_off"


async def test_the_total_deadline_covers_the_whole_chain(pair, settings):
    settings.AI_TOTAL_TIMEOUT = 0.1
    pair[0].hang()
    with pytest.raises(AllProvidersFailed):
        await collect()
    assert [len(script.requests) for script in pair] == [1, 0]


async def test_a_slow_reader_is_not_a_slow_provider(script, settings):
    settings.AI_IDLE_TIMEOUT = 0.05
    script.say("Ho", "la")
    got = []
    async for delta in stream_chat(make_request(), user_id=None):
        got.append(delta)
        await asyncio.sleep(0.12)
    assert len(got) == 3


async def test_cancelling_closes_upstream_and_leaves_a_row(script):
    script.hang("Hola, ", "¿qué tal?")
    arrived = asyncio.Event()

    async def read():
        async for _ in stream_chat(make_request(), user_id=None):
            arrived.set()

    task = asyncio.create_task(read())
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert script.closed_early == 1
    [row] = await rows()
    assert row.outcome == "cancelled"
    assert row.tokens_out > 0
    assert row.estimated


async def test_cancelling_before_the_first_token_leaves_a_row(script):
    script.hang()
    task = asyncio.create_task(collect())
    await asyncio.sleep(0.02)
    assert script.requests
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    [row] = await rows()
    assert (row.outcome, row.tokens_out) == ("cancelled", 0)


async def test_closing_the_stream_early_is_a_cancelled_call(script):
    stream = stream_chat(make_request(), user_id=None)
    await anext(stream)
    await stream.aclose()
    assert (await rows())[0].outcome == "cancelled"


async def test_complete_gathers_the_answer(script):
    answer = await complete(make_request(), user_id=None)
    assert (answer.text, answer.provider) == ("Hola. ¿Qué tal?", "scripted")


async def test_names_and_addresses_stay_here_and_come_back(script):
    script.say("Mucho gusto, [NA", "ME_1]. ", "Escribo a [EMAIL_1]")
    request = make_request("Soy Ana, ana@ejemplo.es", names=("Ana García",))
    deltas = await collect(request)
    assert script.requests[0].messages[0].content == "Soy [NAME_1], [EMAIL_1]"
    text = "".join(delta.text for delta in deltas[:-1])
    assert text == "Mucho gusto, Ana. Escribo a ana@ejemplo.es"


@pytest.mark.parametrize(("text", "in_a_thread"), [("0612 34 56 78", False), ("1 " * 500, True)])
async def test_many_digits_are_looked_through_beside_the_streams(
    script, monkeypatch, text, in_a_thread
):
    here, seen, hide = threading.get_ident(), [], Veil.hide_in

    def noted(veil, request):
        seen.append(threading.get_ident() != here)
        return hide(veil, request)

    monkeypatch.setattr(Veil, "hide_in", noted)
    await collect(replace(make_request(), messages=(ChatMessage("user", text),)))
    assert seen == [in_a_thread]


async def test_a_ledger_that_cannot_be_written_harms_no_reply(script, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(type(UsageRecord.objects), "bulk_create", refuse)
    assert len(await collect()) == 3
    await usage.drain()


async def test_the_builtin_tutor_gets_the_learners_words_without_marks(settings, monkeypatch):
    """Also when it stands in for a model, for which the words were marked."""
    heard = []

    class Listening(ScriptedModel):
        async def stream(self, request):
            heard.append([message.content for message in request.messages])
            yield TextDelta("Hola.")
            yield Finish("stop", Usage(1, 1))

    monkeypatch.setattr(factory, "chat_models", lambda: [Listening(Script(), name="builtin")])
    marked = ChatMessage("user", learner_block("Yo soy cansado."))
    request = replace(make_request(), messages=(ChatMessage("assistant", "¿Qué tal?"), marked))
    await complete(request, user_id=None)
    assert heard == [["¿Qué tal?", "Yo soy cansado."]]
