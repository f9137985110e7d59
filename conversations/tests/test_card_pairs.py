"""A word with its meaning, read out of what a learner writes."""

import pytest

from conversations.acting import says
from conversations.routes.choose import MAKE_CARD, in_words
from conversations.routes.pairs import meaning_given, ordered_pair, word_asked


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Añade paraguas = umbrella", ("paraguas", "umbrella")),
        ("Añade paraguas = umbrella a mis tarjetas", ("paraguas", "umbrella")),
        ("¿Puedes añadir paraguas = umbrella, por favor?", ("paraguas", "umbrella")),
        ("Please add the word umbrella → paraguas.", ("umbrella", "paraguas")),
        ('Add "look forward to = esperar" to my cards', ("look forward to", "esperar")),
        ("Add “paraguas”, which means umbrella.", ("paraguas", "umbrella")),
        ("Haz una tarjeta: echar de menos = to miss", ("echar de menos", "to miss")),
        ("Ajoute le mot « parapluie » = umbrella à mes cartes", ("parapluie", "umbrella")),
        ("Füge Regenschirm = umbrella zu meinen Karten hinzu", ("Regenschirm", "umbrella")),
        ("Mach eine Karte: „Regenschirm“ (umbrella)", ("Regenschirm", "umbrella")),
        ("Añade «paraguas» a mis tarjetas", None),
        ("paraguas = umbrella", None),
        ("Añade 2 = 3", None),
        ("Pon una mesa para dos", None),
        ("Añade " + "a" * 90 + " = b", None),
    ],
)
def test_an_order_with_both_sides(text, pair):
    assert ordered_pair(text) == pair


def test_such_an_order_needs_no_likeness_to_examples():
    assert in_words("Añade paraguas = umbrella") == MAKE_CARD
    assert in_words("Añade «paraguas» a mis tarjetas") == MAKE_CARD
    assert ordered_pair("Añade «paraguas» a mis tarjetas") is None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("umbrella", ("umbrella", False)),
        ("an umbrella", ("an umbrella", False)),
        ("paraguas = umbrella", ("umbrella", True)),
        ("«Paraguas» = umbrella.", ("umbrella", True)),
        ("= umbrella", ("umbrella", True)),
        ("it means umbrella", ("umbrella", True)),
        ("paraguas: umbrella", ("umbrella", True)),
        ("ventana = window", ("", False)),
        ("paraguas", ("", False)),
        ("No sé", ("", False)),
        ("Danke", ("", False)),
        ("What?", ("", False)),
        ("Add «ventana»", ("", False)),
        ("It keeps the rain off", ("", False)),
    ],
)
def test_an_answer_to_what_it_means(text, meaning):
    assert meaning_given(text, word="paraguas") == meaning


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_the_question_is_known_again(language):
    assert word_asked(says(language, "meaning_missing", title="echar de menos")) == "echar de menos"
    assert word_asked(says(language, "add_card", title="a", meaning="b")) == ""
