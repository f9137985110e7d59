from contextlib import aclosing

import pytest

from ai.tests.factories import make_request
from ai.tools import MAX_STEPS, Tool, ToolStatus, run_tool_loop
from ai.types import Finish, TextDelta, ToolCall, ToolSpec, Usage
from config.errors import NotFound

pytestmark = pytest.mark.usefixtures("no_ledger")

SPEC = ToolSpec(
    "look_up",
    "Looks a word up.",
    {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    },
)


def call(arguments='{"word": "ayer"}', name="look_up"):
    return ToolCall("call_1", name, arguments)


async def collect(run):
    stream = run_tool_loop(make_request(), tools=[Tool(SPEC, run)], user_id=None)
    async with aclosing(stream) as deltas:
        return [delta async for delta in deltas]


async def look_up(arguments):
    return f"{arguments['word']}: yesterday"


async def test_a_tool_runs_and_its_result_goes_back(script):
    script.call_tools(call())
    script.say("Ayer es yesterday.")
    assert await collect(look_up) == [
        ToolStatus("look_up", "started"),
        ToolStatus("look_up", "done"),
        TextDelta("Ayer es yesterday."),
        Finish("stop", Usage(24, 14)),
    ]
    asked, result = script.requests[1].messages[-2:]
    assert asked.tool_calls == (call(),)
    assert (result.role, result.content) == ("tool", "ayer: yesterday")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (call("{}"), "not valid"),
        (call('{"word": 3}'), "not valid"),
        (call("[]"), "not valid"),
        (call("{"), "not valid"),
        (call(r'{"word": "a\u0000"}'), "not valid"),
        (call('{"word": "a", "user": "Ben"}'), "not valid"),
        (call(name="delete_all"), "no tool named"),
    ],
)
async def test_bad_calls_are_told_to_the_model_and_not_run(script, asked, told):
    ran = []

    async def run(arguments):
        ran.append(arguments)

    script.call_tools(asked)
    deltas = await collect(run)
    assert deltas[1].status == "failed"
    assert told in script.requests[1].messages[-1].content
    assert ran == []


@pytest.mark.parametrize(
    ("error", "told"), [(NotFound(), "nothing here by that id"), (KeyError("secret"), "failed")]
)
async def test_a_failing_tool_is_told_to_the_model(script, error, told):
    async def run(arguments):
        raise error

    script.call_tools(call())
    deltas = await collect(run)
    text = script.requests[1].messages[-1].content
    assert told in text
    assert "secret" not in text
    assert isinstance(deltas[-1], Finish)


async def test_the_last_step_is_offered_no_tools(script):
    for _ in range(MAX_STEPS - 1):
        script.call_tools(call())
    script.say("Ya está.")
    deltas = await collect(look_up)
    assert deltas[-2] == TextDelta("Ya está.")
    assert [bool(request.tools) for request in script.requests] == [True] * 4 + [False]


async def test_a_model_that_never_stops_asking_is_stopped(script):
    for _ in range(10):
        script.call_tools(call())
    deltas = await collect(look_up)
    assert len(script.requests) == MAX_STEPS
    assert isinstance(deltas[-1], Finish)
