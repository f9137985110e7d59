import unicodedata
from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 1024
_SIZES = (3, 4, 5)


def hashed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of hashed character 3- to 5-grams: how alike two texts are spelt."""
    made = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in zip(made, texts, strict=True):
        for gram, count in _grams(text).items():
            row[crc32(gram.encode()) % DIMENSIONS] += 1 + np.log(count)
    return normalised(made)


def normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _grams(text: str) -> Counter[str]:
    words = unicodedata.normalize("NFKC", text).casefold().split()
    padded = f" {' '.join(words)} "
    return Counter(
        padded[at : at + size] for size in _SIZES for at in range(max(len(padded) - size + 1, 1))
    )
