"""The weights that messages are routed by, fitted to the examples: multinomial logistic regression,
by descent with Nesterov's momentum, the same on every run."""

from collections import Counter
from typing import Final

import numpy as np

from conversations.routes.classify import FILE, features
from conversations.routes.examples import TALK, Example, examples, fingerprint, wants
from conversations.routes.features import Floats, spelling

TALK_COUNTS: Final = 3.0
"""As many times as a kind of wish: most messages are talk."""
RIDGE: Final = 1e-5
STEPS: Final = 250
STEP: Final = 4.0


def write_weights() -> None:
    """Fit to all examples, which takes a minute, and keep the weights beside them."""
    known = examples()
    texts = [example.text for example in known]
    np.savez_compressed(
        FILE,
        wants=np.array(wants()),
        spelling=fitted(spelling(texts), known).astype(np.float16),
        meaning=fitted(features(texts), known).astype(np.float16),
        of=np.array(fingerprint()),
    )


def fitted(vectors: Floats, known: tuple[Example, ...]) -> Floats:
    """Weights (dimensions, wants) by which the log odds of each want are a vector's product."""
    names = wants()
    targets = np.array([[one.wants == name for name in names] for one in known], dtype=np.float32)
    worth = _worth(known)
    weights: Floats = np.zeros((vectors.shape[1], len(names)), dtype=np.float32)
    moved: Floats = np.zeros_like(weights)
    for step in range(STEPS):
        momentum = min(0.95, step / (step + 3))
        ahead = weights + momentum * moved
        slope = vectors.T @ ((_shares(vectors @ ahead) - targets) * worth) + RIDGE * ahead
        moved = np.asarray(momentum * moved - STEP * slope, dtype=np.float32)
        weights = np.asarray(weights + moved, dtype=np.float32)
    return weights


def _worth(known: tuple[Example, ...]) -> Floats:
    """How much each example counts: a pattern as the root of its sentences, and each kind of wish
    as much as any other."""
    many = Counter(one.way for one in known)
    worth = np.array([1 / np.sqrt(many[one.way]) for one in known], dtype=np.float32)
    kinds = np.array([one.wants for one in known])
    for kind in wants():
        worth[kinds == kind] /= worth[kinds == kind].sum()
    worth[kinds == TALK] *= TALK_COUNTS
    return np.asarray(worth[:, None] / worth.sum(), dtype=np.float32)


def _shares(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
