"""Vectors of texts, each text embedded once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings

from ai import factory
from ai.models import CachedEmbedding


@dataclass(frozen=True, slots=True)
class Vectors:
    """`vectors` stands in the order of the texts; None for a blank one.

    `embedder` names their space: store it beside them, and compare only like with like.
    """

    embedder: str
    vectors: list[list[float] | None]


async def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors of 1536 floats. Raises ProviderError when the embedder fails."""
    embedder = factory.embedder()
    hashes = [content_hash(text) for text in texts]
    wanted = dict(zip(hashes, texts, strict=True))
    wanted.pop("", None)
    name = embedder.name
    known = await database_sync_to_async(_cached, thread_sensitive=False)(name, list(wanted))
    missing = {key: text for key, text in wanted.items() if key not in known}
    if missing:
        made = await embedder.embed(list(missing.values()))
        fresh = dict(zip(missing, made, strict=True))
        await database_sync_to_async(_keep, thread_sensitive=False)(name, fresh)
        known |= fresh
    return Vectors(name, [known.get(key) for key in hashes])


async def embed_unkept(texts: Sequence[str]) -> Vectors:
    """As `embed`, for texts that are asked about once: nothing is looked up or kept."""
    embedder = factory.embedder()
    wanted = [text for text in texts if text.strip()]
    made = iter(await embedder.embed(wanted) if wanted else [])
    return Vectors(embedder.name, [next(made) if text.strip() else None for text in texts])


def is_local() -> bool:
    """Whether texts stay on this machine: nothing has to be hidden from the embedder."""
    return factory.is_local_embedder()


def status() -> dict[str, Any]:
    """Which embedder is in use, and whether it is less than what the settings ask for."""
    embedder = factory.embedder()
    replaced = not factory.configured(settings.EMBEDDER)
    return {
        "name": embedder.name,
        "degraded": replaced or bool(getattr(embedder, "degraded", False)),
    }


def content_hash(text: str) -> str:
    """SHA-256 of the text without the spaces around it; empty for a blank one."""
    text = text.strip()
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _cached(embedder: str, hashes: list[str]) -> dict[str, list[float]]:
    rows = CachedEmbedding.objects.filter(embedder=embedder, content_hash__in=hashes)
    return {row.content_hash: list(row.embedding) for row in rows.only("content_hash", "embedding")}


def _keep(embedder: str, vectors: Mapping[str, list[float]]) -> None:
    rows = [
        CachedEmbedding(embedder=embedder, content_hash=key, embedding=vector)
        for key, vector in vectors.items()
    ]
    CachedEmbedding.objects.bulk_create(rows, ignore_conflicts=True)
