from typing import Any

from django.conf import settings

from ai import breakers, embeddings, factory


def status() -> dict[str, Any]:
    """Each provider of the chain and the embedder, as this process knows them: no network.

    `ok` is true while a configured provider's circuit is not open.
    """
    providers = [_provider(name) for name in settings.AI_CHAIN]
    usable = [one for one in providers if one["configured"] and one["circuit"] != "open"]
    return {"ok": bool(usable), "providers": providers, "embedder": embeddings.status()}


def _provider(name: str) -> dict[str, Any]:
    circuit = breakers.state(name)
    return {
        "name": name,
        "configured": factory.configured(name),
        "circuit": circuit["state"],
        "failures": circuit["failures"],
    }
