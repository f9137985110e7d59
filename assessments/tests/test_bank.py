from collections import Counter
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from assessments.bank import files
from assessments.bank.files import BankItem, BankUnreadableError, languages, read_bank, read_file
from assessments.bank.item_rules import TRIVIAL, Topics, topic_problems
from assessments.bank.parameters import starting_parameters
from assessments.bank.validate import (
    duplicates,
    gaps_in_coverage,
    giveaways,
    item_problems,
    unknown_words,
    validate_bank,
)
from assessments.engine import CENTRES, CUTS, LEVELS
from assessments.models import Dispute, Item
from assessments.services import load_bank
from assessments.services.bank import shuffled_options
from assessments.tests.factories import make_answer
from learning.models import Concept

SER = BankItem(
    slug="es-a1-grammar-ser-01",
    level="A1",
    skill="grammar",
    topic="ser-estar",
    type="multiple_choice",
    prompt="Mi hermana ___ médica.",
    options=["es", "está", "hay", "tiene"],
    answer="es",
    explanation="Professions take ser.",
)
READING = replace(
    SER,
    slug="es-a1-reading-casa-01",
    skill="reading",
    prompt="¿Dónde vive Marta?",
    passage="Marta vive en una casa pequeña cerca del mar con su hermano Luis y dos gatos negros.",
    options=["En el campo", "Junto al mar", "En la montaña", "En el centro"],
    answer="Junto al mar",
)
LISTENING = replace(
    READING,
    slug="es-a1-listening-casa-01",
    skill="listening",
    passage="A: Hola, Marta. ¿Dónde vives ahora? B: Vivo en una casa cerca del mar, con él.",
)
BLANK = BankItem(
    slug="es-a1-grammar-ser-11",
    level="A1",
    skill="grammar",
    topic="ser-estar",
    type="fill_blank",
    prompt="Nosotros ___ (ser) de Lima.",
    answer="somos",
    explanation={"en": "“Nosotros” takes “somos”.", "fr": "Avec « nosotros ».", "de": "So ist es."},
)
TRANSLATION = replace(
    BLANK,
    slug="es-a1-grammar-ser-13",
    type="translation",
    prompt="We are tired.",
    prompts={"fr": "Nous sommes fatigués."},
    answer="Estamos cansados.",
    accepted=["Nosotros estamos cansados.", "Estamos cansadas."],
)
WRITING = BankItem(
    slug="es-a1-writing-casa-01",
    level="A1",
    skill="writing",
    topic="home",
    type="conversation",
    prompt="Tu amiga Marta pregunta: ¿Cómo es tu casa? Escribe una respuesta.",
    answer="Mi casa es pequeña, pero tiene mucha luz y un balcón.",
    explanation="A good answer names two things of the home.",
    aims=["says what the home is like", "names a room or a thing"],
    words=[8, 30],
)
TOPICS = Topics(grammar={"ser-estar": "A1", "subjunctive": "B1"}, others=frozenset({"home"}))


def problems(item):
    return list(item_problems(item, "es"))


