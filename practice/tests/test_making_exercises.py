"""Exercises from what is authored, from slips and from texts: sound, apart, and at the level."""

from dataclasses import replace

import pytest

from config.levels import LEVELS
from learning.matching import normal
from practice.models import Question
from practice.sets.making import grammar, slips, texts, words
from practice.sets.making.aiming import choose, difficulty_of, target
from practice.sets.making.drafts import Draft, problems
from practice.sets.making.hints import gives_away, ladder, shape
from practice.tests import sets

Type = Question.Type


def choice(**more):
    fields = {
        "type": Type.MULTIPLE_CHOICE,
        "key": ["estoy"],
        "unit": "a",
        "difficulty": 3,
        "passage": "Yo ___ aquí.",
        "options": ["soy", "estoy"],
    }
    return Draft(**fields | more)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"options": ["soy", "Soy", "estoy"]}, "the same"),
        ({"options": ["soy", "es"]}, "not exactly one"),
        ({"key": ["soy", "estoy"]}, "not exactly one"),
        ({"options": ["estoy"]}, "too few"),
        ({"key": []}, "no key"),
        ({"type": "riddle"}, "not one of ours"),
        ({"passage": ""}, "asks nothing"),
        ({"difficulty": 11}, "1 to 10"),
        ({"hints": ["It is ESTOY."]}, "gives the answer away"),
        ({"explanation": "Ana said so."}, "names a person"),
        ({"type": Type.CLOZE, "passage": "Yo aquí."}, "exactly one ___"),
        ({"type": Type.TRUE_FALSE, "key": ["yes"]}, "neither true nor false"),
        ({"type": Type.ORDERING, "options": ["a", "b", "c"], "key": ["a b d"]}, "not those"),
        ({"type": Type.ORDERING, "options": ["a", "b", "c"], "key": ["a b c"]}, "already"),
        ({"type": Type.MATCHING, "key": [["a", "b", ""]]}, "too few pairs"),
        ({"type": Type.DICTATION, "passage": "no " * 16, "key": ["x"]}, "too long"),
    ],
)
def test_what_may_not_be_asked(wrong, says):
    assert any(says in problem for problem in problems(choice(**wrong), names=["Ana Torres"]))


def test_what_may_be_asked():
    assert problems(choice(hints=["It is not “soy”."]), names=["Ana Torres"]) == []


class TestHints:
    def test_the_answer_is_never_among_them(self):
        assert gives_away("So it is: ¡Estoy!", ["estoy"])
        assert not gives_away("testing", ["est"])
        said = ladder(["It is estoy.", "A state."], ["estoy"], ["Another."], answers=["estoy"])
        assert said == ["A state.", "Another."]

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            ("pera", "It has 4 letters and begins with “p”."),
            ("a", "It has 1 letter."),
            ("la casa es", "3 words; the first is “la”."),
        ],
    )
    def test_shape(self, answer, says):
        assert shape(answer) == says
        assert not gives_away(says, [answer])


class TestAim:
    def test_recognising_is_easier_than_writing_and_levels_rise(self):
        for low, high in zip(LEVELS, LEVELS[1:], strict=False):
            assert difficulty_of(type_=Type.CLOZE, level=low) < difficulty_of(
                type_=Type.CLOZE, level=high
            )
        assert difficulty_of(type_=Type.MULTIPLE_CHOICE, level="B1") < difficulty_of(
            type_=Type.TRANSLATION, level="B1"
        )

    def test_what_is_weak_is_asked_more_easily(self):
        assert target(level="B1", mastery=20) < target(level="B1", mastery=90)

    def test_a_sentence_is_asked_about_once_and_types_vary(self):
        drafts = [
            choice(unit=unit, type=type_, passage="Yo ___ aquí.")
            for unit in "abcd"
            for type_ in (Type.MULTIPLE_CHOICE, Type.CLOZE)
        ]
        chosen = choose([(3.0, drafts)], count=6)
        assert len(chosen) == 4
        assert {draft.type for draft in chosen} == {Type.MULTIPLE_CHOICE, Type.CLOZE}

    def test_no_hint_solves_another_exercise(self):
        first = choice(unit="a", hints=["A similar one: La casa es nueva."])
        second = choice(unit="b", type=Type.SHORT_ANSWER, key=["La casa es nueva."])
        asked = choose([(3.0, [first, second])], count=2)
        assert [draft.hints for draft in asked if draft.unit == "a"] == [[]]


