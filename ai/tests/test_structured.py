from typing import Literal

import msgspec
import pytest

from ai.errors import AllProvidersFailed, ProviderError
from ai.structured import complete_structured, json_schema
from ai.testing.answers import Answer
from ai.tests.factories import make_request

pytestmark = pytest.mark.usefixtures("no_ledger")


class Slip(msgspec.Struct):
    original: str
    kind: Literal["spelling", "grammar"]


class Slips(msgspec.Struct):
    corrections: list[Slip]


GOOD = '{"corrections": [{"original": "fue", "kind": "grammar"}]}'
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


async def ask(schema=Slips):
    return await complete_structured(make_request(), schema=schema, user_id=None)


@pytest.mark.parametrize("text", [GOOD, f"```json\n{GOOD}\n```"])
async def test_a_fitting_answer_is_a_value(script, text):
    script.say(text)
    assert await ask() == Slips([Slip("fue", "grammar")])
    assert script.requests[0].response_schema == json_schema(Slips)


@pytest.mark.parametrize(
    "text",
    [
        "Claro.",
        '{"corrections": [{"original": "fue"}]}',
        GOOD.replace("grammar", "wrong"),
        GOOD.replace("fue", r"fu\u0000e"),
    ],
)
async def test_an_unfit_answer_is_repaired_once(script, text):
    script.say(text)
    script.say(GOOD)
    assert await ask() == Slips([Slip("fue", "grammar")])
    sent_back = script.requests[1].messages[-2:]
    assert sent_back[0].content == text
    assert "does not fit" in sent_back[1].content


async def test_two_unfit_answers_are_malformed(script):
    script.say("no")
    script.say("{}")
    with pytest.raises(ProviderError) as caught:
        await ask()
    assert caught.value.code == "malformed"
    assert len(script.requests) == 2


async def test_a_json_schema_gives_plain_values(script):
    script.say('{"n": "one"}')
    script.say('{"n": 1}')
    assert await ask(SCHEMA) == {"n": 1}


async def test_names_come_back_as_json(script):
    script.say('{"corrections": [{"original": "[NAME_1]", "kind": "spelling"}]}')
    request = make_request('Soy "Ana"', names=("Ana",))
    value = await complete_structured(request, schema=Slips, user_id=None)
    assert value.corrections[0].original == "Ana"


async def test_the_built_in_tutor_is_not_asked_for_json(settings):
    settings.AI_CHAIN = ["builtin"]
    with pytest.raises(AllProvidersFailed):
        await ask()


@pytest.mark.parametrize("provider", ["openai", "gemini"])
async def test_over_http(server, settings, provider):
    settings.AI_CHAIN = [provider]
    server.answer(Answer(pieces=["{"]), Answer(pieces=[GOOD[:9], GOOD[9:]]))
    assert await ask() == Slips([Slip("fue", "grammar")])


def test_a_type_becomes_a_closed_schema_without_references():
    schema = json_schema(Slips)
    assert "$ref" not in str(schema)
    assert schema["additionalProperties"] is False
    item = schema["properties"]["corrections"]["items"]
    assert item["required"] == ["original", "kind"]
