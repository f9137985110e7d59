"""Two tabs at once, on real transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.tests.factories import AdminFactory, UserFactory
from assessments.models import Assessment, Item, Response, WritingReview
from assessments.services import (
    GivenAnswer,
    answer_question,
    current_question,
    start_assessment,
    submit_assessment,
)
from assessments.services.disputes import accept_dispute, dispute_grade
from assessments.services.reviewing import review_writing
from assessments.tasks import regrade_item_task, review_writing_task
from assessments.tests.factories import (
    NOW,
    make_answer,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)
from config.errors import Conflict
from learning.mastery.services import recompute_mastery
from learning.models import Concept, Evidence, LearningSession, StudyDay
from learning.sessions.services import record_study
from learning.tests.waiting import until_somebody_waits

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


@pytest.mark.parametrize("assessment_type", ["progress", "final"])
def test_starting_another_test_in_two_tabs_gives_one(assessment_type):
    make_bank(each=1)
    ana = UserFactory()

    def start():
        return start_assessment(learner=ana, language="es", assessment_type=assessment_type)

    first, second = together(start, start)

    assert first == second


def test_a_typed_answer_in_two_tabs_writes_its_evidence_once():
    Concept.objects.create(kind="grammar", language="es", slug="ser-estar", name="x")
    typed_item()
    typed_item(slug="own-2", topic="other")
    assessment = make_assessment(assessment_type="progress")
    question = current_question(assessment)

    def type_it(text):
        return lambda: answer_question(assessment=assessment, question_id=question.pk, answer=text)

    together(type_it("está"), type_it("está"))

    assert Evidence.objects.filter(source_id=question.pk).count() <= 1
    assert assessment.responses.filter(answered_at__isnull=False).count() == 1


def test_two_texts_from_two_tabs_keep_the_first_and_are_read_once(monkeypatch):
    sent = []
    monkeypatch.setattr(review_writing_task, "delay", sent.append)
    writing_item()
    assessment = make_assessment(assessment_type="progress")
    question = current_question(assessment)

    def hand_in(text):
        return lambda: answer_question(assessment=assessment, question_id=question.pk, answer=text)

    outcomes = together(hand_in("Vivo aquí."), hand_in("Vivo allí."))

    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert [conflict.code for conflict in refused] == ["assessment_over"]
    assert sent == [str(question.pk)]


def test_a_text_judged_by_two_workers_at_once_counts_once(monkeypatch, settings):
    settings.AI_CHAIN = ["builtin"]
    monkeypatch.setattr(review_writing_task, "delay", lambda _id: None)
    Concept.objects.create(kind="topic", language="es", slug="home", name="x")
    writing_item()
    assessment = make_assessment(assessment_type="progress")
    question = current_question(assessment)
    answer_question(
        assessment=assessment, question_id=question.pk, answer="Vivo en una casa pequeña aquí."
    )

    def judge():
        return review_writing(response_id=question.pk, by_rules=True, now=timezone.now())

    assert sorted(together(judge, judge)) == [False, True]
    assert Evidence.objects.count() == WritingReview.objects.count() == 1


def test_an_answer_while_another_tab_hands_practice_in():
    """Either writes the learner's day and what they showed: in one order."""
    make_bank(each=1)
    assessment = make_assessment()
    question, ana = current_question(assessment), assessment.learner
    done = {"learner": ana, "language": "es", "now": timezone.now(), "answers": 1}
    record_study(**done)

    def answer():
        try:
            answer_question(assessment=assessment, question_id=question.pk, answer="b")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            recompute_mastery(learner=ana)
            answering = pool.submit(answer)
            until_somebody_waits()
            record_study(**done)
        answering.result(20)
    assert StudyDay.objects.get().answers == 3


def test_a_batch_while_a_tutor_accepts_a_dispute_of_one_of_its_items(monkeypatch):
    """Either writes what the learner showed and the item: in one order."""
    monkeypatch.setattr(regrade_item_task, "delay", lambda _id: None)
    Concept.objects.create(kind="grammar", language="es", slug="ser-estar", name="x")
    item, ana, cleo = typed_item(), UserFactory(), AdminFactory()
    wrong = make_answer(item, "es", learner=ana, correct=False)
    level = dict.fromkeys(("level", "level_low", "level_high"), "B1")
    Assessment.objects.update(
        status="completed", probability=0.6, ability=0.5, completed_at=NOW, **level
    )
    wrong.assessment.refresh_from_db()
    disputed = dispute_grade(assessment=wrong.assessment, question_id=wrong.pk, by=ana)
    active = start_assessment(learner=ana, language="es")

    def submit():
        try:
            submit_assessment(
                learner=ana,
                session_id=active.learning_session_id,
                language="es",
                assessment_type="placement",
                answers=[GivenAnswer(item.pk, "está")],
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            recompute_mastery(learner=ana)
            submitting = pool.submit(submit)
            until_somebody_waits()
            accept_dispute(dispute=disputed, by=cleo)
        submitting.result(20)
    kept = Item.objects.get()
    assert (kept.key, kept.exposures) == (["está", "es"], 1)
