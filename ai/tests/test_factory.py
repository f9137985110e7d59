import pytest
from django.core.exceptions import ImproperlyConfigured

from ai import factory
from ai.health import status


@pytest.fixture(autouse=True)
def _no_keys(settings):
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = settings.GEMINI_API_KEY = ""
    settings.AI_CHAIN = ["openai", "gemini"]


def names() -> list[str]:
    return [model.name for model in factory.chat_models()]


def test_providers_without_a_key_are_left_out():
    assert names() == []


def test_the_chain_keeps_its_order(settings):
    settings.OPENAI_API_KEY = settings.GEMINI_API_KEY = "a-key"
    settings.AI_CHAIN = ["gemini", "openai"]
    assert names() == ["gemini", "openai"]


def test_a_compatible_server_needs_no_key(settings):
    settings.OPENAI_BASE_URL = "http://127.0.0.1:11434/v1"
    assert names() == ["openai"]


def test_an_unknown_provider_is_an_error(settings):
    settings.AI_CHAIN = ["oracle"]
    with pytest.raises(ImproperlyConfigured):
        factory.chat_models()


def test_the_scripted_provider_is_refused_outside_tests(settings):
    settings.AI_CHAIN = ["scripted"]
    settings.TESTING = False
    with pytest.raises(ImproperlyConfigured):
        factory.chat_models()


def test_adapters_are_shared(settings):
    settings.OPENAI_API_KEY = "a-key"
    assert factory.chat_models()[0] is factory.chat_models()[0]


def test_health_names_what_is_not_configured():
    assert [one["configured"] for one in status()["providers"]] == [False, False]
    assert not status()["ok"]