class TestItems:
    @pytest.mark.parametrize("item", [SER, READING, LISTENING, BLANK, TRANSLATION, WRITING])
    def test_a_good_item_has_no_problem(self, item):
        assert problems(item) == []

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"level": "C2"}, "level 'C2'"),
            ({"skill": "speaking"}, "skill 'speaking'"),
            ({"type": "essay"}, "type 'essay'"),
            ({"type": "conversation"}, "cannot test grammar"),
            ({"accepted": ["son"]}, "a multiple_choice has no accepted"),
            ({"words": [1, 9]}, "a multiple_choice has no words"),
            ({"answer": "a" * 401}, "longer than 400"),
            ({"explanation": {"en": "Professions take ser."}}, "no explanation in fr"),
            ({"explanation": {"fr": "Voilà."}}, "explanation is empty"),
            ({"slug": "es-b1-grammar-ser-01"}, "slug"),
            ({"slug": "fr-a1-grammar-ser-01"}, "slug"),
            ({"options": ["es", "está", "hay"]}, "3 options"),
            ({"options": ["es", "Está", "está.", "hay"]}, "two options"),
            ({"answer": "soy"}, "not exactly one"),
            ({"options": ["es", "está", "hay", "N/A"]}, "distracts nobody"),
            ({"options": ["es", "está", "hay", "Todas las anteriores"]}, "distracts nobody"),
            ({"prompt": "Mi hermana es médica."}, "needs a gap"),
            ({"prompt": "Mi hermana _____ médica."}, "a gap is written"),
            ({"prompt": "Mi ___ ___ ___."}, "more than two gaps"),
            ({"explanation": "  "}, "explanation is empty"),
            ({"passage": "Un texto."}, "only reading and listening"),
            ({"prompt": "x" * 1001}, "longer than 1000"),
            (
                {"options": ["médica", "es", "hay", "está"], "answer": "médica"},
                "key stands in the prompt",
            ),
        ],
    )
    def test_names_what_is_wrong(self, change, problem):
        assert any(problem in text for text in problems(replace(SER, **change)))

    @pytest.mark.parametrize("item", [READING, LISTENING])
    @pytest.mark.parametrize("words", [3, 400])
    def test_a_passage_has_the_length_of_its_level(self, item, words):
        item = replace(item, passage="gato " * words)

        assert any(f"{words} words" in text for text in problems(item))

    def test_what_is_heard_is_never_longer_than_can_be_kept_in_mind(self):
        long = replace(READING, level="C1", slug="es-c1-reading-casa-01", passage="gato " * 180)
        heard = replace(long, skill="listening", slug="es-c1-listening-casa-01")

        assert not problems(long)
        assert any("180 words" in text for text in problems(heard))

    @pytest.mark.parametrize(
        ("item", "change", "problem"),
        [
            (BLANK, {"prompt": "Nosotros somos de Lima."}, "0 gaps"),
            (BLANK, {"prompt": "Nosotros ___ de ___."}, "2 gaps"),
            (BLANK, {"options": ["somos"]}, "a fill_blank has no options"),
            (BLANK, {"accepted": ["Somos."]}, "'Somos.' is there already"),
            (BLANK, {"accepted": [" ¡"]}, "accepted answer is empty"),
            (BLANK, {"diacritics": "loose"}, "neither strict nor lenient"),
            (BLANK, {"prompts": {"fr": "Nous"}}, "a fill_blank has no prompts"),
            (TRANSLATION, {"prompt": "We ___ tired."}, "has no gap"),
            (TRANSLATION, {"prompts": {"es": "Estamos cansados."}}, "cannot be put into es"),
            (TRANSLATION, {"prompts": {"fr": " "}}, "the prompt in fr is empty"),
            (TRANSLATION, {"accepted": ["Estamos  cansados"]}, "is there already"),
            (WRITING, {"words": [40]}, "fewest and the most"),
            (WRITING, {"words": [40, 30]}, "fewest and the most"),
            (WRITING, {"words": [40, 60]}, "model answer has 11 words"),
            (WRITING, {"aims": []}, "0 aims"),
            (WRITING, {"accepted": ["Es grande."]}, "a conversation has no accepted"),
            (WRITING, {"skill": "reading", "slug": "es-a1-reading-x"}, "cannot test reading"),
        ],
    )
    def test_names_what_is_wrong_with_each_type(self, item, change, problem):
        assert any(problem in text for text in problems(replace(item, **change)))

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({}, ""),
            ({"topic": "home"}, "no grammar point"),
            ({"topic": "subjunctive"}, "taught at B1, above the item"),
            ({"topic": "subjunctive", "level": "B2"}, ""),
            ({"skill": "vocabulary", "topic": "home"}, ""),
            ({"skill": "vocabulary"}, "not in topics.yaml"),
        ],
    )
    def test_topics_are_those_of_the_syllabus(self, change, problem):
        found = " ".join(topic_problems(replace(SER, **change), TOPICS))

        assert problem in found
        assert bool(problem) == bool(found)

    @pytest.mark.parametrize(
        ("option", "trivial"),
        [
            ("None of the above", True),
            ("Todas las anteriores", True),
            ("Toutes les réponses", True),
            ("Aucune des réponses", True),
            ("Keine der Antworten", True),
            ("Alle oben genannten", True),
            ("n/a", True),
            ("all of us", False),
            ("toutes les semaines", False),
            ("aucune idée", False),
            ("alle Kinder", False),
            ("keine Zeit", False),
        ],
    )
    def test_knows_options_that_distract_nobody(self, option, trivial):
        assert bool(TRIVIAL.match(option)) is trivial


