from collections.abc import AsyncIterator, Iterator

import pytest

from ai import breakers, factory
from ai.providers.scripted import SCRIPT, Script
from ai.testing.provider_server import ProviderServer


@pytest.fixture(autouse=True)
def _fresh_providers() -> None:
    breakers.reset()
    factory._built.clear()
    SCRIPT.reset()


@pytest.fixture
def no_ledger(monkeypatch) -> None:
    """For tests that are not about usage rows: a database emptied after each is slow."""

    monkeypatch.setattr("ai.usage.record", lambda entry: None)


@pytest.fixture
def script(settings) -> Script:
    settings.AI_CHAIN = ["scripted"]
    return SCRIPT


@pytest.fixture(scope="session")
def _running_server() -> Iterator[ProviderServer]:
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def server(_running_server, settings) -> AsyncIterator[ProviderServer]:
    """The loopback provider, with both SDKs pointed at it; the chain is `openai` alone."""
    _running_server.reset()
    settings.AI_CHAIN = ["openai"]
    settings.OPENAI_API_KEY = settings.GEMINI_API_KEY = "a-key"
    settings.OPENAI_BASE_URL = _running_server.openai_url
    settings.GEMINI_BASE_URL = _running_server.gemini_url
    settings.AI_ATTEMPTS = 1
    yield _running_server
    await factory.aclose()
