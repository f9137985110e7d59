"""Free texts after they are stored: read outside transactions, judged once, never lost."""

from datetime import timedelta

import pytest
from celery.exceptions import Retry
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import (
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from ai.errors import AllProvidersFailed, ProviderError
from assessments.models import Response, WritingReview
from assessments.selectors import result_of
from assessments.services import answer_question, current_question, start_assessment
from assessments.services.disputes import override_grade
from assessments.services.reviewing import review_writing, unread_texts
from assessments.tasks import review_waiting_texts_task, review_writing_task
from assessments.tests.factories import writing_item
from assessments.writing.judgement import CRITERIA, PASSES_AT, Judgement, Score, SpanCorrection
from learning.models import Concept, Evidence, SkillProgress

pytestmark = pytest.mark.django_db

TEXT = "Vivo en una casa pequeña cerca del mar. Yo soy cansado, pero tengo dos gatos."


@pytest.fixture(autouse=True)
def _no_model(settings):
    settings.AI_CHAIN = ["builtin"]


@pytest.fixture
def response():
    learner = UserFactory(native_language="fr")
    LearnerLanguageFactory(user=learner, level="A2", level_source="placement")
    Concept.objects.create(kind="topic", language="es", slug="home", name="Home")
    writing_item(level="A2")
    assessment = start_assessment(learner=learner, language="es", assessment_type="progress")
    question = current_question(assessment)
    answer_question(assessment=assessment, question_id=question.pk, answer=TEXT)
    return Response.objects.select_related("assessment__learner").get(pk=question.pk)


def review(response, *, by_rules=False):
    return review_writing(response_id=response.pk, by_rules=by_rules, now=timezone.now())


def judged_as(monkeypatch, judgement):
    monkeypatch.setattr("assessments.writing.model.available", lambda: True)
    calls = []

    def judge(text, task, **more):
        calls.append((text, task, more))
        if isinstance(judgement, Exception):
            raise judgement
        return judgement

    monkeypatch.setattr("assessments.writing.model.judge", judge)
    return calls


AGREED = Judgement(
    outcome="agreed",
    scorer="assess_writing.v1",
    scores=[Score(name, 4, "cerca del mar", "Bien.") for name in CRITERIA],
    corrections=[SpanCorrection(43, 46, "soy", "estoy", "grammar", "Estar.")],
    level="B1",
    runs=[{"scores": {}, "level": "B1"}],
)
ABSTAINED = Judgement(outcome="abstained", scorer="assess_writing.v1", runs=[{}, {}])


class TestByRules:
    def test_stores_the_judgement_and_says_whose_it_is(self, response):
        assert review(response) is True

        response.refresh_from_db()
        stored = response.review
        assert (stored.outcome, stored.scorer) == ("rules", "builtin.v1")
        assert {one["criterion"] for one in stored.criteria} == set(CRITERIA)
        assert 0 < response.score <= 0.8
        assert response.correct is (response.score >= 0.6)
        assert all("rule" not in one for one in stored.corrections)

    def test_says_less_than_a_reader(self, response):
        review(response)

        row = Evidence.objects.get(concept__kind="topic")
        assert (row.skill, row.weight, row.surface) == ("writing", 0.5, "assessment")
        assert row.source_id == response.pk

    def test_a_slip_counts_for_its_grammar_point(self, response):
        rules = [one.rule for one in _slips()]
        point = Concept.objects.create(
            kind="grammar", language="es", slug="ser-estar", name="x", rules=rules
        )
        review(response)

        row = Evidence.objects.get(concept=point)
        assert (row.correct, row.skill) == (False, "writing")

    def test_the_result_and_the_skill_take_the_level(self, response):
        review(response)

        response.assessment.refresh_from_db()
        [row] = [one for one in response.assessment.scores if one["skill"] == "writing"]
        assert row["probability"] is None
        assert SkillProgress.objects.get(skill="writing").level == row["level"]


class TestByAModel:
    def test_is_told_the_task_and_no_more(self, response, monkeypatch):
        calls = judged_as(monkeypatch, AGREED)
        review(response)

        [(text, task, more)] = calls
        assert text == TEXT
        assert (task.level, task.native_language, task.aims) == ("A2", "fr", response.item.aims)
        assert more["names"] == (response.assessment.learner.name,)

    @pytest.mark.django_db(transaction=True)
    def test_is_asked_outside_any_transaction(self, response, monkeypatch):
        inside = []

        def judge(text, task, **more):
            inside.append(transaction.get_connection().in_atomic_block)
            return AGREED

        monkeypatch.setattr("assessments.writing.model.available", lambda: True)
        monkeypatch.setattr("assessments.writing.model.judge", judge)
        review(response)

        assert inside == [False]

    def test_two_readings_that_agree_count_whole(self, response, monkeypatch):
        judged_as(monkeypatch, AGREED)
        review(response)

        response.refresh_from_db()
        assert (response.score, response.correct) == (0.8, True)
        assert Evidence.objects.get().weight == 1.0
        assert SkillProgress.objects.get(skill="writing").level == "B1"

    def test_two_readings_that_differ_count_for_nothing(self, response, monkeypatch):
        judged_as(monkeypatch, ABSTAINED)
        review(response)

        response.refresh_from_db()
        assert (response.score, response.correct) == (None, None)
        assert not Evidence.objects.exists()
        entry = result_of(response.assessment)["feedback"][-1]
        assert entry["review"]["outcome"] == "abstained"

    def test_rules_can_be_asked_for_instead(self, response, monkeypatch):
        calls = judged_as(monkeypatch, AGREED)
        review(response, by_rules=True)

        assert calls == []
        assert WritingReview.objects.get().outcome == "rules"


class TestOnce:
    def test_a_second_judgement_changes_nothing(self, response, monkeypatch):
        review(response)
        judged_as(monkeypatch, AGREED)

        assert review(response) is False
        assert WritingReview.objects.get().outcome == "rules"
        assert Evidence.objects.filter(concept__kind="topic").count() == 1

    def test_nor_does_one_that_was_faster(self, response, monkeypatch):
        def slower(text, task, **more):
            WritingReview.objects.create(response=response, outcome="abstained", scorer="x")
            return AGREED

        monkeypatch.setattr("assessments.writing.model.available", lambda: True)
        monkeypatch.setattr("assessments.writing.model.judge", slower)

        assert review(response) is False
        response.refresh_from_db()
        assert response.correct is None

    def test_a_grade_that_a_tutor_gave_meanwhile_stands(self, response, monkeypatch):
        tessa, learner = TutorFactory(), response.assessment.learner
        TutorAssignmentFactory(tutor=tessa, student=learner)
        judged_as(monkeypatch, AGREED)

        def judge(*_args, **_more):
            override_grade(response=response, correct=False, by=tessa)
            return AGREED

        monkeypatch.setattr("assessments.writing.model.judge", judge)
        assert review(response)
        response.refresh_from_db()
        assert (response.correct, response.graded_by) == (False, tessa)
        assert response.score < PASSES_AT
        assert not Evidence.objects.filter(learner=learner, correct=True).exists()
        assert not SkillProgress.objects.filter(learner=learner, skill="writing", level="B1")
        # What the readers said of it can be read all the same.
        assert response.review.outcome == "agreed"

    def test_what_is_gone_or_no_text_is_left_alone(self, response):
        Response.objects.filter(pk=response.pk).update(answer="")
        assert review(response) is False


class TestNothingIsLost:
    def test_handing_in_enqueues_after_the_commit(
        self, monkeypatch, django_capture_on_commit_callbacks
    ):
        sent = []
        monkeypatch.setattr(review_writing_task, "delay", sent.append)
        writing_item()
        assessment = start_assessment(
            learner=UserFactory(), language="es", assessment_type="progress"
        )
        question = current_question(assessment)
        with django_capture_on_commit_callbacks(execute=True):
            answer_question(assessment=assessment, question_id=question.pk, answer=TEXT)
            assert sent == []
        assert sent == [str(question.pk)]

    def test_a_queue_that_is_down_keeps_the_text(
        self, monkeypatch, django_capture_on_commit_callbacks
    ):
        def down(_id):
            raise ConnectionError

        monkeypatch.setattr(review_writing_task, "delay", down)
        writing_item()
        assessment = start_assessment(
            learner=UserFactory(), language="es", assessment_type="progress"
        )
        question = current_question(assessment)
        with django_capture_on_commit_callbacks(execute=True):
            outcome = answer_question(assessment=assessment, question_id=question.pk, answer=TEXT)

        assert outcome.assessment.status == "completed"
        later = timezone.now() + timedelta(hours=1)
        assert unread_texts(now=later) == [question.pk]

    @pytest.mark.parametrize(
        "error", [AllProvidersFailed(), ProviderError("malformed", retryable=False)]
    )
    def test_providers_that_are_down_are_asked_again(self, response, monkeypatch, error):
        judged_as(monkeypatch, error)
        with pytest.raises((Retry, type(error))):
            review_writing_task.apply(args=[str(response.pk)], throw=True)

        assert not WritingReview.objects.filter(outcome="agreed").exists()
        response.refresh_from_db()
        assert response.answer == TEXT

    def test_and_at_last_the_built_in_scorer_judges(self, response, monkeypatch):
        calls = judged_as(monkeypatch, AllProvidersFailed())
        review_writing_task.apply(args=[str(response.pk)], retries=3, throw=True)

        assert calls == []
        assert WritingReview.objects.get().outcome == "rules"

    def test_the_result_says_that_it_is_being_read(self, response):
        entry = result_of(response.assessment)["feedback"][-1]

        assert entry["review"]["outcome"] == "reading"
        assert entry["correct"] is None
        assert entry["answer"] == TEXT

    def test_what_was_forgotten_is_found(self, response, monkeypatch):
        sent = []
        monkeypatch.setattr(review_writing_task, "delay", sent.append)
        assert review_waiting_texts_task() == 0
        Response.objects.filter(pk=response.pk).update(
            answered_at=timezone.now() - timedelta(minutes=30)
        )

        assert review_waiting_texts_task() == 1
        assert sent == [str(response.pk)]
        review(response)
        assert review_waiting_texts_task() == 0


def _slips():
    from assessments.writing.judgement import Task
    from assessments.writing.rules import find_slips

    task = Task("es", "A2", "", (), (10, 40), "fr")
    return [slip for slip in find_slips(TEXT, task) if slip.original == "soy"] or find_slips(
        TEXT, task
    )
