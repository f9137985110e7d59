"""The goals of retrieval, held on the gold set: all that nothing answers, a third of the rest.

What calibrates the answers here was fitted on the whole set. The benchmark also prints what each
session comes to when it is fitted on the others.
"""

import pytest

from ai.factory import embedder
from conversations import gold
from conversations.gold import fitting, measuring
from conversations.retrieval.calibration import BUILTIN
from conversations.retrieval.quotes import Quotable

# Without it no database is made ready for the fixture.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def score(django_db_setup, django_db_blocker):
    from django.db import transaction

    from accounts.tests.factories import UserFactory

    if embedder().degraded:
        pytest.skip("the sentence encoder is not installed")
    told = list(gold.questions())
    asked = [one for one in told if not one.quote] + [one for one in told if one.quote][::3]
    with django_db_blocker.unblock(), transaction.atomic():
        student = UserFactory()
        measuring.store_sessions(student=student)
        outcomes = measuring.outcomes(student=student, questions=asked)
        transaction.set_rollback(True)
    return fitting.score([(one, BUILTIN) for one in outcomes])


def test_the_passage_that_answers_is_among_the_first(score):
    assert score.recall_at_5 >= 0.9
    assert score.recall_at_1 >= 0.8


def test_citations_point_to_what_answers(score):
    assert score.citations >= 20
    assert score.precision >= 0.95


def test_no_quote_is_other_than_its_source(score):
    assert score.not_literal == 0


def test_what_nothing_answers_is_refused(score):
    assert score.refused >= 0.9


def test_the_set_is_as_large_as_it_is_said_to_be():
    told = list(gold.questions())
    idle = [one for one in told if not one.quote]
    assert len(gold.read()) >= 10
    assert {one.language for one in told} == {"en", "es", "fr", "de"}
    assert len(told) >= 150
    assert len(idle) >= 40
    assert sum(one.near for one in idle) >= len(idle) / 2


@pytest.mark.parametrize("name", sorted(gold.read()))
def test_each_answer_stands_in_its_session(name):
    said = " ".join(one.text for one in gold.utterances_of(gold.read()[name]))
    missing = [
        one.quote
        for one in gold.questions()
        if one.session == name and one.quote and not Quotable(said).find(one.quote)
    ]
    assert missing == []


def test_a_fit_tells_what_answers_from_what_does_not():
    from types import SimpleNamespace

    def seen(session, window, answers):
        asked = gold.GoldQuestion(session, "?", "en", "en", "es", "it is" if answers else "", False)
        features = {"window": window, "nearness": window, "elsewhere": 0.0, "foreign": 0.0}
        return SimpleNamespace(asked=asked, features=features, is_answered_first=answers)

    near = [seen("a", 0.6 + n / 100, True) for n in range(20)]
    far = [seen("b", 0.2 + n / 100, False) for n in range(20)]
    calibration = fitting.fit([*near, *far], fitting.WITH_VECTORS)
    passed = [calibration.confidence(one.features) >= calibration.enough for one in [*near, *far]]
    assert all(passed[:20])
    assert sum(passed[20:]) == int((1 - fitting.REFUSED) * len(far))
