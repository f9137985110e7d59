"""Two tabs at once, on real transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.tests.factories import UserFactory
from assessments.models import Assessment, Response
from assessments.services import answer_question, current_question, start_assessment
from assessments.tests.factories import make_assessment, make_bank
from config.errors import Conflict
from learning.models import LearningSession, StudyDay

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls):
    """Run the calls at one moment, each on its own connection; results or Conflicts."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except Conflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_starting_in_two_tabs_gives_one_assessment():
    make_bank(each=1)
    ana = UserFactory()

    first, second = together(*[lambda: start_assessment(learner=ana, language="es")] * 2)

    assert first == second
    assert Assessment.objects.count() == LearningSession.objects.count() == 1


def test_opening_in_two_tabs_asks_one_question():
    make_bank(each=1)
    assessment = make_assessment()

    first, second = together(*[lambda: current_question(assessment)] * 2)

    assert first == second
    assert Response.objects.count() == 1


def test_a_double_click_is_one_answer():
    make_bank(each=1)
    assessment = make_assessment()
    question = current_question(assessment)

    def click():
        return answer_question(assessment=assessment, question_id=question.pk, answer="b")

    first, second = together(click, click)

    assert first.question == second.question
    assert assessment.responses.filter(answered_at__isnull=False).count() == 1
    assert StudyDay.objects.get().answers == 1


def test_different_answers_in_two_tabs_keep_the_first():
    make_bank(each=1)
    assessment = make_assessment()
    question = current_question(assessment)

    def choose(option):
        return lambda: answer_question(
            assessment=assessment, question_id=question.pk, answer=option
        )

    outcomes = together(choose("b"), choose("c"))

    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert [conflict.code for conflict in refused] == ["stale_question"]
    assert assessment.responses.count() == 2
