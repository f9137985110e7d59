"""Ridge regression over vectors of the examples: small, exact, the same on every machine.

`Meaning` runs in the language process, whose encoder takes some memory; `Gate` in the web process,
on spelling alone, so that plain talk costs no vector.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ai.providers import ngrams
from conversations.routes.examples import TALK, examples

RIDGE: Final = 1.0
OPEN: Final = -0.14
"""From here on a message may want more than talk: half of plain talk ends below it."""
SURE: Final = 0.3
"""By how much a wish has to stand above plain talk."""
Floats = NDArray[np.float32]


def _weights(vectors: Floats, targets: Floats, wants: Sequence[str]) -> Floats:
    """The least-squares weights with a ridge, solved in the space of the examples. Each wish counts
    the same however many examples it has."""
    many = Counter(wants)
    worth = np.sqrt([[len(wants) / len(many) / many[want]] for want in wants]).astype(np.float32)
    known, wished = worth * vectors, worth * targets
    square = known @ known.T + RIDGE * np.eye(len(known), dtype=np.float32)
    return np.asarray(known.T @ np.linalg.solve(square, wished), dtype=np.float32)


@cache
def _gate() -> Floats:
    known = examples()
    more = [want if want == TALK else "more" for want, _ in known]
    targets = np.array([[-0.5 if want == TALK else 0.5] for want in more], dtype=np.float32)
    return _weights(ngrams.hashed([text for _, text in known]), targets, more)


def may_want_more(text: str) -> bool:
    """Whether a message could be anything but plain talk; cheap, and wrong on the safe side."""
    return bool((ngrams.hashed([text]) @ _gate()).item() > OPEN)


@cache
def _meaning() -> tuple[list[str], Floats]:
    known = examples()
    names = list(dict.fromkeys(want for want, _ in known))
    targets = np.array([[want == name for name in names] for want, _ in known], dtype=np.float32)
    wants = [want for want, _ in known]
    return names, _weights(_vectors([text for _, text in known]), targets, wants)


@cache
def _embedder() -> object:
    from ai.providers.embedding_builtin import BuiltinEmbedder

    return BuiltinEmbedder()


def _vectors(texts: list[str]) -> Floats:
    return np.asarray(_embedder().embed_now(texts), dtype=np.float32)  # type: ignore[attr-defined]


def meant(text: str) -> str:
    """What a message wants, by its meaning. Loads the encoder: for the language process."""
    names, weights = _meaning()
    scores = dict(zip(names, (_vectors([text]) @ weights)[0].tolist(), strict=True))
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > scores[TALK] + SURE else TALK
