"""How a message is spelt, as routing looks at it: words and pieces of words, in one form for all
who leave out accents, capitals and marks."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSIONS: Final = 4096
LETTERS: Final = (3, 4, 5)
WORDS: Final = (1, 2, 3)
LONGEST: Final = 600
"""Letters that are looked at."""
_WORD: Final = re.compile(r"\w+")
Floats = NDArray[np.float32]


def spelling(texts: Sequence[str]) -> Floats:
    """Unit vectors, a row for each text."""
    made = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in zip(made, texts, strict=True):
        for piece, count in Counter(_pieces(text[:LONGEST])).items():
            row[crc32(piece.encode()) % DIMENSIONS] += 1 + np.log(count)
        row /= max(float(np.linalg.norm(row)), 1e-9)
    return made


def _pieces(text: str) -> Iterator[str]:
    words = _WORD.findall(_folded(text))
    line = f" {' '.join(words)} "
    for size in LETTERS:
        yield from (line[at : at + size] for at in range(max(len(line) - size + 1, 1)))
    for size in WORDS:
        yield from ("w:" + "_".join(words[at : at + size]) for at in range(len(words) - size + 1))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
