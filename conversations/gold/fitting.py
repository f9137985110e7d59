"""Fitting how sure a search is of its best passage, and what that is worth on sessions unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from conversations.gold.measuring import Outcome
from conversations.retrieval.calibration import Calibration

WITH_VECTORS: Final = ("window", "nearness", "elsewhere", "foreign")
BY_WORDS: Final = ("words", "sentence_words", "lead")
REFUSED: Final = 0.92
"""Of the questions that nothing answers, in those that a calibration is fitted on."""
WORTH_READING: Final = 0.4
"""Nine in ten of the answerable pass, and half of the others: for a reader who can tell."""
_RIDGE: Final = 3.0
_STEPS: Final = 50

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    answerable: int
    unanswerable: int
    recall_at_1: float
    recall_at_5: float
    answered: float
    """Share of the answerable that were not refused."""
    refused: float
    """Share of the unanswerable."""
    citations: int
    precision: float
    """Share of the citations, in answers to what can be answered, whose passage answers."""
    exact: float
    """Share of those answers that show the very words that answer."""
    not_literal: int


def fit(outcomes: Sequence[Outcome], names: Sequence[str]) -> Calibration:
    """Logistic regression with a small ridge, by Newton's method, and the threshold from which on
    so few of the unanswerable pass."""
    found = [one for one in outcomes if one.features]
    told = np.array([[one.features[name] for name in names] for one in found])
    right = np.array([one.is_answered_first for one in found], dtype=np.float64)
    middle, spread = told.mean(axis=0), np.maximum(told.std(axis=0), 1e-6)
    weights = _regression((told - middle) / spread, right)
    plain = weights[:-1] / spread
    base = float(weights[-1] - plain @ middle)
    fitted = dict(zip(names, map(float, plain), strict=True))
    calibration = Calibration(fitted, base, 1.0, WORTH_READING)
    return replace(calibration, enough=_threshold(outcomes, calibration))


def _regression(told: Numbers, right: Numbers) -> Numbers:
    design = np.column_stack([told, np.ones(len(told))])
    ridge = np.diag([_RIDGE] * told.shape[1] + [0.0])
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (chance - right) + ridge @ weights
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def _threshold(outcomes: Sequence[Outcome], calibration: Calibration) -> float:
    """Half way between the last that is let through and the first that is not."""
    idle = [
        calibration.confidence(one.features) if one.features else 0.0
        for one in outcomes
        if not one.asked.quote
    ]
    idle.sort(reverse=True)
    passed = int((1 - REFUSED) * len(idle) + 1e-9)
    return (idle[passed] + (idle[passed - 1] if passed else 1.0)) / 2


def left_out(
    outcomes: Sequence[Outcome], names: Sequence[str]
) -> list[tuple[Outcome, Calibration]]:
    """Each outcome with a calibration, threshold included, fitted on all other sessions."""
    sessions = sorted({one.asked.session for one in outcomes})
    fitted = {
        session: fit([one for one in outcomes if one.asked.session != session], names)
        for session in sessions
    }
    return [(one, fitted[one.asked.session]) for one in outcomes]


def score(judged: Sequence[tuple[Outcome, Calibration]]) -> Score:
    answers = [(outcome, outcome.answer(calibration)) for outcome, calibration in judged]
    asked = [(one, answer) for one, answer in answers if one.asked.quote]
    idle = [answer for one, answer in answers if not one.asked.quote]
    cited = [(one, source) for one, answer in asked for source in answer.sources]
    shown = [(one, source) for one, answer in answers for source in answer.sources]
    return Score(
        answerable=len(asked),
        unanswerable=len(idle),
        recall_at_1=_share([one.place == 0 for one, _ in asked]),
        recall_at_5=_share([one.place is not None and one.place < 5 for one, _ in asked]),
        answered=_share([bool(answer.sources) for _, answer in asked]),
        refused=_share([not answer.sources for answer in idle]),
        citations=len(cited),
        precision=_share([one.is_right(source) for one, source in cited]),
        exact=_share(
            [any(map(one.is_exact, answer.sources)) for one, answer in asked if answer.sources]
        ),
        not_literal=sum(not one.is_literal(source) for one, source in shown),
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