class TestBanks:
    def test_finds_the_same_item_written_twice(self):
        twin = replace(SER, slug="es-a1-grammar-ser-02", prompt="¡Mi  Hermana ___ médica!")

        assert "says the same as" in next(iter(duplicates([SER, twin])))
        assert not list(duplicates([SER, replace(twin, prompt="Nosotros ___ de Perú.")]))

    def test_finds_a_passage_used_twice_for_one_question(self):
        twin = replace(READING, slug="es-a1-reading-casa-02")

        assert "asks the same as" in next(iter(duplicates([READING, twin])))

    def test_finds_a_slug_used_twice(self):
        other = replace(SER, prompt="Nosotros ___ de Perú.")

        assert list(duplicates([SER, other])) == ["es-a1-grammar-ser-01: the slug is used 2 times"]

    @pytest.mark.parametrize(("answer", "word"), [("esencialmente", "longest"), ("y", "shortest")])
    def test_finds_keys_that_stand_out_by_length(self, answer, word):
        told = replace(SER, options=[answer, "está", "hay", "tiene"], answer=answer)

        assert word in " ".join(giveaways([told] * 30))
        assert not list(giveaways([SER, told] * 5))

    def test_asks_for_enough_items_everywhere(self):
        found = list(gaps_in_coverage([SER]))

        assert "1 items instead of at least 120" in found
        assert "only 0 reading items at C1" in found
        assert "only 0 writing items at A1" in found

    def test_lists_words_nobody_uses_but_not_names(self):
        odd = replace(SER, prompt="Ayer Xiomara Quetzpalti ___ una zxqwerty.")

        assert list(unknown_words([odd], "es")) == [f"{SER.slug}: unknown words: zxqwerty"]

    def test_a_german_capital_is_a_noun_and_no_excuse(self):
        odd = replace(SER, prompt="Heute ___ ich den Zxqwertz.", answer="sehe")

        assert list(unknown_words([odd], "de")) == [f"{SER.slug}: unknown words: zxqwertz"]

    def test_a_sentence_to_translate_is_in_another_language(self):
        assert not list(unknown_words([replace(TRANSLATION, prompt="We zxqwert.")], "es"))


class TestFiles:
    def write(self, folder, text):
        path = folder / "a1-grammar.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("{a: [", "a1-grammar.yaml"),
            ("slug: one", "not a list"),
            ("- slug: one", "item 1"),
            ("- just words", "item 1"),
        ],
    )
    def test_says_which_file_cannot_be_read_and_where(self, tmp_path, text, complaint):
        with pytest.raises(BankUnreadableError, match=complaint):
            read_file(self.write(tmp_path, text))

    def test_refuses_a_field_it_does_not_know(self, tmp_path):
        text = (
            "- {slug: s, level: A1, skill: grammar, topic: t, type: multiple_choice, prompt: p,"
            " options: [a], answer: a, explanation: e, key: a}"
        )
        with pytest.raises(BankUnreadableError, match="unknown key"):
            read_file(self.write(tmp_path, text))


class TestParameters:
    def test_follow_the_level_and_stay_inside_its_band(self):
        for number, level in enumerate(LEVELS):
            for slug in ("one", "two", "three"):
                start = starting_parameters(slug=slug, level=level, skill="grammar", options=4)
                assert abs(start.difficulty - CENTRES[number]) < (CUTS[1] - CUTS[0]) / 2
                assert 1.2 <= start.discrimination <= 1.6
                assert start.guessing == 0.25

    def test_are_the_same_every_time_and_differ_between_items(self):
        def difficulty(slug):
            return starting_parameters(slug=slug, level="B1", skill="reading", options=4).difficulty

        assert difficulty("one") == difficulty("one") != difficulty("two")

    def test_what_is_typed_is_not_guessed(self):
        start = starting_parameters(slug="one", level="B1", skill="grammar", options=0)

        assert start.guessing == 0


