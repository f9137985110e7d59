"""Many finished tests at once, for what looks at answers in bulk."""

from datetime import UTC, datetime

import numpy as np

from accounts.tests.factories import UserFactory
from assessments.calibration.estimation import Parameters
from assessments.calibration.simulation import Learner, answer
from assessments.engine import Given
from assessments.models import Assessment, Response
from learning.models import LearningSession

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
GIVEN = {
    Given.RIGHT: {"answer": "b", "correct": True},
    Given.WRONG: {"answer": "a", "correct": False},
    Given.DONT_KNOW: {"dont_know": True, "correct": False},
}


def make_tests(items, *, count, each, real=None, habit=0.9, seed=1, language="es"):
    """`count` finished tests of one learner, each with `each` items drawn at random.

    `real` gives the items as they are; without it they are what they state.
    """
    rng = np.random.default_rng(seed)
    real = real or parameters(items)
    learner = UserFactory()
    sessions = LearningSession.objects.bulk_create(
        LearningSession(
            learner=learner, session_type="assessment", language=language, status="completed"
        )
        for _ in range(count)
    )
    tests = Assessment.objects.bulk_create(
        Assessment(
            learner=learner,
            learning_session=session,
            language=language,
            assessment_type="placement",
            status="completed",
            level="B1",
            probability=0.8,
            completed_at=NOW,
        )
        for session in sessions
    )
    rows = []
    for test in tests:
        someone = Learner(float(rng.uniform(-2.8, 4.2)), habit)
        for number, index in enumerate(rng.choice(len(items), each, replace=False), start=1):
            given = answer(someone, real, int(index), rng)
            rows.append(_row(test, items[index], number, given))
    Response.objects.bulk_create(rows)
    return tests


def parameters(items):
    return Parameters(
        np.array([item.discrimination for item in items]),
        np.array([item.difficulty for item in items]),
        np.array([item.guessing for item in items]),
    )


def _row(test, item, number, given):
    return Response(
        assessment=test,
        item=item,
        number=number,
        discrimination=item.discrimination,
        difficulty=item.difficulty,
        guessing=item.guessing,
        answered_at=NOW,
        **GIVEN[given],
    )
