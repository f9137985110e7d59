"""Vectors of passages and questions, with names and addresses kept from outside embedders."""

import logging
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ai import embeddings
from ai.errors import ProviderError
from ai.redaction import redact

logger = logging.getLogger(__name__)

SHORT: Final = 512
"""Leading dimensions kept of a sentence: the meaning half of the built-in embedder, and enough of
those that can be cut short."""
_STEPS: Final = 127

Matrix = NDArray[np.float32]


async def vectors_of(texts: Sequence[str], *, names: Sequence[str] = ()) -> embeddings.Vectors:
    """In the order of the texts. Raises ProviderError."""
    if not embeddings.is_local():
        texts = [redact(text, names=names) for text in texts]
    return await embeddings.embed_unkept(texts)


async def vectors_or_none(
    texts: Sequence[str], *, names: Sequence[str] = ()
) -> embeddings.Vectors | None:
    """None when the embedder fails: whoever asks goes by words."""
    try:
        return await vectors_of(texts, names=names)
    except ProviderError as error:
        logger.warning("retrieval_without_vectors", extra={"code": error.code})
        return None


def embedder_in_use() -> str:
    return str(embeddings.status()["name"])


def mean_of(vectors: Sequence[Sequence[float]]) -> list[float] | None:
    """The unit vector between them; None of nothing."""
    known = [vector for vector in vectors if vector]
    if not known:
        return None
    mean: list[float] = normalised(np.asarray(known, dtype=np.float32).mean(axis=0)).tolist()
    return mean


def packed(vectors: Sequence[Sequence[float]]) -> bytes:
    """Short vectors of sentences, a byte a dimension."""
    if not vectors:
        return b""
    short = normalised(np.asarray([vector[:SHORT] for vector in vectors], dtype=np.float32))
    return np.rint(short * _STEPS).astype(np.int8).tobytes()


def unpacked(stored: bytes) -> Matrix:
    short = np.frombuffer(stored, dtype=np.int8).reshape(-1, SHORT).astype(np.float32)
    return normalised(short)


def shortened(vector: Sequence[float]) -> Matrix:
    return normalised(np.asarray(vector[:SHORT], dtype=np.float32))


def normalised(vectors: Matrix) -> Matrix:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
