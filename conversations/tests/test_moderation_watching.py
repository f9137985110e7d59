"""A reply read sentence by sentence while it is written."""

import pytest

from ai.moderation import check
from conversations.moderation import watching
from conversations.moderation.watching import Unfit, Watch

THREAT = "Voy a poner una bomba en la universidad."


@pytest.fixture
def read(monkeypatch):
    """The stretches that were checked."""
    stretches = []

    def checked(text, *, language):
        stretches.append(text)
        return check(text, language=language)

    monkeypatch.setattr(watching, "check", checked)
    return stretches


def hear(*pieces):
    watch = Watch("es")
    for piece in pieces:
        watch.hear(piece)
    return watch


def test_a_piece_that_ends_nothing_is_not_read(read):
    hear("Hola", ", ", "Ana")
    assert read == []


def test_a_sentence_is_read_with_the_one_before_it(read):
    first, second, third = (f"Esta es la frase número {n} de este texto." for n in "123")
    hear(first[:9], first[9:], f" {second}", f" {third[:5]}", third[5:])
    assert read == [first, f"{first} {second}", f" {second} {third}"]


def test_short_sentences_are_read_together(read):
    hear("¡Sí! ", "No. ", "Ya.")
    assert read[-1] == "¡Sí! No. Ya."


def test_a_reply_that_was_read_in_one_is_not_read_again(read):
    text = "¡Qué bien! ¿Y tú?"
    assert hear("¡Qué bien! ", "¿Y tú?").verdict(text) == check(text, language="es")
    assert len(read) == 2


@pytest.mark.parametrize("rest", ["", " Y más", " Otra frase, que es bastante larga. Y una más."])
def test_what_has_no_end_is_read_with_the_whole(read, rest):
    text = f"Esta es una frase bastante larga, la primera. Eres un pedazo de mierda.{rest}"
    assert hear(*text.partition(". ")).verdict(text) == check(text, language="es")


@pytest.mark.parametrize("size", [1, 7, 400])
def test_what_is_not_fit_is_heard_at_the_end_of_its_sentence(size):
    text = f"Hola, Ana, qué alegría verte otra vez por aquí. {THREAT} Y nada más."
    watch, end = Watch("es"), text.index(THREAT) + len(THREAT)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    fit = (end - 1) // size
    for piece in pieces[:fit]:
        watch.hear(piece)
    with pytest.raises(Unfit):
        watch.hear(pieces[fit])
    assert watch.verdict(text[:end]).blocked