@pytest.mark.django_db
class TestSources:
    def test_a_grammar_point_gives_sound_exercises_of_several_types(self):
        made = grammar.from_point(sets.point(), native="en")
        assert {draft.type for draft in made} >= {Type.SHORT_ANSWER, Type.DICTATION}
        assert [draft for draft in made if problems(draft)] == []

    def test_a_quiz_asks_each_truth_once(self):
        made = grammar.choices_of_slips(sets.point(), native="en")
        truths = {draft.passage: draft.key for draft in made if draft.type == Type.TRUE_FALSE}
        assert truths == {"Estoy cansado.": ["true"], "Ella es en casa.": ["false"]}
        assert [draft for draft in made if problems(draft)] == []

    def test_a_word_is_chosen_written_translated_and_heard(self):
        items = sets.starter()
        made = words.from_word(items[0], items, native="en")
        assert {draft.type for draft in made} == {
            Type.MULTIPLE_CHOICE,
            Type.CLOZE,
            Type.TRANSLATION,
            Type.DICTATION,
        }
        assert [draft for draft in made if problems(draft)] == []
        chosen = next(draft for draft in made if draft.type == Type.MULTIPLE_CHOICE)
        assert len(chosen.options) == 4
        translated = next(draft for draft in made if draft.type == Type.TRANSLATION)
        assert "la manzana" in translated.key
        assert "el manzana" not in translated.key

    def test_a_word_asked_beside_is_no_example(self):
        items = sets.starter()
        asked = [item.text for item in items[1:]]
        made = words.from_word(items[0], items, native="en", asked=asked)
        assert not [hint for draft in made for hint in draft.hints if "similar" in hint]

    def test_pairs(self):
        items = sets.starter()
        draft = words.matching(items, native="en")
        assert problems(draft) == []
        assert sorted(draft.options["right"]) == sorted(pair[1] for pair in draft.key)
        assert draft.options["right"] != [pair[1] for pair in draft.key]
        assert words.matching(items[:2], native="en") is None

    def test_a_slip_is_put_right_and_chosen(self):
        error = sets.open_error(sets.learner())
        made = slips.from_error(error, level="A1", native="en")
        assert [draft.type for draft in made] == [Type.SHORT_ANSWER, Type.MULTIPLE_CHOICE]
        assert [draft for draft in made if problems(draft)] == []

    def test_an_accent_that_was_the_slip_is_the_point(self):
        error = sets.open_error(sets.learner(), "manana", "mañana")
        [first, *_] = slips.from_error(error, level="A1", native="en")
        assert first.strict or normal("manana") != normal("mañana")

    @pytest.mark.parametrize("pair", [("Hola", "hola"), ("hola", ""), ("", "hola")])
    def test_a_slip_that_cannot_be_asked(self, pair):
        error = sets.open_error(sets.learner(), *pair)
        assert slips.from_error(error, level="A1", native="en") == []

    def test_a_text(self):
        items = sets.starter()
        text = "La mesa es nueva. Una mujer come una manzana en la calle grande."
        made = texts.from_text(text, language="es", level="A1", pool=items, native="en")
        assert {draft.type for draft in made} >= {Type.MULTIPLE_CHOICE, Type.TRUE_FALSE}
        assert [draft for draft in made if problems(draft)] == []
        for draft in made:
            if draft.type == Type.TRUE_FALSE:
                assert (draft.passage in text) == (draft.key == ["true"])

    def test_nothing_in_nothing(self):
        assert texts.from_text("", language="es", level="A1", pool=[], native="en") == []
        bare = replace(choice(), passage="", prompt="")
        assert problems(bare)
