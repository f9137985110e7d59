from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import LearnerLanguage
from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from ai.scenarios import find
from assessments.engine.stopping import DEFAULT_RULES
from assessments.models import Assessment, Item, Response
from assessments.selectors import certainty_of, question_view, result_of
from assessments.services import (
    abandon_assessment,
    answer_question,
    current_question,
    start_assessment,
)
from assessments.services.state import prior_of
from assessments.tests.factories import (
    ItemFactory,
    make_assessment,
    make_bank,
    reply,
    typed_item,
)
from config.errors import Conflict, DomainError
from learning.models import LearningSession, StudyDay

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def bank():
    return make_bank()


class TestStarting:
    def test_opens_a_learning_session(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")

        assert assessment.status == "active"
        assert assessment.learning_session.session_type == "assessment"
        assert assessment.learning_session.learner == ana

    def test_gives_the_one_under_way(self, ana, bank):
        first = start_assessment(learner=ana, language="es")

        assert start_assessment(learner=ana, language="es") == first
        assert start_assessment(learner=ana, language="es", assessment_type="final") != first
        assert LearningSession.objects.count() == 2

    def test_starts_from_a_level_on_record(self, ana, bank):
        LearnerLanguageFactory(user=ana, level="C1", level_source="override")
        LearnerLanguageFactory(user=(ben := UserFactory()), level="A1", level_source="self")

        known = prior_of(start_assessment(learner=ana, language="es"))
        said = prior_of(start_assessment(learner=ben, language="es"))
        none = prior_of(start_assessment(learner=UserFactory(), language="es"))

        assert said.mean < none.mean < known.mean
        assert known.spread < said.spread < none.spread

    def test_starts_from_the_callers_coarse_word(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es", difficulty="advanced")

        assert prior_of(assessment).mean > 2

    def test_refuses_a_language_that_is_not_taught(self, ana):
        with pytest.raises(DomainError) as refused:
            start_assessment(learner=ana, language="tlh")

        assert refused.value.code == "unknown_language"

    @pytest.mark.parametrize("state", ["draft", "retired"])
    def test_refuses_an_empty_bank(self, ana, state):
        ItemFactory(state=state)
        with pytest.raises(DomainError) as refused:
            start_assessment(learner=ana, language="es")

        assert refused.value.code == "empty_bank"
        assert not LearningSession.objects.exists()


class TestAsking:
    def test_the_open_question_stays_until_it_is_answered(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")
        first = current_question(assessment)

        again = current_question(Assessment.objects.get(pk=assessment.pk))

        assert again == first
        assert first.number == 1
        assert Response.objects.count() == 1

    def test_counts_exposures(self, ana, bank):
        question = current_question(start_assessment(learner=ana, language="es"))

        assert Item.objects.get(pk=question.item_id).exposures == 1

    def test_shows_no_key_and_no_parameter(self, ana, bank):
        view = question_view(current_question(start_assessment(learner=ana, language="es")))

        assert {"key", "difficulty", "explanation"}.isdisjoint(view.__slots__)
        assert [set(option) for option in view.options] == [{"id", "text"}] * 4

    def test_an_option_stored_with_more_than_its_text_leaks_nothing(self, ana):
        ItemFactory(options=[{"id": "a", "text": "sí", "right": True}], key=["a"])
        view = question_view(current_question(start_assessment(learner=ana, language="es")))

        assert view.options == [{"id": "a", "text": "sí"}]

    def test_leaves_out_what_the_server_cannot_judge(self, ana):
        ItemFactory(type="conversation", options=[], key=[])
        wanted = ItemFactory()

        assert current_question(start_assessment(learner=ana, language="es")).item == wanted

    def test_wanted_topics_are_asked_more(self):
        make_bank(each=10)
        wanted = ["grammar-0", "grammar-1", "vocabulary-0", "vocabulary-1"]

        def asked(topics):
            for _ in range(4):
                make_assessment(topics=topics, answers=12)
            rows = Response.objects.filter(assessment__topics=topics, item__topic__in=wanted)
            return rows.count()

        assert asked(wanted) > 1.4 * asked([])

    def test_a_second_test_asks_other_questions(self, ana):
        make_bank(each=12)
        first = make_assessment(learner=ana, answers=30)
        second = make_assessment(learner=ana, answers=30)

        asked = [set(part.responses.values_list("item", flat=True)) for part in (first, second)]
        assert len(asked[0] & asked[1]) <= len(asked[1]) // 4


class TestAnswering:
    def answer(self, assessment, question=None, **fields):
        question = question or current_question(assessment)
        return answer_question(
            assessment=assessment, question_id=question.pk, now=NOW, **fields or {"answer": "b"}
        )

    def test_gives_the_next_question(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")
        question = current_question(assessment)

        outcome = self.answer(assessment, answer="b", time_spent=4.5, confidence=0.7)

        assert outcome.response == question
        assert outcome.question.number == 2
        question.refresh_from_db()
        assert (question.correct, question.time_spent, question.confidence) == (True, 4.5, 0.7)
        assert question.answered_at == NOW

    def test_a_wrong_option_and_not_knowing_are_kept_apart(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")
        wrong = self.answer(assessment, answer="c").response
        unknown = self.answer(assessment, dont_know=True).response

        assert (wrong.correct, wrong.dont_know, wrong.answer) == (False, False, "c")
        assert (unknown.correct, unknown.dont_know, unknown.answer) == (False, True, "")

    def test_counts_as_study_on_the_learners_day(self, bank):
        ana = UserFactory(timezone="Pacific/Auckland")
        self.answer(start_assessment(learner=ana, language="es"))

        day = StudyDay.objects.get(learner=ana)
        assert (day.answers, day.day.day) == (1, 3)

    def test_a_double_click_changes_nothing(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")
        question = current_question(assessment)
        first = self.answer(assessment, question)
        again = self.answer(assessment, question)

        assert again.response == first.response
        assert again.question == first.question
        assert StudyDay.objects.get().answers == 1
        assert assessment.responses.count() == 2

    def test_another_answer_to_an_old_question_is_stale(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")
        question = current_question(assessment)
        self.answer(assessment, question)

        for fields in ({"answer": "c"}, {"dont_know": True}):
            with pytest.raises(Conflict) as refused:
                self.answer(assessment, question, **fields)
            assert refused.value.code == "stale_question"
        question.refresh_from_db()
        assert question.answer == "b"

    def test_a_question_of_another_assessment_is_stale(self, ana, bank):
        other = current_question(start_assessment(learner=UserFactory(), language="es"))
        with pytest.raises(Conflict) as refused:
            self.answer(start_assessment(learner=ana, language="es"), other)

        assert refused.value.code == "stale_question"
        other.refresh_from_db()
        assert other.answered_at is None

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"answer": "z"}, "unknown_option"),
            ({"answer": ""}, "answer_missing"),
            ({"answer": "b", "dont_know": True}, "answer_missing"),
        ],
    )
    def test_refuses_what_is_no_answer(self, ana, bank, fields, code):
        assessment = start_assessment(learner=ana, language="es")
        with pytest.raises(DomainError) as refused:
            self.answer(assessment, **fields)

        assert refused.value.code == code
        assert not assessment.responses.filter(answered_at__isnull=False).exists()

    @pytest.mark.parametrize(
        ("diacritics", "given", "correct", "note"),
        [
            ("lenient", " Está. ", True, ""),
            ("lenient", "esta", True, "accent"),
            ("lenient", "estas", False, ""),
            ("strict", "está", True, ""),
            ("strict", "esta", False, ""),
        ],
    )
    def test_typed_answers_forgive_what_the_item_allows(
        self, ana, diacritics, given, correct, note
    ):
        typed_item(diacritics=diacritics)
        assessment = start_assessment(learner=ana, language="es")

        row = self.answer(assessment, answer=given).response
        assert (row.correct, row.note, row.answer) == (correct, note, given.strip())

    def test_nothing_can_be_answered_after_the_end(self, ana, bank):
        assessment = make_assessment(learner=ana, answers=30)
        last = assessment.responses.last()

        again = answer_question(assessment=assessment, question_id=last.pk, **reply(last, "B1"))
        assert again.question is None
        for question_id in (last.pk, uuid4()):
            with pytest.raises(Conflict) as refused:
                answer_question(assessment=assessment, question_id=question_id, answer="d")
            assert refused.value.code == "assessment_over"

    def test_goes_on_after_a_closed_tab_as_if_nothing_had_happened(self, ana, bank):
        assessment = make_assessment(learner=ana, answers=5)
        before = current_question(assessment)

        returned = start_assessment(learner=ana, language="es")

        assert returned == assessment
        assert current_question(returned) == before
        assert before.number == 6
        assert 0 < certainty_of(returned) < 100


class TestFinishing:
    @pytest.mark.parametrize("level", ["A1", "A2", "B1", "B2", "C1"])
    def test_finds_the_level_of_a_consistent_learner(self, ana, level):
        make_bank(each=8)
        assessment = make_assessment(learner=ana, answers=30, knows=level)
        result = result_of(assessment)

        assert assessment.status == "completed"
        assert result["level"] == level
        assert result["interval"]["low"] <= level <= result["interval"]["high"]
        assert certainty_of(assessment) == 100

    def test_writes_the_level_with_its_certainty_on_the_learner(self, ana, bank):
        assessment = make_assessment(learner=ana, answers=30)
        language = LearnerLanguage.objects.get(user=ana, language="es")

        assert language.level == assessment.level
        assert language.level_probability == assessment.probability
        assert (language.level_low, language.level_high) == (
            assessment.level_low,
            assessment.level_high,
        )
        assert language.level_source == "placement"

    def test_leaves_a_tutors_level_alone(self, ana, bank):
        LearnerLanguageFactory(user=ana, level="C1", level_source="override")
        make_assessment(learner=ana, answers=30, knows="A1")

        assert ana.languages.get().level == "C1"

    def test_closes_the_learning_session(self, ana, bank):
        session = make_assessment(learner=ana, answers=30).learning_session

        assert session.status == "completed"
        assert session.completed_at

    def test_scores_every_skill_that_was_asked(self, ana, bank):
        assessment = make_assessment(learner=ana, answers=30)
        scores = result_of(assessment)["skills"]

        assert {row["skill"] for row in scores} == {"grammar", "vocabulary", "reading"}
        assert sum(row["items"] for row in scores) == assessment.responses.count()
        assert all(0.2 < row["probability"] <= 1 for row in scores)

    def test_a_skill_that_lags_scores_lower(self, ana):
        """In a final: a placement may be sure of the whole before it can tell skills apart."""
        make_bank(each=8)
        assessment = start_assessment(learner=ana, language="es", assessment_type="final")
        while question := current_question(assessment):
            knows = "A1" if question.item.skill == "vocabulary" else "C1"
            answer_question(
                assessment=assessment, question_id=question.pk, **reply(question, knows)
            )
            assessment.refresh_from_db()

        level = {row["skill"]: row["level"] for row in assessment.scores}
        assert level["vocabulary"] < level["grammar"]
        assert any("vocabulary" in text for text in assessment.weaknesses)
        assert any("grammar" in text for text in assessment.strengths)

    def test_every_recommendation_has_its_reason(self, ana, bank):
        assessment = make_assessment(learner=ana, answers=30)

        talk = assessment.recommendations[0]
        assert talk["kind"] == "conversation"
        assert find("es", talk["scenario"]).level == assessment.level
        assert all(row["title"] and row["reason"] for row in assessment.recommendations)

    def test_gives_feedback_on_every_answer_in_words(self, ana, bank):
        feedback = result_of(make_assessment(learner=ana, answers=30))["feedback"]

        assert [row["number"] for row in feedback] == list(range(1, len(feedback) + 1))
        right = next(row for row in feedback if row["correct"])
        assert right["answer"] == right["correct_answer"] == "es"
        assert right["explanation"] == "Professions take ser."

    def test_an_exhausted_bank_ends_with_a_sound_result(self, ana):
        for level in ("A2", "B1", "B2"):
            ItemFactory(level=level)
        assessment = make_assessment(learner=ana, answers=5)

        assert assessment.stopped_because == "exhausted"
        assert 0.2 < assessment.probability < 0.8
        assert assessment.level_low < assessment.level_high
        # Three answers are too few to say where somebody stands.
        assert not LearnerLanguage.objects.filter(user=ana).exists()

    def test_a_bank_emptied_under_way_ends_the_assessment(self, ana, bank):
        assessment = start_assessment(learner=ana, language="es")
        Item.objects.update(state=Item.State.RETIRED)

        assert current_question(assessment) is None
        assessment.refresh_from_db()
        assert assessment.stopped_because == "exhausted"

    def test_never_asks_more_than_the_most(self, ana):
        make_bank(each=10)
        assessment = start_assessment(learner=ana, language="es")
        number = 0
        while question := current_question(assessment):
            number += 1
            answer_question(assessment=assessment, question_id=question.pk, answer="bd"[number % 2])
            assessment.refresh_from_db()

        assert number <= DEFAULT_RULES.maximum

    def test_a_progress_test_does_not_move_the_level(self, ana, bank):
        LearnerLanguageFactory(user=ana, level="B1")
        make_assessment(learner=ana, assessment_type="progress", answers=30, knows="A1")

        assert ana.languages.get().level == "B1"


class TestAbandoning:
    def test_keeps_the_answers_and_draws_no_level(self, ana, bank):
        assessment = abandon_assessment(assessment=make_assessment(learner=ana, answers=3))

        assert assessment.status == "abandoned"
        assert assessment.learning_session.status == "completed"
        assert assessment.responses.filter(answered_at__isnull=False).count() == 3
        assert result_of(assessment) is None
        assert not LearnerLanguage.objects.filter(user=ana).exists()
        assert start_assessment(learner=ana, language="es") != assessment

    def test_cannot_be_done_twice(self, ana, bank):
        assessment = abandon_assessment(assessment=start_assessment(learner=ana, language="es"))
        with pytest.raises(Conflict) as refused:
            abandon_assessment(assessment=assessment)

        assert refused.value.code == "assessment_over"


class TestCost:
    def queries_of_an_answer(self, ana):
        assessment = start_assessment(learner=ana, language="es")
        question = current_question(assessment)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer_question(assessment=assessment, question_id=question.pk, answer="b", now=NOW)
        return [query["sql"] for query in queries]

    def test_an_answer_costs_the_same_whatever_the_bank_and_the_history(self, ana):
        make_bank(each=2)
        StudyDay.objects.create(learner=ana, language="es", day=NOW.date(), answers=1)
        small = self.queries_of_an_answer(ana)

        ben = UserFactory()
        StudyDay.objects.create(learner=ben, language="es", day=NOW.date(), answers=1)
        for number in range(200):
            ItemFactory(slug=f"own-{number}")
        for _ in range(3):
            make_assessment(learner=ben, answers=30)
        for number in range(120):
            day = NOW.date() - timedelta(days=number + 1)
            StudyDay.objects.create(learner=ben, language="es", day=day, answers=1)

        assert len(self.queries_of_an_answer(ben)) == len(small)
        assert len(small) <= 16
