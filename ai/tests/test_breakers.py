import asyncio

import pytest

from ai import usage
from ai.chain import complete
from ai.errors import AllProvidersFailed
from ai.health import status
from ai.models import UsageRecord
from ai.tests.factories import make_request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.AI_ATTEMPTS = 1
    settings.AI_BREAKER_FAILURES = 2
    settings.AI_BREAKER_SECONDS = 60


async def fail_until_open(script):
    script.fail("server_error", times=2)
    for _ in range(2):
        with pytest.raises(AllProvidersFailed):
            await complete(make_request(), user_id=None)


def circuit():
    return status()["providers"][0]["circuit"]


async def test_repeated_failures_open_the_circuit(script):
    await fail_until_open(script)
    assert circuit() == "open"
    assert not status()["ok"]
    with pytest.raises(AllProvidersFailed) as caught:
        await complete(make_request(), user_id=None)
    assert caught.value.__cause__.code == "circuit_open"
    assert len(script.requests) == 2
    await usage.drain()
    assert await UsageRecord.objects.acount() == 2


async def test_a_good_answer_closes_a_half_open_circuit(script, settings):
    settings.AI_BREAKER_SECONDS = 0.05
    await fail_until_open(script)
    await asyncio.sleep(0.06)
    assert circuit() == "half-open"
    await complete(make_request(), user_id=None)
    assert circuit() == "closed"


async def test_a_failure_opens_a_half_open_circuit_again(script, settings):
    settings.AI_BREAKER_SECONDS = 0.2
    await fail_until_open(script)
    await asyncio.sleep(0.21)
    script.fail("server_error")
    with pytest.raises(AllProvidersFailed):
        await complete(make_request(), user_id=None)
    assert circuit() == "open"


@pytest.mark.parametrize("code", ["bad_request", "context_length", "refused"])
async def test_a_faulty_request_is_not_the_providers_fault(script, code):
    script.fail(code, retryable=False, times=5)
    for _ in range(5):
        with pytest.raises(AllProvidersFailed):
            await complete(make_request(), user_id=None)
    assert circuit() == "closed"


async def test_a_good_answer_forgives_earlier_failures(script):
    script.fail("server_error")
    with pytest.raises(AllProvidersFailed):
        await complete(make_request(), user_id=None)
    await complete(make_request(), user_id=None)
    assert status()["providers"][0]["failures"] == 0
