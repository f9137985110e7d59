import pytest

from ai import usage
from ai.chain import complete
from ai.models import UsageRecord
from ai.prices import cost_micros, price_of
from ai.tests.factories import make_request
from ai.types import Usage
from ai.usage import Entry
from ai.worker import run
from config.ids import new_id


def test_cost_is_in_millionths_of_a_dollar():
    assert cost_micros("openai", "gpt-4o-mini", Usage(1_000_000, 0)) == 150_000
    assert cost_micros("openai", "gpt-4o-mini", Usage(100, 50)) == 45


def test_an_unknown_model_costs_nothing_and_has_no_price():
    assert price_of("openai", "llama-of-ours") is None
    assert cost_micros("openai", "llama-of-ours", Usage(100, 50)) == 0


def test_the_built_in_tutor_is_free_and_known_to_be():
    assert price_of("builtin", "anything") == {"input": 0, "output": 0}


def test_estimates_count_what_was_asked_and_said():
    found = usage.estimate(make_request("x" * 44), 41)
    assert found == Usage(tokens_in=15, tokens_out=11, estimated=True)


@pytest.mark.django_db(transaction=True)
def test_a_worker_leaves_its_rows_behind(script):
    assert run(complete(make_request(), user_id=None)).text == "Hola. ¿Qué tal?"
    assert UsageRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_of_a_user_who_has_gone_takes_no_other_with_it():
    def entry(user_id):
        return Entry(provider="scripted", model="m", purpose="chat", user_id=user_id)

    async def record_two():
        usage.record(entry(new_id()))
        usage.record(entry(None))

    run(record_two())
    assert [row.user_id for row in UsageRecord.objects.all()] == [None]
