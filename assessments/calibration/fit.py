"""How well the answers to an item fit what the model expects of an item of its kind."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assessments.calibration.estimation import (
    Estimate,
    Parameters,
    Piece,
    Record,
    Tables,
    normalised,
    posterior,
)
from assessments.engine.belief import Given
from assessments.engine.scale import Floats

ODD_BELOW: Final = 0.7
ODD_ABOVE: Final = 1.4
BEYOND_CHANCE: Final = 3.0
"""Standard errors from 1: a few answers lie outside the band by luck alone."""
BLUNT: Final = 0.6
"""Share of the authored slope below which an item tells learners apart too little."""
NEVER_SURE: Final = 0.01
"""No answer is expected with more certainty than this leaves: one slip is no misfit."""


@dataclass(frozen=True)
class Fit:
    """Outfit mean squares, NaN without answers, and their standard errors if the model holds."""

    outfit: Floats
    error: Floats


def fit_of(record: Record, found: Estimate, *, authored: Parameters) -> Fit:
    """Mean square of each item's standardised residuals (Wright & Masters 1982).

    The expected share of right answers comes from the other answers of the same test, so 1 means as
    the model has it: above, answers are more erratic, below, more regular. The slope is the
    authored one: a slope fitted to answers that have nothing to do with ability expects just those.
    """
    items = replace(found.items, discrimination=authored.discrimination)
    count = len(items.difficulty)
    squares, times, spread = np.zeros(count), np.zeros(count), np.zeros(count)
    tables = Tables.of(items)
    for piece in record.pieces():
        expected = expected_right(piece, tables, found.groups)
        odds = expected * (1 - expected)
        residual = ((piece.given == Given.RIGHT) - expected) ** 2 / odds
        squares += np.bincount(piece.item, weights=residual, minlength=count)
        spread += np.bincount(piece.item, weights=1 / odds - 4, minlength=count)
        times += np.bincount(piece.item, minlength=count)
    return Fit(_shares(squares, times), _shares(np.sqrt(spread), times))


def misfits(fit: Fit, found: Estimate, *, authored: Parameters) -> NDArray[np.bool_]:
    """Items whose answers are too erratic, too regular, or nearly blind to ability."""
    outside = (fit.outfit < ODD_BELOW) | (fit.outfit > ODD_ABOVE)
    certain = np.abs(fit.outfit - 1) > BEYOND_CHANCE * fit.error
    return outside & certain | (found.items.discrimination < BLUNT * authored.discrimination)


def expected_right(piece: Piece, tables: Tables, groups: Floats) -> Floats:
    """Chance of a right answer to each question, by the other answers of its test."""
    each, tests = posterior(piece, tables, groups)
    others = normalised(tests[piece.test] - each)
    chance = (others * tables.right[piece.item]).sum(axis=1, dtype=np.float64)
    return np.asarray(np.clip(chance, NEVER_SURE, 1 - NEVER_SURE))


def _shares(sums: Floats, times: Floats) -> Floats:
    shares = np.full(len(sums), np.nan)
    np.divide(sums, times, out=shares, where=times > 0)
    return shares
