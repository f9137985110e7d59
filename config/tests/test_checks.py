import pytest
from pgvector.django import HalfVectorField

from ai.models import CachedEmbedding
from config.checks import check_contradictions

SECRET = "k3" * 20


@pytest.fixture
def production(settings):
    settings.DEVELOPMENT = settings.DEBUG = settings.TESTING = False
    settings.SECRET_KEY = SECRET
    settings.ALLOWED_HOSTS = ["parlance.example"]
    settings.AI_CHAIN = ["builtin"]
    return settings


def found():
    return {message.id.removeprefix("parlance.") for message in check_contradictions()}


def test_as_shipped_nothing_contradicts_itself(settings):
    settings.AI_CHAIN = ["openai", "gemini", "builtin"]
    settings.AI_CHAIN_NAMED = False
    assert found() == set()


def test_a_sound_production(production):
    assert found() == set()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEBUG", True, "E001"),
        ("SECRET_KEY", "short", "E002"),
        ("SECRET_KEY", "insecure-development-key-" * 3, "E002"),
        (
            "CHANNEL_LAYERS",
            {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
            "E003",
        ),
        ("TESTING", True, "E004"),
        ("ALLOWED_HOSTS", [], "E005"),
        ("SITE_URL", "", "E006"),
        ("SITE_URL", "parlance.example", "E006"),
        ("AI_CHAIN", ["builtin", "scripted"], "E011"),
    ],
)
def test_what_production_refuses(production, name, value, code):
    setattr(production, name, value)
    assert found() == {code}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("AI_CHAIN", ["oracle", "builtin"], "E010"),
        ("AI_CHAIN", [], "E012"),
        ("AI_CHAIN", ["openai", "gemini"], "E013"),
        ("EMBEDDER", "oracle", "E020"),
        ("EMBEDDER", "openai", "E021"),
        ("RATES", {"chat": "often"}, "E030"),
        ("RATES", {"chat": "5/fortnight"}, "E030"),
        ("STREAM_SERVER", "hypercorn", "E031"),
    ],
)
def test_what_is_refused_everywhere(production, name, value, code):
    production.OPENAI_API_KEY = production.OPENAI_BASE_URL = production.GEMINI_API_KEY = ""
    setattr(production, name, value)
    assert found() == {code}


def test_a_provider_named_on_purpose_without_its_key(production):
    production.AI_CHAIN, production.GEMINI_API_KEY = ["gemini", "builtin"], ""
    production.AI_CHAIN_NAMED = False
    assert found() == set()
    production.AI_CHAIN_NAMED = True
    assert found() == {"E014"}


def test_a_key_that_nobody_uses(production):
    production.AI_CHAIN_NAMED, production.OPENAI_API_KEY = True, "set"
    assert found() == {"W015"}
    production.EMBEDDER = "openai"
    assert found() == set()
    production.EMBEDDER, production.AI_CHAIN = "builtin", ["openai", "builtin"]
    assert found() == set()


def test_a_column_of_another_width(production, monkeypatch):
    column = CachedEmbedding._meta.get_field("embedding")
    assert isinstance(column, HalfVectorField)
    monkeypatch.setattr(column, "dimensions", 768)
    assert found() == {"E022"}
