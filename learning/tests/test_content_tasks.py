import pytest

from learning.content.judging import judge, weight_of
from learning.content.tasks_made import can_be_ordered, change, right_forms, tasks_of

SLIPS = [
    {"wrong": "Soy cansado.", "right": "Estoy cansado."},
    {"wrong": "La casa es pequeño.", "right": "La casa es pequeña."},
]
EXAMPLES = [
    {"text": "Hoy estoy cansada.", "translation": "I am tired today."},
    {"text": "Mi hermana trabaja en un banco.", "translation": "My sister works in a bank."},
]


def made(slips=SLIPS, examples=EXAMPLES, language="es"):
    return {task.id: task for task in tasks_of(slips=slips, examples=examples, language=language)}


class TestMaking:
    def test_each_sentence_is_used_once_and_easy_ones_come_first(self):
        tasks = tasks_of(slips=SLIPS, examples=EXAMPLES, language="es")

        assert [(task.id, task.type) for task in tasks] == [
            ("slip-2", "choice"),
            ("example-1", "gap"),
            ("example-2", "order"),
            ("slip-1", "correct"),
        ]

    def test_a_slip_is_put_right(self):
        task = made()["slip-1"]

        assert (task.prompt, task.answers, task.hint) == ("Soy cansado.", ["Estoy cansado."], "Soy")

    def test_or_chosen_between(self):
        task = made()["slip-2"]

        assert task.prompt == "La casa es ___."
        assert task.options == ["pequeña", "pequeño"]
        assert task.answers == ["pequeña"]

    def test_a_gap_is_what_slips_are_about_and_its_translation_says_what_is_meant(self):
        task = made()["example-1"]

        assert (task.prompt, task.answers) == ("Hoy ___ cansada.", ["estoy"])
        assert (task.cue, task.hint) == ("I am tired today.", "e")

    def test_words_are_shuffled_the_same_each_time_and_the_first_stays(self):
        first, again = made()["example-2"], made()["example-2"]

        assert first.words == again.words
        assert first.words[0] == "Mi"
        assert sorted(first.words) == sorted(["Mi", "hermana", "trabaja", "en", "un", "banco"])
        assert " ".join(first.words) != "Mi hermana trabaja en un banco"

    def test_a_slip_that_only_lacks_an_accent_is_strict(self):
        slips = [{"wrong": "Esta aquí.", "right": "Está aquí."}]

        assert made(slips=slips)["slip-1"].strict

    def test_a_slip_of_capitals_alone_is_no_task(self):
        slips = [{"wrong": "Ich habe hunger.", "right": "Ich habe Hunger."}]

        assert made(slips=slips, examples=[], language="de") == {}

    def test_no_gap_without_a_translation(self):
        examples = [{"text": "Hoy estoy muy cansada."}]

        assert made(examples=examples)["example-1"].type == "order"

    @pytest.mark.parametrize(
        "text",
        [
            "Tiene un perro y un gato.",
            "Si puedes, ven mañana temprano.",
            "Voy. Ya voy ahora mismo.",
            "Muy bien.",
            "Creo que mi hermana ya no vive en el centro de Madrid.",
        ],
    )
    def test_what_can_be_said_in_two_orders_is_not_put_in_order(self, text):
        assert not can_be_ordered(text)

    @pytest.mark.parametrize(
        ("wrong", "right", "parts"),
        [
            ("Yo gusto el café.", "Me gusta el café.", ("Yo gusto", "Me gusta")),
            ("Mi hermano él vive aquí.", "Mi hermano vive aquí.", None),
            ("A b c d.", "X b c Y.", None),
        ],
    )
    def test_finds_where_two_sentences_part(self, wrong, right, parts):
        found = change(wrong, right)

        assert (found and (found.wrong, found.right)) == parts

    def test_a_spanish_subject_may_be_left_out(self):
        assert right_forms("Yo como pan.", "es") == ["Yo como pan.", "Como pan."]
        assert right_forms("Je mange.", "fr") == ["Je mange."]


GAP = {"id": "1", "type": "gap", "prompt": "___ cansada.", "answers": ["Está", "Se siente"]}


class TestJudging:
    @pytest.mark.parametrize(
        ("answer", "correct", "accents"),
        [
            ("está", True, False),
            ("  Está ", True, False),
            ("se siente", True, False),
            ("esta", True, True),
            ("estoy", False, False),
        ],
    )
    def test_forgives_case_and_missing_accents_and_takes_every_right_answer(
        self, answer, correct, accents
    ):
        verdict = judge(GAP, answer, language="es")

        assert (verdict.correct, verdict.accents_missing) == (correct, accents)

    def test_an_accent_that_is_the_point_is_not_forgiven(self):
        assert not judge(GAP | {"strict": True}, "esta", language="es").correct

    def test_a_choice_is_one_of_its_options(self):
        task = {"type": "choice", "options": ["soy", "estoy"], "answers": ["soy"]}

        assert judge(task, "soy", language="es").correct
        assert not judge(task, "estoy", language="es").correct

    @pytest.mark.parametrize(
        ("kind", "answer", "weight"),
        [
            ("gap", "está", 1.0),
            ("correct", "Está aquí.", 1.0),
            ("choice", "soy", 0.6),
            ("order", "Soy Ana", 0.6),
            ("gap", "", 0.6),
        ],
    )
    def test_says_more_when_it_was_typed(self, kind, answer, weight):
        assert weight_of({"type": kind}, answer) == weight
