"""What a message says in so many words that it wants, in the four taught languages."""

import pytest

from conversations.routes.choose import LOOK_IN_SESSIONS, in_words
from conversations.routes.rules import (
    asks_what_they_did,
    names_a_lesson,
    names_tutor,
    questions,
    speaks_of_telling,
    without_names,
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Ayer fui al cine. ¿Y tú?", ["¿Y tú?"]),
        ("Qué dijo del arroz", ["Qué dijo del arroz"]),
        ("Que tengas un buen día.", []),
        ("When I was a child I lived in Lyon.", []),
        ("Pourquoi tu dis ça", ["Pourquoi tu dis ça"]),
        ("Welche Fehler waren das", ["Welche Fehler waren das"]),
        ("", []),
    ],
)
def test_what_asks(text, asked):
    assert questions(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "En mi sesión con Tessa, ¿qué dije de mi viaje a Galicia?",
        "In my lesson with Tessa, what did I say about Galicia?",
        "Dans mon cours avec Tessa, qu'est-ce que j'ai dit ?",
        "Was habe ich in meiner Stunde mit Tessa gesagt?",
        "In meiner letzten Deutschstunde, was war die Hausaufgabe?",
        "¿Qué palabra me enseñó en la clase del martes con mi tutora?",
        "Hola. ¿Qué vimos en mi última clase?",
    ],
)
def test_a_lesson_that_is_named_and_asked_about_is_looked_up(text):
    assert in_words(text) == LOOK_IN_SESSIONS


@pytest.mark.parametrize(
    "text",
    [
        "En mi clase con mis amigos, ¿qué hacéis?",
        "In my class there are thirty students. And in yours?",
        "What should I wear in my lesson with Tessa tomorrow?",
        "Fui a mi clase con Tessa y después a casa. ¿Y tú?",
        "In meiner Klasse sind zwanzig Kinder. Und bei dir?",
        "Dans mon cours de yoga, il y a dix personnes. Et toi ?",
        "I had fun in my lesson with Tessa.",
        "¿Te gusta mi clase de español?",
    ],
)
def test_talk_of_lessons_is_talk(text):
    assert not names_a_lesson(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("¿Qué me dijo Tessa del subjuntivo?", True),
        ("What did tessa demo explain about rice?", True),
        ("Qu'est-ce que Tessa m'a dit ?", True),
        ("Was hat Tessa mir empfohlen?", True),
        ("What homework did Tessa give me for tomorrow?", True),
        ("¿Qué dijo Ramón?", False),
        ("¿Conoces a Tessa?", False),
        ("Tessa me dijo que hablo bien.", False),
    ],
)
def test_a_tutor_is_known_by_name(text, named):
    assert names_tutor(text, {"Tessa Demo", "Jo"}) is named
    assert not named or speaks_of_telling(text)


@pytest.mark.parametrize(
    ("text", "languages", "theirs"),
    [
        ("¿Qué cociné para seis personas?", "es", True),
        ("What did I cook for six people?", "en", True),
        ("Qu'est-ce que j'ai cuisiné pour six personnes ?", "fr", True),
        ("Was habe ich für sechs Personen gekocht?", "de", True),
        ("¿Te gusta cocinar?", "es", False),
        ("¿Qué hiciste ayer?", "es", False),
        ("Quel est ton film préféré ?", "fr", False),
        ("Ayer cociné para seis personas.", "es", False),
        ("¿Quieres té o café aquí?", "es", False),
        # An ending of Spanish verbs, and of French nouns.
        ("Le thé préféré ?", "es", True),
        ("Le thé préféré ?", "fr", False),
    ],
)
def test_whose_past_is_asked_about(text, languages, theirs):
    assert asks_what_they_did(text, languages={languages}) is theirs


def test_a_question_of_nothing_but_a_name_is_left_as_it_is():
    assert without_names("¿Tessa?", {"Tessa Demo"}) == "¿Tessa?"
    assert without_names("Was sagt Tessa?", {"Tessa Demo"}) == "Was sagt ?"
