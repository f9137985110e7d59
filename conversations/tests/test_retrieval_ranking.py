"""What is trusted of what was found: their own first, a lesson when it is named or much surer."""

import numpy as np
import pytest

from config.ids import new_id
from conversations.retrieval.calibration import Calibration
from conversations.retrieval.found import LESSON, TRANSCRIPT, Found
from conversations.retrieval.ranking import Candidate, Pool, ranked

CALIBRATION = Calibration({"nearness": 10.0}, -5.0, 0.7, 0.4, 0.97)
QUESTION = "What is the difference between ser and estar?"


def candidate(kind, nearness, title=""):
    found = Found(kind, new_id(), new_id(), title, "Algo.", {}, 0.0, language="es")
    return Candidate(found, nearness, b"", frozenset(), 0.1)


def kinds(own, lesson, title="The plural"):
    vector = np.ones(512, dtype=np.float32)
    both = [candidate(TRANSCRIPT, own), candidate(LESSON, lesson, title)]
    pool = Pool({}, both, "test", vector.tolist())
    told = ranked(QUESTION, pool, language="es", limit=2, calibration=CALIBRATION)
    return [one.kind for one in told.found], told.enough


@pytest.mark.parametrize(
    ("own", "lesson", "title", "first", "enough"),
    [
        (0.7, 0.95, "The plural", TRANSCRIPT, True),
        (0.3, 0.8, "The plural", LESSON, False),
        (0.3, 0.9, "The plural", LESSON, True),
        (0.3, 0.4, "ser and estar", LESSON, True),
        (0.3, 0.4, "estar: the perfect of ser", TRANSCRIPT, False),
        (0.7, 0.4, "ser and estar", TRANSCRIPT, True),
    ],
)
def test_what_is_trusted(own, lesson, title, first, enough):
    found, sure = kinds(own, lesson, title)
    assert (found[0], sure) == (first, enough)
