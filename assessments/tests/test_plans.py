"""Progress and final tests: what they ask, and what follows from them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from accounts.models import LearnerLanguage
from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from assessments.advice import topic_findings
from assessments.comparison import change_between
from assessments.engine import GRID, LEVELS, Belief, Prior, level_centre
from assessments.models import Assessment, Item, Response
from assessments.selectors import question_view, result_of
from assessments.services import answer_question, current_question, start_assessment
from assessments.services.plans import levels_asked, target_level
from assessments.services.uncertainty import unsure
from assessments.services.verdicts import decide
from assessments.tests.factories import (
    ItemFactory,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)
from config.errors import Conflict, DomainError
from learning.mastery.memory import Memory
from learning.models import Concept, Mastery

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.fixture
def ana():
    return UserFactory()


def at(learner, level, source="placement"):
    return LearnerLanguageFactory(user=learner, language="es", level=level, level_source=source)


def texts(*levels):
    return [writing_item(level=level, slug=f"own-text-{level}") for level in levels]


def take(learner, assessment_type, *, knows="B1", text="Vivo en una casa."):
    """A whole test by somebody who knows everything up to a level."""
    assessment = start_assessment(learner=learner, language="es", assessment_type=assessment_type)
    while question := current_question(assessment):
        if question.item.type == "conversation":
            given = {"answer": text} if text else {"dont_know": True}
        elif question.item.level <= knows:
            given = {"answer": question.item.key[0]}
        else:
            given = {"dont_know": True}
        answer_question(assessment=assessment, question_id=question.pk, now=NOW, **given)
        assessment.refresh_from_db()
    return assessment


def items_of(assessment):
    return [row.item for row in assessment.responses.select_related("item").order_by("number")]


class TestTypes:
    def test_a_placement_asks_neither_translations_nor_texts(self, ana):
        typed_item(type="translation")
        writing_item(slug="own-2")
        wanted = typed_item(slug="own-3")

        assert [item.pk for item in items_of(take(ana, "placement"))] == [wanted.pk]

    @pytest.mark.parametrize("assessment_type", ["progress", "final"])
    def test_the_others_ask_all_and_end_with_a_text(self, ana, assessment_type):
        typed_item(type="translation", slug="own-1")
        typed_item(slug="own-2")
        ItemFactory(skill="listening", passage="A: Hola.", slug="own-3")
        writing_item(slug="own-4")
        assessment = take(ana, assessment_type)

        types = [item.type for item in items_of(assessment)]
        assert sorted(types[:-1]) == ["fill_blank", "multiple_choice", "translation"]
        assert types[-1] == "conversation"
        assert assessment.status == "completed"

    def test_every_skill_has_its_share(self, ana):
        at(ana, "B1")
        for skill in ("grammar", "vocabulary", "reading", "listening"):
            for number in range(20):
                ItemFactory(skill=skill, passage="Hola.", slug=f"own-{skill}-{number}")
        asked = [item.skill for item in items_of(take(ana, "final"))]

        assert asked.count("grammar") >= 9
        assert asked.count("listening") >= 3
        assert asked.count("reading") >= 3


class TestProgress:
    def test_has_fifteen_questions_and_never_stops_early(self, ana):
        at(ana, "B1")
        make_bank(each=8)
        texts("B1")
        assessment = take(ana, "progress", knows="C1")

        assert len(items_of(assessment)) == 15
        assert assessment.stopped_because == "maximum"

    def test_says_how_many_there_are(self, ana):
        make_bank(each=2)
        assessment = start_assessment(learner=ana, language="es", assessment_type="progress")

        assert question_view(current_question(assessment)).maximum == 15

    def test_prefers_what_mastery_is_unsure_of(self):
        make_bank(each=10)
        unsure_of = [f"grammar-{number}" for number in range(5)]
        for number in range(10):
            Concept.objects.create(
                kind="grammar", language="es", slug=f"grammar-{number}", name="x", level="A1"
            )

        def asked():
            total = 0
            for _ in range(6):
                learner = UserFactory()
                at(learner, "B1")
                for concept in Concept.objects.all():
                    wrong = 3.0 if concept.slug in unsure_of else 0.0
                    Mastery.objects.create(
                        learner=learner, concept=concept, language="es", kind="grammar",
                        stability=400, difficulty=5, right=6.0 if not wrong else 3.0, wrong=wrong,
                        evidence_count=8, last_practiced=NOW, forgets_at=NOW + timedelta(days=30),
                    )  # fmt: skip
                items = items_of(take(learner, "progress"))
                grammar = [item.topic for item in items if item.skill == "grammar"]
                total += sum(topic in unsure_of for topic in grammar) / len(grammar)
            return total / 6

        assert asked() > 0.65

    @pytest.mark.parametrize(
        ("right", "wrong", "days", "expected"),
        [(4, 4, 0, 1.0), (0.6, 0, 0, 0.8), (30, 0, 0, 0.1), (30, 0, 2000, 0.3)],
    )
    def test_uncertain_is_half_right_or_little_seen_or_faded(self, right, wrong, days, expected):
        memory = Memory(stability=10, difficulty=5, right=right, wrong=wrong, count=9, last=NOW)
        found = unsure(memory, NOW + timedelta(days=days))

        if expected in (0.1,):
            assert found < 0.15
        else:
            assert found >= expected - 0.1

    def test_raises_a_level_only_when_sure_and_never_lowers_it(self):
        make_bank(each=14)
        for knows, record, expected in (("C1", "A2", True), ("A1", "B2", False)):
            learner = UserFactory()
            at(learner, record)
            assessment = take(learner, "progress", knows=knows)

            after = learner.languages.get().level
            assert (after > record) is expected
            assert after >= record
            assert result_of(assessment)["level_set"] is expected

    def test_finds_a_level_for_who_has_none(self, ana):
        make_bank(each=8)
        take(ana, "progress", knows="A2")

        assert ana.languages.get().level in ("A2", "B1")

    def test_stands_beside_the_result_before_it(self, ana):
        make_bank(each=14)
        first = take(ana, "placement", knows="A1")
        assert result_of(first)["comparison"] is None
        Assessment.objects.update(completed_at=NOW - timedelta(days=9))
        second = take(ana, "progress", knows="C1")

        beside = result_of(second)["comparison"]
        assert beside["assessment_id"] == first.pk
        assert (beside["level"], beside["change"]) == (first.level, "higher")
        assert {row["skill"] for row in beside["skills"]} <= {"grammar", "vocabulary", "reading"}

    def test_within_the_error_nothing_changed(self):
        before = Assessment(ability=0.0, standard_error=0.3)

        for ability, change in ((0.4, "same"), (-0.4, "same"), (0.5, "higher"), (-0.5, "lower")):
            after = Assessment(ability=ability, standard_error=0.3)
            assert change_between(before, after) == change


class TestFinal:
    def test_asks_thirty_at_the_level_and_the_next(self, ana):
        at(ana, "A2")
        make_bank(each=8)
        texts("A2")
        items = items_of(take(ana, "final", knows="A2"))

        assert len(items) == 31
        assert {item.level for item in items} == {"A2", "B1"}
        assert items[-1].type == "conversation"

    @pytest.mark.parametrize(
        ("level", "asked"),
        [("A1", {"A1", "A2"}), ("C1", {"B2", "C1"}), ("C2", {"B2", "C1"}), ("", None)],
    )
    def test_at_either_end_of_the_scale(self, ana, level, asked):
        make_bank(each=1)
        if level:
            at(ana, level)
        assessment = start_assessment(learner=ana, language="es", assessment_type="final")

        assert levels_asked(assessment) == asked
        assert target_level(assessment) == ("C1" if level == "C2" else level)

    def test_goes_on_at_other_levels_when_nothing_is_left_at_its_own(self, ana):
        at(ana, "B1")
        for number in range(9):
            ItemFactory(level="A1", slug=f"own-{number}")
        ItemFactory(level="B1", slug="own-b1")
        items = items_of(take(ana, "final"))

        assert len(items) == 10
        assert items[0].level == "B1"

    @pytest.mark.parametrize(
        ("knows", "decision", "level"),
        [("C1", "advance", "B2"), ("B1", "extend", "B1"), ("", "repeat", "A2")],
    )
    def test_decides_and_the_level_follows(self, ana, knows, decision, level):
        at(ana, "B1")
        make_bank(each=14)
        assessment = take(ana, "final", knows=knows)
        result = result_of(assessment)

        assert result["decision"]["outcome"] == decision
        assert result["decision"]["level"] == "B1"
        assert "%" in result["decision"]["reason"]
        record = ana.languages.get()
        if decision == "extend":
            assert record.level == level
        elif decision == "advance":
            assert record.level >= level
        else:
            assert record.level <= level
        assert result["interval"]["low"] <= assessment.level <= result["interval"]["high"]

    def test_a_tutors_word_stands(self, ana):
        at(ana, "B1", source=LearnerLanguage.Source.OVERRIDE)
        make_bank(each=14)
        result = result_of(take(ana, "final", knows="C1"))

        assert result["decision"]["outcome"] == "advance"
        assert result["level_set"] is False
        assert ana.languages.get().level == "B1"

    @pytest.mark.parametrize(
        ("above", "below", "decision"),
        [
            (0.6, 0.0, "advance"),
            (0.599, 0.0, "extend"),
            (0.0, 0.5, "repeat"),
            (0.0, 0.499, "extend"),
        ],
    )
    def test_the_rule_is_the_one_that_is_stated(self, above, below, decision):
        assert decide(above=above, below=below) == decision

    def test_the_chances_are_those_of_the_engine(self):
        from assessments.services.verdicts import beyond, short_of

        for place, level in enumerate(LEVELS):
            belief = Belief.before(Prior(level_centre(level), 1.0))
            assert beyond(belief, level) == pytest.approx(short_of(belief, level), abs=0.06)
            if place < len(LEVELS) - 1:
                assert beyond(belief, level) == pytest.approx(belief.levels[place + 1 :].sum())
        nothing = Belief.before(np.where(GRID < -4, 1.0, 0.0) / (GRID < -4).sum())
        assert short_of(nothing, "A1") == pytest.approx(1)

    def test_too_few_answers_decide_nothing(self, ana):
        at(ana, "B1")
        for number in range(5):
            ItemFactory(slug=f"own-{number}")
        assessment = take(ana, "final")

        assert assessment.decision == ""
        assert ana.languages.get().level == "B1"


def test_findings_bear_the_names_of_their_concepts(ana):
    Concept.objects.create(kind="grammar", language="es", slug="ser-estar", name="ser and estar")
    for number in range(3):
        ItemFactory(level="A1", slug=f"own-{number}", topic="ser-estar")
    ItemFactory(level="A1", slug="own-home", skill="vocabulary", topic="at-home")
    assessment = start_assessment(learner=ana, language="es")
    while question := current_question(assessment):
        answer_question(assessment=assessment, question_id=question.pk, answer="c")
        assessment.refresh_from_db()

    rows = assessment.responses.select_related("item")
    _, weaknesses = topic_findings(rows, ability=3.0)
    assert {finding.text for finding in weaknesses} == {
        "ser and estar (grammar, A1)",
        "At home (vocabulary, A1)",
    }


class TestTheText:
    def test_is_at_the_level_of_the_test(self, ana):
        at(ana, "B1")
        make_bank(each=6)
        texts("A1", "B1", "C1")

        assert items_of(take(ana, "final"))[-1].level == "B1"

    def test_is_the_nearest_there_is(self, ana):
        at(ana, "C1")
        make_bank(each=6)
        texts("A1", "A2")

        assert items_of(take(ana, "final", knows="C1"))[-1].level == "A2"

    def test_is_another_one_each_time(self, ana):
        at(ana, "B1")
        make_bank(each=8)
        writing_item(level="B1", slug="own-1")
        writing_item(level="B1", slug="own-2", prompt="Otra tarea.")
        found = {items_of(take(ana, "final"))[-1].slug for _ in range(2)}

        assert found == {"own-1", "own-2"}

    def test_counts_for_nothing_in_the_engine(self, ana):
        at(ana, "B1")
        make_bank(each=6)
        texts("B1")
        with_text = take(ana, "final")

        assert all(row["skill"] != "writing" for row in with_text.scores)
        assert with_text.responses.last().correct is None

    def test_can_be_left_out(self, ana):
        at(ana, "B1")
        make_bank(each=6)
        texts("B1")
        assessment = take(ana, "final", text="")

        row = assessment.responses.order_by("number").last()
        assert (row.dont_know, row.correct, assessment.status) == (True, None, "completed")
        assert result_of(assessment)["feedback"][-1]["review"] is None

    def test_a_bank_without_texts_ends_without_one(self, ana):
        at(ana, "B1")
        make_bank(each=6)

        assert take(ana, "final").status == "completed"


class TestBadInput:
    @pytest.mark.parametrize("assessment_type", ["progress", "final"])
    def test_an_unknown_language_is_refused(self, ana, assessment_type):
        with pytest.raises(DomainError) as refused:
            start_assessment(learner=ana, language="tlh", assessment_type=assessment_type)
        assert refused.value.code == "unknown_language"

    @pytest.fixture
    def written(self, ana):
        """A progress test with its text open."""
        ItemFactory()
        texts("B1")
        assessment = start_assessment(learner=ana, language="es", assessment_type="progress")
        first = current_question(assessment)
        answer_question(assessment=assessment, question_id=first.pk, answer="b")
        return assessment

    def test_a_text_handed_in_twice_is_one(self, written, django_capture_on_commit_callbacks):
        question = current_question(written)
        with django_capture_on_commit_callbacks() as queued:
            for _ in range(2):
                outcome = answer_question(
                    assessment=written, question_id=question.pk, answer=" Vivo aquí. "
                )
        assert outcome.question is None
        assert outcome.response.answer == "Vivo aquí."
        assert len(queued) == 1

    def test_another_text_after_it_is_refused_and_the_first_stays(self, written):
        question = current_question(written)
        answer_question(assessment=written, question_id=question.pk, answer="Vivo aquí.")
        with pytest.raises(Conflict) as refused:
            answer_question(assessment=written, question_id=question.pk, answer="Otra cosa.")

        assert refused.value.code == "assessment_over"
        assert Response.objects.get(pk=question.pk).answer == "Vivo aquí."

    def test_a_question_of_before_is_stale_while_the_text_is_open(self, written):
        old = written.responses.get(number=1)
        with pytest.raises(Conflict) as refused:
            answer_question(assessment=written, question_id=old.pk, answer="c")
        assert refused.value.code == "stale_question"

    @pytest.mark.parametrize("text", ["", "   \n "])
    def test_an_empty_text_is_no_answer(self, written, text):
        question = current_question(written)
        with pytest.raises(DomainError) as refused:
            answer_question(assessment=written, question_id=question.pk, answer=text)

        assert refused.value.code == "answer_missing"
        assert current_question(written) == question

    def test_a_text_whose_item_was_retired_can_be_handed_in(self, written):
        question = current_question(written)
        Item.objects.update(state="retired")
        outcome = answer_question(assessment=written, question_id=question.pk, answer="Sí.")

        assert outcome.assessment.status == "completed"

    def test_items_that_join_the_bank_meanwhile_do_not_open_the_test_again(self, written):
        question = current_question(written)
        ItemFactory(slug="own-late")
        outcome = answer_question(assessment=written, question_id=question.pk, answer="Sí.")

        assert outcome.question is None
        assert outcome.assessment.status == "completed"

    def test_a_typed_answer_sent_twice_with_other_marks_is_another(self, ana):
        typed_item()
        typed_item(slug="own-2")
        assessment = start_assessment(learner=ana, language="es")
        question = current_question(assessment)
        first = answer_question(assessment=assessment, question_id=question.pk, answer="está")
        again = answer_question(assessment=assessment, question_id=question.pk, answer=" está ")
        assert again.question == first.question
        with pytest.raises(Conflict):
            answer_question(assessment=assessment, question_id=question.pk, answer="esta")

    def test_both_tests_can_be_under_way_at_once(self, ana):
        make_bank(each=2)
        first = make_assessment(learner=ana, assessment_type="progress", answers=2)
        second = make_assessment(learner=ana, assessment_type="final", answers=1)

        assert current_question(first).number == 3
        assert current_question(second).number == 2
