"""What answers write about the learner's concepts, in the transaction that stores them."""

import pytest

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from assessments.models import Item, Response
from assessments.services import answer_question, current_question, start_assessment
from assessments.tests.factories import (
    ItemFactory,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)
from learning.models import Concept, Evidence, SkillProgress

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return UserFactory()


def concept(kind, slug, **fields):
    return Concept.objects.create(kind=kind, language="es", slug=slug, name=slug, **fields)


def answer(learner, *, assessment_type="placement", **given):
    assessment = start_assessment(learner=learner, language="es", assessment_type=assessment_type)
    question = current_question(assessment)
    answer_question(assessment=assessment, question_id=question.pk, **given)
    return Response.objects.get(pk=question.pk)


class TestConcepts:
    def test_a_grammar_answer_is_about_its_point(self, ana):
        point = concept("grammar", "ser-estar")
        concept("topic", "ser-estar")
        ItemFactory(topic="ser-estar")
        row = answer(ana, answer="b")

        found = Evidence.objects.get()
        assert (found.concept, found.learner, found.correct) == (point, ana, True)
        assert (found.surface, found.skill) == ("assessment", "grammar")
        assert (found.source_type, found.source_id) == ("assessments.response", row.pk)

    def test_a_word_is_about_its_topic_and_itself(self, ana):
        home, word = concept("topic", "home"), concept("lemma", "cocina")
        concept("grammar", "home")
        ItemFactory(skill="vocabulary", topic="home", lemma="cocina")
        answer(ana, answer="c")

        assert {row.concept for row in Evidence.objects.all()} == {home, word}
        assert {row.correct for row in Evidence.objects.all()} == {False}

    def test_a_word_without_a_concept_gets_none_here(self, ana):
        concept("topic", "home")
        ItemFactory(skill="vocabulary", topic="home", lemma="trastero")
        answer(ana, answer="c")

        assert Evidence.objects.count() == 1
        assert not Concept.objects.filter(slug="trastero").exists()

    def test_concepts_of_another_language_are_others(self, ana):
        Concept.objects.create(kind="grammar", language="fr", slug="ser-estar", name="x")
        ItemFactory(topic="ser-estar")
        answer(ana, answer="b")

        assert not Evidence.objects.exists()


class TestWeights:
    @pytest.mark.parametrize(
        ("make", "given", "correct", "weight"),
        [
            (ItemFactory, {"answer": "b"}, True, 0.6),
            (ItemFactory, {"answer": "c"}, False, 0.6),
            (ItemFactory, {"dont_know": True}, False, 0.6),
            (typed_item, {"answer": "está"}, True, 1.0),
            (typed_item, {"answer": "esta"}, True, 1.0),
            (typed_item, {"answer": "son"}, False, 1.0),
            (typed_item, {"dont_know": True}, False, 0.6),
        ],
    )
    def test_say_how_much_an_answer_says(self, ana, make, given, correct, weight):
        concept("grammar", "ser-estar")
        make(topic="ser-estar")
        answer(ana, **given)

        row = Evidence.objects.get()
        assert (row.correct, row.weight) == (correct, weight)

    def test_a_script_that_was_read_is_reading(self, ana):
        concept("topic", "home")
        ItemFactory(skill="listening", topic="home", passage="A: Hola.")
        answer(ana, answer="b", read=True)

        assert Evidence.objects.get().skill == "reading"

    @pytest.mark.parametrize("given", [{"answer": "Vivo aquí."}, {"dont_know": True}])
    def test_a_text_says_nothing_before_it_is_read(self, ana, given):
        concept("topic", "home")
        writing_item()
        answer(ana, assessment_type="progress", **given)

        assert not Evidence.objects.exists()


class TestOnce:
    def test_a_double_click_is_one_piece_of_evidence(self, ana):
        concept("grammar", "ser-estar")
        ItemFactory(topic="ser-estar")
        ItemFactory(topic="other", slug="own-2")
        assessment = start_assessment(learner=ana, language="es")
        question = current_question(assessment)
        for _ in range(2):
            answer_question(assessment=assessment, question_id=question.pk, answer="b")

        assert Evidence.objects.count() <= 1
        assert SkillProgress.objects.filter(learner=ana, answers__gt=1).count() == 0

    def test_what_is_not_stored_says_nothing(self, ana, monkeypatch):
        concept("grammar", "ser-estar")
        ItemFactory(topic="ser-estar")

        def fail(*_args, **_more):
            raise RuntimeError

        monkeypatch.setattr("assessments.services.sitting._go_on", fail)
        with pytest.raises(RuntimeError):
            answer(ana, answer="b")
        assert not Evidence.objects.exists()

    def test_the_number_of_queries_does_not_depend_on_the_history(
        self, ana, django_assert_max_num_queries
    ):
        concept("grammar", "grammar-0")
        make_bank(each=2)
        Item.objects.update(topic="grammar-0")
        make_assessment(learner=ana, answers=8)
        assessment = start_assessment(learner=ana, language="es", assessment_type="final")
        question = current_question(assessment)
        with django_assert_max_num_queries(40):
            answer_question(assessment=assessment, question_id=question.pk, answer="b")


class TestSkillLevels:
    def test_a_finished_test_sets_them(self, ana):
        make_bank(each=6)
        make_assessment(learner=ana, answers=30, knows="B1")

        rows = SkillProgress.objects.filter(learner=ana, language="es")
        assert {row.skill for row in rows} == {"grammar", "vocabulary", "reading"}
        assert all(row.level for row in rows)

    def test_a_short_one_does_not(self, ana):
        LearnerLanguageFactory(user=ana, level="B1", level_source="placement")
        ItemFactory()
        make_assessment(learner=ana, answers=3)

        assert not SkillProgress.objects.exclude(level="").exists()
