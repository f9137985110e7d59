"""Settings that contradict each other or the place they run in, found before the first request."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from pgvector.django import HalfVectorField

from ai import factory
from ai.models import EMBEDDING_DIMENSIONS

IN_MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"
SHORTEST_SECRET = 32


@register()
def check_contradictions(**_options: Any) -> list[CheckMessage]:
    found = [*_chain(), *_embedder(), *_rates(), *_stream_server()]
    if not settings.DEVELOPMENT:
        found += _production()
    return found


def _production() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG is on in production.", hint="Unset DEBUG.", id="parlance.E001")
    if len(settings.SECRET_KEY) < SHORTEST_SECRET or settings.SECRET_KEY.startswith("insecure-"):
        yield Error(
            "SECRET_KEY is missing, short, or the one for development.",
            hint="Set SECRET_KEY to at least 32 random characters.",
            id="parlance.E002",
        )
    if settings.CHANNEL_LAYERS["default"]["BACKEND"] == IN_MEMORY_LAYER:
        yield Error(
            "The channel layer lives in the memory of one process.",
            hint="Use channels_redis, so that workers reach every process.",
            id="parlance.E003",
        )
    if settings.TESTING:
        yield Error(
            "PARLANCE_TESTING is set in production.",
            hint="Unset PARLANCE_TESTING.",
            id="parlance.E004",
        )
    if not settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS is empty, so every request is refused.",
            hint="Set ALLOWED_HOSTS to the names this site is reached by.",
            id="parlance.E005",
        )
    if not settings.SITE_URL.startswith(("https://", "http://")):
        yield Error(
            f"SITE_URL is no address, so no link in a mail would lead here: {settings.SITE_URL}",
            hint="Set SITE_URL to the address people see, as in https://parlance.example.",
            id="parlance.E006",
        )


def _chain() -> Iterator[CheckMessage]:
    unknown = [name for name in settings.AI_CHAIN if name not in factory.KNOWN_PROVIDERS]
    if unknown:
        known = ", ".join(sorted(set(factory.KNOWN_PROVIDERS) - factory.TEST_PROVIDERS))
        yield Error(
            f"AI_CHAIN names what is not a provider: {', '.join(unknown)}.",
            hint=f"The providers are {known}.",
            id="parlance.E010",
        )
    if factory.TEST_PROVIDERS & set(settings.AI_CHAIN) and not settings.TESTING:
        yield Error(
            "AI_CHAIN holds a provider that is for tests only.",
            hint="Take scripted out of AI_CHAIN.",
            id="parlance.E011",
        )
    if not settings.AI_CHAIN:
        yield Error("AI_CHAIN is empty.", hint="End it with builtin.", id="parlance.E012")
    elif not unknown and not any(factory.configured(name) for name in settings.AI_CHAIN):
        yield Error(
            "No provider of AI_CHAIN has its key.",
            hint="Set the key, or end the chain with builtin, which needs none.",
            id="parlance.E013",
        )
    if settings.AI_CHAIN_NAMED:
        yield from _named_without_key(unknown)
        yield from _key_without_use()


def _named_without_key(unknown: list[str]) -> Iterator[CheckMessage]:
    for name in settings.AI_CHAIN:
        if name not in unknown and not factory.configured(name):
            yield Error(
                f"AI_CHAIN names {name}, which has no key.",
                hint=f"Set {factory.requires_key[name]}, or take {name} out of AI_CHAIN.",
                id="parlance.E014",
            )


def _key_without_use() -> Iterator[CheckMessage]:
    for name, key in factory.requires_key.items():
        if name not in {*settings.AI_CHAIN, settings.EMBEDDER} and factory.configured(name):
            yield Warning(
                f"{key} is set, but AI_CHAIN leaves {name} out, so nobody asks it.",
                hint=f"Name {name} in AI_CHAIN, or unset AI_CHAIN.",
                id="parlance.W015",
            )


def _embedder() -> Iterator[CheckMessage]:
    if settings.EMBEDDER not in factory.KNOWN_EMBEDDERS:
        yield Error(
            f"EMBEDDER names what is not an embedder: {settings.EMBEDDER}.",
            hint=f"The embedders are {', '.join(sorted(factory.KNOWN_EMBEDDERS))}.",
            id="parlance.E020",
        )
    elif not factory.configured(settings.EMBEDDER):
        yield Error(
            f"EMBEDDER names {settings.EMBEDDER}, which has no key.",
            hint=f"Set {factory.requires_key[settings.EMBEDDER]}, or use builtin.",
            id="parlance.E021",
        )
    for column in _vector_columns():
        if column.dimensions != EMBEDDING_DIMENSIONS:
            yield Error(
                f"{column} holds {column.dimensions} dimensions; embedders make"
                f" {EMBEDDING_DIMENSIONS}.",
                hint="Give the column EMBEDDING_DIMENSIONS and re-embed its rows.",
                id="parlance.E022",
            )


def _vector_columns() -> Iterator[HalfVectorField]:
    for model in apps.get_models():
        yield from (one for one in model._meta.fields if isinstance(one, HalfVectorField))


def _rates() -> Iterator[CheckMessage]:
    for group, rate in settings.RATES.items():
        number, _, period = rate.partition("/")
        if not number.isdigit() or period.lstrip("0123456789") not in ("s", "m", "h", "d"):
            yield Error(
                f"The rate of {group} is not understood: {rate}.",
                hint="Write a number and a period, as in 50/m or 10/h.",
                id="parlance.E030",
            )


def _stream_server() -> Iterator[CheckMessage]:
    if settings.STREAM_SERVER not in ("uvicorn", "daphne"):
        yield Error(
            f"STREAM_SERVER is neither uvicorn nor daphne: {settings.STREAM_SERVER}.",
            id="parlance.E031",
        )
