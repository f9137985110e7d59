import pytest

from ai.redaction import Veil, redact


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Escríbeme a ana.torres+es@correo.example.org.", "Escríbeme a [EMAIL_1]."),
        ("Llama al 612 345 678 o al +34 612 34 56 78", "Llama al [PHONE_1] o al [PHONE_2]"),
        ("Me llamo ana torres", "Me llamo [NAME_1]"),
        ("ANA y Ana", "[NAME_1] y [NAME_2]"),
        ("me llamo ana", "me llamo [NAME_1]"),
    ],
)
def test_what_is_private_is_hidden(text, hidden):
    assert redact(text, names=["Ana Torres"]) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "Nací en 1990 y tengo 35 años.",
        "La banana está en la ventana.",
        "Son las 12:30 del 21/11/2026.",
        "Cuesta 1.234,50 euros.",
    ],
)
def test_what_is_not_private_stays(text):
    assert redact(text, names=["Ana Torres"]) == text


def test_a_name_that_is_a_word_stays_a_word():
    assert redact("I will see Will.", names=["Will Sol"]) == "I will see [NAME_1]."


def test_the_same_value_has_the_same_tag():
    veil = Veil()
    assert veil.hide("a@b.example") == veil.hide("a@b.example") == "[EMAIL_1]"


def test_restoring_gives_the_text_back_exactly():
    veil = Veil(["Ana Torres"])
    text = "Soy Ana, ana@correo.example, +34 612 34 56 78, ANA"
    assert veil.restore(veil.hide(text)) == text


def test_what_lies_between_tags_is_literally_the_learners():
    veil = Veil(["Ana"])
    hidden = veil.hide("Hola, Ana, yo fue al mercado")
    assert "yo fue al mercado" in hidden


def test_a_stream_is_restored_across_its_pieces():
    veil = Veil(["Ana"])
    veil.hide("Soy Ana")
    pieces = ["Hola, [", "NAME", "_1", "] [x] [NAME_9] ["]
    assert "".join(map(veil.feed, pieces)) + veil.rest() == "Hola, Ana [x] [NAME_9] ["


def test_in_json_a_value_is_escaped():
    veil = Veil(['O"Neil'])
    veil.hide('Soy O"Neil')
    assert veil.restore('{"n": "[NAME_1]"}', in_json=True) == '{"n": "O\\"Neil"}'


def test_a_long_text_without_an_address_is_looked_through_once():
    assert redact("a" * 200_000) == "a" * 200_000
    assert redact("a" * 200_000 + "@b.example").endswith("[EMAIL_1]")