@pytest.mark.django_db
class TestLoading:
    def test_stores_an_item_ready_to_be_asked(self):
        change = load_bank(language="es", items=[SER])

        item = Item.objects.get()
        assert change.created == 1
        assert (item.state, item.slug, item.level) == ("active", SER.slug, "A1")
        assert [option["id"] for option in item.options] == ["a", "b", "c", "d"]
        assert [row["text"] for row in item.options if row["id"] in item.key] == ["es"]

    def test_stores_what_each_type_has(self):
        load_bank(language="es", items=[BLANK, TRANSLATION, WRITING])

        blank, translation, writing = Item.objects.order_by("slug")
        assert (blank.key, blank.options, blank.guessing) == (["somos"], [], 0)
        assert (blank.explanation, blank.explanations["de"]) == (
            "“Nosotros” takes “somos”.",
            "So ist es.",
        )
        assert translation.key == [TRANSLATION.answer, *TRANSLATION.accepted]
        assert (translation.prompts, translation.diacritics) == (TRANSLATION.prompts, "lenient")
        assert (writing.key, writing.words) == ([WRITING.answer], [8, 30])
        assert writing.aims == WRITING.aims

    def test_keeps_answers_that_tutors_found_right(self):
        load_bank(language="es", items=[BLANK])
        response = make_answer(Item.objects.get(), "somos gente", correct=False)
        Dispute.objects.create(response=response, status="accepted", decided_at=timezone.now())
        Item.objects.update(key=["somos", "somos gente"])

        change = load_bank(language="es", items=[replace(BLANK, accepted=["somos todos"])])

        assert change.updated == 1
        assert Item.objects.get().key == ["somos", "somos todos", "somos gente"]

    def test_a_second_load_changes_nothing(self):
        items = [SER, READING, BLANK, TRANSLATION, WRITING]
        load_bank(language="es", items=items)
        before = list(Item.objects.values_list("pk", "options", "difficulty", "updated_at"))

        change = load_bank(language="es", items=items)

        assert (change.created, change.updated, change.unchanged) == (0, 0, 5)
        assert list(Item.objects.values_list("pk", "options", "difficulty", "updated_at")) == before

    def test_takes_over_what_the_author_changed(self):
        load_bank(language="es", items=[SER])
        change = load_bank(
            language="es", items=[replace(SER, prompt="Mi tía ___ médica.", topic="ser")]
        )

        assert change.updated == 1
        assert Item.objects.get().prompt == "Mi tía ___ médica."

    def test_never_overwrites_calibrated_parameters(self):
        load_bank(language="es", items=[SER])
        Item.objects.update(difficulty=-1.11, calibrated_at=timezone.now())

        load_bank(language="es", items=[replace(SER, topic="ser")])

        assert (Item.objects.get().difficulty, Item.objects.get().topic) == (-1.11, "ser")

    def test_brings_uncalibrated_parameters_in_line(self):
        load_bank(language="es", items=[SER])
        Item.objects.update(difficulty=-1.11)

        load_bank(language="es", items=[SER])

        assert Item.objects.get().difficulty < -2

    def test_retires_what_is_gone_and_leaves_other_items_alone(self):
        load_bank(language="es", items=[SER, READING])
        Item.objects.create(
            slug="own-1", language="es", level="A1", skill="grammar", key=["a"], state="active"
        )

        change = load_bank(language="es", items=[SER])

        assert change.retired == 1
        assert Item.objects.get(slug=READING.slug).state == "retired"
        assert Item.objects.get(slug="own-1").state == "active"

    def test_an_item_somebody_retired_stays_retired(self):
        load_bank(language="es", items=[SER])
        Item.objects.update(state="retired")

        load_bank(language="es", items=[replace(SER, topic="ser")])

        assert Item.objects.get().state == "retired"

    def test_an_option_keeps_its_id_when_another_is_rewritten(self):
        first = shuffled_options(SER, [])
        second = shuffled_options(replace(SER, options=["es", "está", "hay", "parece"]), first)

        ids = [{row["text"]: row["id"] for row in options} for options in (first, second)]
        assert all(ids[0][text] == ids[1][text] for text in ("es", "está", "hay"))
        assert ids[1]["parece"] == ids[0]["tiene"]

    def test_keys_fall_on_every_letter_about_equally(self):
        items = [replace(SER, slug=f"es-a1-grammar-ser-{number}") for number in range(400)]
        load_bank(language="es", items=items)

        counts = Counter(Item.objects.values_list("key__0", flat=True))
        assert all(70 <= counts[letter] <= 130 for letter in "abcd")


@pytest.mark.django_db
class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        (tmp_path / "es").mkdir()
        monkeypatch.setattr(files, "BANK", tmp_path)
        return tmp_path / "es"

    def test_loads_the_real_bank(self, capsys):
        call_command("load_items", "es")
        call_command("load_items", "es")

        out = capsys.readouterr().out.splitlines()
        assert "0 new, 0 changed" in out[1]
        items = read_bank("es")
        assert Item.objects.active("es").count() == len(items)
        lemmas = {item.lemma for item in items if item.lemma}
        assert Concept.objects.filter(kind="lemma", slug__in=lemmas).count() == len(lemmas)

    def test_refuses_an_unsound_bank_whole(self, folder):
        (folder / "a1-grammar.yaml").write_text(
            "- {slug: es-a1-grammar-1, level: A1, skill: grammar, topic: t, prompt: Yo ___ Ana.,"
            " type: multiple_choice, options: [soy, es, ser, soy], answer: soy, explanation: e}"
        )
        with pytest.raises(CommandError, match="not exactly one"):
            call_command("load_items", "es")

        assert not Item.objects.exists()


@pytest.mark.parametrize("language", languages())
class TestRealBank:
    def test_is_sound(self, language):
        verdict = validate_bank(read_bank(language), language=language)

        assert verdict.problems == []

    def test_keys_are_balanced_over_the_letters(self, language):
        items = [item for item in read_bank(language) if item.options]
        counts = Counter(
            next(row["id"] for row in shuffled_options(item, []) if row["text"] == item.answer)
            for item in items
        )

        assert all(0.17 <= counts[letter] / len(items) <= 0.33 for letter in "abcd")
