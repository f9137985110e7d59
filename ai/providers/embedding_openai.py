import math
from collections.abc import Sequence
from typing import Any

import openai

from ai.errors import ProviderError
from ai.providers.clients import PerLoop
from ai.providers.openai_client import make_client
from ai.providers.openai_errors import translate

DIMENSIONS = 1536
_BATCH = 256


class OpenAIEmbedder:
    """Embeddings of OpenAI, or of any server that speaks its protocol."""

    def __init__(self, *, api_key: str, model: str, base_url: str = "") -> None:
        self.model = model
        self.name = f"openai:{model}"
        self.clients = PerLoop(lambda: make_client(api_key, base_url), openai.AsyncOpenAI.close)
        # Only this one has more dimensions than we store, and shortens them on request.
        self._options: dict[str, Any] = {"dimensions": DIMENSIONS} if "3-large" in model else {}

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        made: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            made += await self._batch(list(texts[start : start + _BATCH]))
        return made

    async def aclose(self) -> None:
        await self.clients.aclose()

    async def _batch(self, texts: list[str]) -> list[list[float]]:
        create = self.clients.get().embeddings.create
        try:
            answer = await create(
                input=texts, model=self.model, encoding_format="float", **self._options
            )
        except openai.OpenAIError as error:
            raise translate(error, provider="openai") from error
        rows = sorted(answer.data, key=lambda row: row.index)
        if len(rows) != len(texts) or any(len(row.embedding) > DIMENSIONS for row in rows):
            raise ProviderError("malformed", "unfit vectors", retryable=False, provider="openai")
        return [_fitted(row.embedding) for row in rows]


def _fitted(vector: list[float]) -> list[float]:
    """A unit vector, padded with zeros, which leaves every cosine as it was."""
    length = math.sqrt(sum(part * part for part in vector)) or 1.0
    return [part / length for part in vector] + [0.0] * (DIMENSIONS - len(vector))
