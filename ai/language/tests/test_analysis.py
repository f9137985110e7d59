from pathlib import Path

import pytest

from ai.language import TAUGHT
from ai.language.analysis import MOST_SLIPS, check, correct
from ai.providers.builtin.phrases import phrases
from ai.scenarios import load_all

TEXTS = Path(__file__).parent
MOST_FALSE_ALARMS = 0.01
FEWEST_PUT_RIGHT = {"es": 0.85, "fr": 0.75, "de": 0.85, "en": 0.9}


def native(language: str) -> str:
    return "en" if language != "en" else "es"


def slips(text: str, language: str, level: str = "C1"):
    return check(text, language=language, native_language=native(language), level=level)


def correct_sentences(language: str) -> list[str]:
    """Learner-like sentences, and everything that the built-in tutor says."""
    lines = (TEXTS / "correct" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    for scenario in load_all(language):
        lines += [*scenario.lines(), *(step.model for step in scenario.steps)]
    own = phrases(language)
    lines += [line for said in own.said.values() for line in said if "{" not in line]
    lines += [
        text for free in own.free.values() for step in free for text in (step.ask, step.model)
    ]
    return lines


@pytest.mark.parametrize("language", TAUGHT)
def test_false_alarms_are_rare(language):
    sentences = correct_sentences(language)
    alarms = [(line, slip) for line in sentences for slip in slips(line, language)]
    print(f"{language}: {len(alarms)} false alarms in {len(sentences)} sentences")
    assert len(sentences) >= 150
    assert len(alarms) <= MOST_FALSE_ALARMS * len(sentences), alarms


@pytest.mark.parametrize("language", TAUGHT)
def test_common_slips_are_put_right(language):
    lines = (TEXTS / "slips" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" => ") for line in lines]
    right = [
        wrong for wrong, wanted in pairs if wanted in correct(wrong, slips(wrong, language, "B1"))
    ]
    print(f"{language}: {len(right)} of {len(pairs)} put right")
    assert len(right) >= FEWEST_PUT_RIGHT[language] * len(pairs)


@pytest.mark.parametrize("language", TAUGHT)
def test_offsets_are_code_points_and_nothing_overlaps(language):
    lines = (TEXTS / "slips" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    text = "🙂 " + " ".join(line.split(" => ")[0] for line in lines[:8])
    found = slips(text, language)
    assert found
    for slip in found:
        assert text[slip.start : slip.end] == slip.original
        assert slip.corrected not in ("", slip.original)
        assert 0 < len(slip.reason) <= 280
        assert len(slip.rule) <= 80
    ends = [slip.end for slip in found]
    assert all(end <= slip.start for end, slip in zip(ends, found[1:], strict=False))
    assert len(found) <= MOST_SLIPS


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "123 456", "???", "a" * 5000])
def test_odd_texts_have_no_slips(text):
    assert slips(text, "es") == []


def test_another_language_has_no_slips():
    assert slips("I would like to go to the beach with my friends", "es") == []


def test_reasons_are_in_the_learners_language():
    found = check("Je ai vingt ans.", language="fr", native_language="de", level="A1")
    assert "Vokal" in found[0].reason


def test_register_is_not_for_beginners():
    text = "Je mange pas de viande."
    assert check(text, language="fr", native_language="en", level="A1") == []
    assert [slip.kind for slip in slips(text, "fr", "B1")] == ["register"]


def test_a_long_text_is_capped():
    assert len(slips("Voy a el parque. " * 30, "es")) == MOST_SLIPS


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("Quiero dos kilos. Tambien busco pan.", "Quiero dos kilos. También busco pan."),
        ("Despues vamos a casa.", "Después vamos a casa."),
        ("Martin y Sara vienen.", "Martin y Sara vienen."),
    ],
)
def test_a_frequent_word_misses_its_accent_at_the_head_of_a_sentence_too(text, corrected):
    assert correct(text, slips(text, "es")) == corrected
