"""What a message wants, by weights over its spelling and its meaning.

The weights are fitted to the examples by `manage.py fit_routes` and kept beside them, so that no
process has to look at thousands of examples as it starts. `may_want_more` runs in the web process,
on spelling alone, so that plain talk costs no vector; `meant` in the language process, whose
encoder takes some memory.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ai.providers.ngrams import normalised
from conversations.routes.examples import TALK
from conversations.routes.features import Floats, spelling

FILE: Final = Path(__file__).with_name("weights.npz")
OPEN: Final = -1.5
"""From here on a message may want more than talk: half of plain talk ends below it."""
SURE: Final = 1.0
"""By how much a wish has to stand above plain talk, in log odds."""
SURE_BY_SPELLING: Final = 2.5
"""The same where no encoder is installed."""


class Weights(NamedTuple):
    wants: tuple[str, ...]
    spelling: Floats
    """(pieces, wants)"""
    meaning: Floats
    """(meaning and pieces, wants)"""
    of: str
    """The fingerprint of the examples that they are fitted to."""


@cache
def weights() -> Weights:
    with np.load(FILE, allow_pickle=False) as kept:
        return Weights(
            tuple(kept["wants"].tolist()),
            kept["spelling"].astype(np.float32),
            kept["meaning"].astype(np.float32),
            str(kept["of"]),
        )


def may_want_more(text: str) -> bool:
    """Whether a message could be anything but plain talk; cheap, and wrong on the safe side."""
    return _nearest(spelling([text]) @ weights().spelling).above_talk > OPEN


def meant(text: str) -> str:
    """What a message wants, by its meaning. Loads the encoder: for the language process."""
    if _embedder().degraded:
        return _nearest(spelling([text]) @ weights().spelling).or_talk(SURE_BY_SPELLING)
    return _nearest(features([text]) @ weights().meaning).or_talk(SURE)


def features(texts: list[str]) -> Floats:
    """Meaning and spelling side by side, each of length one."""
    return np.hstack([_meaning(texts), spelling(texts)])


class _Nearest(NamedTuple):
    wish: str
    above_talk: float

    def or_talk(self, sure: float) -> str:
        return self.wish if self.above_talk > sure else TALK


def _nearest(scores: Floats) -> _Nearest:
    by_want = dict(zip(weights().wants, scores[0].tolist(), strict=True))
    talk = by_want.pop(TALK)
    wish = max(by_want, key=by_want.__getitem__)
    return _Nearest(wish, by_want[wish] - talk)


@cache
def _embedder() -> Any:
    from ai.providers.embedding_builtin import BuiltinEmbedder

    return BuiltinEmbedder()


def _meaning(texts: list[str]) -> Floats:
    from ai.providers.embedding_builtin import SENTENCE_DIMENSIONS

    vectors = np.asarray(_embedder().embed_now(texts), dtype=np.float32)
    return normalised(vectors[:, :SENTENCE_DIMENSIONS])
