"""Builds the providers that the settings name. The only module of `ai` that knows their classes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from ai.types import ChatModel, Embedder, Moderator

KNOWN_PROVIDERS: dict[str, str] = {
    "openai": "ai.providers.openai.OpenAIModel",
    "gemini": "ai.providers.gemini.GeminiModel",
    "builtin": "ai.providers.builtin.BuiltinTutor",
    "scripted": "ai.providers.scripted.ScriptedModel",
}
KNOWN_EMBEDDERS: dict[str, str] = {
    "openai": "ai.providers.embedding_openai.OpenAIEmbedder",
    "builtin": "ai.providers.embedding_builtin.BuiltinEmbedder",
}
KNOWN_MODERATORS: dict[str, str] = {
    "openai": "ai.providers.moderation_openai.OpenAIModerator",
}
requires_key: dict[str, str] = {"openai": "OPENAI_API_KEY", "gemini": "GEMINI_API_KEY"}
"""The setting that holds a provider's key. `openai` needs none when `OPENAI_BASE_URL` is set."""

LOCAL_PROVIDERS = frozenset({"builtin"})
"""They run here, so nothing is redacted for them; and they answer in prose only, not in JSON."""

TEST_PROVIDERS = frozenset({"scripted"})


Options = tuple[tuple[str, Any], ...]
_built: dict[tuple[str, Options], Any] = {}


def configured(name: str) -> bool:
    """Whether the settings give this provider what it needs to be called."""
    key = requires_key.get(name)
    if key is None or getattr(settings, key):
        return True
    return name == "openai" and bool(settings.OPENAI_BASE_URL)


def has_model() -> bool:
    """Whether anything in the chain but the built-in tutor may answer."""
    return any(configured(name) for name in settings.AI_CHAIN if name not in LOCAL_PROVIDERS)


def chat_models() -> list[ChatModel]:
    """The chain, in its order, without the providers that have no key.

    Raises ImproperlyConfigured for an unknown name, and for a test provider outside tests.
    """
    return [chat_model(name) for name in settings.AI_CHAIN if configured(name)]


def ready() -> bool:
    """Whether `chat_models` would import nothing: a first SDK import takes a second of CPU."""
    names = filter(configured, settings.AI_CHAIN)
    return all((KNOWN_PROVIDERS.get(name, ""), _chat_options(name)) in _built for name in names)


def chat_model(name: str) -> ChatModel:
    _refuse_unknown(name, KNOWN_PROVIDERS)
    if name in TEST_PROVIDERS and not settings.TESTING:
        raise ImproperlyConfigured(f"The provider {name} is for tests only.")
    model: ChatModel = _build(KNOWN_PROVIDERS[name], _chat_options(name))
    return model


def embedder() -> Embedder:
    """The embedder that `EMBEDDER` names; the built-in one when that one has no key."""
    name = settings.EMBEDDER if configured(settings.EMBEDDER) else "builtin"
    _refuse_unknown(name, KNOWN_EMBEDDERS)
    made: Embedder = _build(KNOWN_EMBEDDERS[name], _embedding_options(name))
    return made


def moderator() -> Moderator | None:
    """Who looks at texts after our own rules. None where the chain leaves the provider out, so that
    nothing goes to it, or has no key: a compatible server that needs none has no such endpoint.
    """
    if not moderates():
        return None
    options = (*_openai_account(), ("model", settings.OPENAI_MODERATION_MODEL))
    made: Moderator = _build(KNOWN_MODERATORS["openai"], options)
    return made


def moderates() -> bool:
    """Whether there is a moderator; without importing it."""
    named = "openai" in settings.AI_CHAIN and settings.OPENAI_MODERATION_MODEL
    return bool(named and settings.OPENAI_API_KEY)


def is_local_embedder() -> bool:
    return settings.EMBEDDER == "builtin" or not configured(settings.EMBEDDER)


def _refuse_unknown(name: str, known: dict[str, str]) -> None:
    if name not in known:
        raise ImproperlyConfigured(f"{name!r} is none of {', '.join(known)}.")


def _chat_options(name: str) -> Options:
    if name == "openai":
        return (*_openai_account(), ("model", settings.OPENAI_MODEL))
    if name == "gemini":
        return (
            ("api_key", settings.GEMINI_API_KEY),
            ("base_url", settings.GEMINI_BASE_URL),
            ("model", settings.GEMINI_MODEL),
        )
    return ()


def _embedding_options(name: str) -> Options:
    if name == "openai":
        return (*_openai_account(), ("model", settings.OPENAI_EMBEDDING_MODEL))
    return ()


def _openai_account() -> Options:
    return (("api_key", settings.OPENAI_API_KEY), ("base_url", settings.OPENAI_BASE_URL))


async def aclose() -> None:
    """Close the connections that the running loop holds to providers."""
    for adapter in list(_built.values()):
        if hasattr(adapter, "aclose"):
            await adapter.aclose()


def _build(path: str, options: Options) -> Any:
    """One adapter per set of options, so that its connections are shared."""
    if (path, options) not in _built:
        make: Callable[..., Any] = import_string(path)
        _built[path, options] = make(**dict(options))
    return _built[path, options]
