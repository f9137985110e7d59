from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from config.languages import TAUGHT
from learning.concepts import lemmas
from learning.concepts.files import GrammarPoint, read_grammar, read_subjects, read_topics
from learning.concepts.models import Concept
from learning.concepts.selectors import grammar_points, points_of_rules
from learning.concepts.services import (
    lemma_concepts,
    load_grammar,
    load_subjects,
    load_topics,
    stock_lemmas,
)
from learning.concepts.validate import grammar_problems
from learning.tests.learners import ConceptFactory

POINT = GrammarPoint(
    slug="ser-estar",
    level="A1",
    name="ser and estar",
    explanation={
        "en": "What is lasting takes ser.",
        "fr": "Ce qui dure : ser.",
        "de": "Dauer: ser.",
    },
    examples=[{"text": "Estoy cansada.", "translation": "I am tired."}],
    slips=[{"wrong": "Soy cansada.", "right": "Estoy cansada."}],
    rules=["rule:ser-state"],
)


def changed(**fields):
    return GrammarPoint(**{name: getattr(POINT, name) for name in POINT.__slots__} | fields)


def problems(*points):
    found = grammar_problems(points, language="es")
    return " ".join(problem for problem in found if "instead of at least" not in problem)


@pytest.mark.parametrize("language", TAUGHT)
def test_the_authored_grammar_points_are_sound(language):
    assert list(grammar_problems(read_grammar(language), language=language)) == []


def test_topics_and_subjects_are_named_once():
    for entries in (read_topics(), read_subjects()):
        slugs = [entry.slug for entry in entries]
        assert len(slugs) == len(set(slugs)) > 20


def test_topics_have_a_name_in_every_language_taught():
    assert all(set(topic.name) == set(TAUGHT) for topic in read_topics())


def test_a_sound_point_passes():
    assert problems(POINT) == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"level": "D1"}, "is not one of"),
        ({"explanation": {"en": "x", "fr": "x"}}, "no explanation in German"),
        ({"explanation": POINT.explanation | {"en": "x" * 301}}, "301 characters"),
        ({"examples": []}, "0 examples"),
        ({"slips": []}, "no slip"),
        ({"slips": [{"wrong": "a", "right": "a"}]}, "a slip that is none"),
        ({"requires": ["nothing"]}, "which is no point"),
        ({"requires": ["ser-estar"]}, "requires itself"),
    ],
)
def test_what_is_wrong_with_a_point_is_said(fields, words):
    assert words in problems(changed(**fields))


def test_two_points_cannot_share_a_slug_or_a_rule():
    assert "used 2 times" in problems(POINT, POINT)
    assert "belongs to 2 points" in problems(POINT, changed(slug="other"))


def test_a_point_cannot_require_a_later_one():
    later = changed(slug="later", level="B2", rules=[])
    assert "comes later" in problems(changed(requires=["later"]), later)


@pytest.mark.django_db
class TestLoading:
    def test_a_second_load_changes_nothing(self):
        assert load_grammar(language="es", points=[POINT]).created == 1
        again = load_grammar(language="es", points=[POINT])
        assert (again.created, again.updated) == (0, 0)

    def test_a_changed_text_is_taken_over_in_place(self):
        load_grammar(language="es", points=[POINT])
        before = Concept.objects.get()
        assert load_grammar(language="es", points=[changed(name="To be")]).updated == 1
        assert (Concept.objects.get().name, Concept.objects.get().pk) == ("To be", before.pk)

    def test_one_language_leaves_another_alone(self):
        load_grammar(language="es", points=[POINT])
        load_grammar(language="fr", points=[changed(slug="etre")])
        assert set(grammar_points("es")) == {"ser-estar"}
        assert set(grammar_points("fr")) == {"etre"}

    def test_a_rule_leads_to_its_point(self):
        load_grammar(language="es", points=[POINT])
        assert points_of_rules("es")["rule:ser-state"].slug == "ser-estar"
        assert points_of_rules("fr") == {}

    def test_every_language_has_topics_of_its_own(self):
        load_topics(topics=read_topics()[:2])
        assert Concept.objects.filter(kind="topic").count() == 2 * len(TAUGHT)

    def test_another_subject_has_no_language(self):
        load_subjects(points=read_subjects()[:1])
        assert Concept.objects.get().language == ""

    def test_a_concept_has_its_place(self):
        with pytest.raises(IntegrityError):
            ConceptFactory(kind="subject", language="es", subject="maths")

    def test_words_are_made_where_they_are_met_first(self, django_assert_num_queries):
        made = lemma_concepts(language="es", lemmas=["casa", "desarrollo"])
        assert made["casa"].level == "A1"
        assert made["casa"].frequency > made["desarrollo"].frequency
        with django_assert_num_queries(1):
            assert lemma_concepts(language="es", lemmas=["casa"])["casa"] == made["casa"]

    def test_frequent_words_are_stocked_once_with_their_forms(self, monkeypatch):
        monkeypatch.setattr("learning.concepts.lemmas.STOCKED", 300)
        assert stock_lemmas(language="es").created == 300
        assert stock_lemmas(language="es").created == 0
        assert "hace" in Concept.objects.get(slug="hacer").forms
        assert Concept.objects.of_form("Hizo", "es").first().slug == "hacer"
        assert not Concept.objects.of_form("hizo", "fr").exists()

    def test_a_word_met_before_gets_its_forms_when_stocked(self, monkeypatch):
        monkeypatch.setattr("learning.concepts.lemmas.STOCKED", 300)
        before = lemma_concepts(language="es", lemmas=["hacer"])["hacer"]
        stock_lemmas(language="es")
        before.refresh_from_db()
        assert "hizo" in before.forms

    def test_an_unreadable_file_is_named(self, tmp_path, monkeypatch):
        (tmp_path / "topics.yaml").write_text("- {slug: 1}")
        monkeypatch.setattr("learning.concepts.files.FOLDER", tmp_path)
        with pytest.raises(CommandError, match=r"topics\.yaml"):
            call_command("load_concepts")

    def test_the_check_says_what_is_wrong(self, monkeypatch):
        monkeypatch.setattr(
            "learning.management.commands.load_concepts.read_grammar",
            lambda language: [changed(level="D1")],
        )
        with pytest.raises(CommandError, match="is not one of"):
            call_command("load_concepts", "--check", stdout=StringIO())


@pytest.mark.parametrize(
    ("language", "easy", "hard"),
    [
        ("es", "casa", "desasosiego"),
        ("fr", "maison", "désinvolture"),
        ("de", "haus", "gleichmut"),
        ("en", "house", "equanimity"),
    ],
)
def test_a_words_level_follows_its_frequency(language, easy, hard):
    assert lemmas.level_of(easy, language) == "A1"
    assert lemmas.level_of(hard, language) in ("C1", "C2")


def test_the_words_of_a_text_in_their_dictionary_form():
    assert lemmas.lemmas_in("Los niños comían, 2 veces.", "es") == ["el", "niño", "comer", "vez"]
