from collections import Counter
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from assessments.bank import files
from assessments.bank.files import BankItem, BankUnreadableError, languages, read_bank, read_file
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
from assessments.models import Item
from assessments.services import load_bank
from assessments.services.bank import shuffled_options

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


def problems(item):
    return list(item_problems(item, "es"))


class TestItems:
    @pytest.mark.parametrize("item", [SER, READING], ids=["grammar", "reading"])
    def test_a_good_item_has_no_problem(self, item):
        assert problems(item) == []

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"level": "C2"}, "level 'C2'"),
            ({"skill": "listening"}, "skill 'listening'"),
            ({"type": "fill_blank"}, "type"),
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
            ({"passage": "Un texto."}, "only reading items"),
            ({"prompt": "x" * 1001}, "longer than 1000"),
            (
                {"options": ["médica", "es", "hay", "está"], "answer": "médica"},
                "key stands in the prompt",
            ),
        ],
    )
    def test_names_what_is_wrong(self, change, problem):
        assert any(problem in text for text in problems(replace(SER, **change)))

    @pytest.mark.parametrize("words", [3, 400])
    def test_a_passage_has_the_length_of_its_level(self, words):
        item = replace(READING, passage="gato " * words)

        assert any(f"{words} words" in text for text in problems(item))


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

    def test_lists_words_nobody_uses_but_not_names(self):
        odd = replace(SER, prompt="Ayer Xiomara Quetzpalti ___ una zxqwerty.")

        assert list(unknown_words([odd], "es")) == [f"{SER.slug}: unknown words: zxqwerty"]


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


@pytest.mark.django_db
class TestLoading:
    def test_stores_an_item_ready_to_be_asked(self):
        change = load_bank(language="es", items=[SER])

        item = Item.objects.get()
        assert change.created == 1
        assert (item.state, item.slug, item.level) == ("active", SER.slug, "A1")
        assert [option["id"] for option in item.options] == ["a", "b", "c", "d"]
        assert [row["text"] for row in item.options if row["id"] in item.key] == ["es"]

    def test_a_second_load_changes_nothing(self):
        load_bank(language="es", items=[SER, READING])
        before = list(Item.objects.values_list("pk", "options", "difficulty", "updated_at"))

        change = load_bank(language="es", items=[SER, READING])

        assert (change.created, change.updated, change.unchanged) == (0, 0, 2)
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
        assert Item.objects.active("es").count() == len(read_bank("es"))

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
        items = read_bank(language)
        counts = Counter(
            next(row["id"] for row in shuffled_options(item, []) if row["text"] == item.answer)
            for item in items
        )

        assert all(0.17 <= counts[letter] / len(items) <= 0.33 for letter in "abcd")
