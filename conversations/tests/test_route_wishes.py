"""Wishes known by their form, and how routing does on messages that it was not made with."""

from pathlib import Path

import pytest
import yaml

from conversations.routes import classify
from conversations.routes.choose import Want, in_words
from conversations.routes.examples import TALK, examples
from conversations.routes.wishes import wish_in_words, word_named
from conversations.tests.test_routes import placed

HERE = Path(__file__).parent
UNSEEN = [
    (wants, text)
    for told in yaml.safe_load((HERE / "routes_unseen.yaml").read_text()).values()
    for wants, texts in told.items()
    for text in texts
]


def routed(text):
    """As a message goes: what the gate holds back is talk."""
    opened = in_words(text) is not None or classify.may_want_more(text)
    return placed(text) if opened else TALK


def test_these_are_no_examples_either():
    assert not {text for _, text in UNSEEN} & {text for _, text in examples()}
    assert len(UNSEEN) >= 160


def test_talk_stays_talk():
    talk = [text for wants, text in UNSEEN if wants == TALK]
    assert sum(routed(text) != TALK for text in talk) / len(talk) <= 0.06


def test_wishes_are_heard():
    wishes = [(wants, routed(text)) for wants, text in UNSEEN if wants != TALK]
    heard = [
        wants == ("memory" if came in ("remember", "forget") else came) for wants, came in wishes
    ]
    assert sum(heard) / len(heard) >= 0.85


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Please remember that I don\u2019t eat meat.", "remember"),
        ("No olvides que soy celíaca.", "remember"),
        ("Olvida lo que te conté.", "forget"),
        ("Delete what you know about me.", "forget"),
        ("Quiero «paraguas» en una tarjeta.", "add_card"),
        ("Mach aus „Brücke“ eine Lernkarte.", "add_card"),
        ("What does kilo mean?", "look_up"),
        ("¿Cómo se dice perro en inglés?", "look_up"),
        ("Que veut dire « têtu » ?", "look_up"),
        ("Was heißt Brücke?", "look_up"),
        ("Give me a quiz", "assess"),
        ("Hazme un examen corto", "assess"),
        ("Ab jetzt will ich zehn Minuten am Tag lernen.", "set_goal"),
        ("What should I do next?", "next_step"),
        ("qu'est-ce que je dois faire maintenant ?", "next_step"),
        ("Recuerda que el tren sale a las seis.", ""),
        ("I remember that I was small.", ""),
        ("Was heißt das eigentlich für die Zukunft der Städte?", ""),
        ("Tengo un examen mañana.", ""),
        ("What should I say to her?", ""),
    ],
)
def test_a_wish_is_known_by_its_form(text, wish):
    assert wish_in_words(text) == wish


def test_orders_to_remember_are_told_apart():
    assert in_words("Remember that I live in Leeds.") == Want("memory", "remember")
    assert in_words("Forget what I told you.") == Want("memory", "forget")
    assert in_words("Give me a quiz") == Want("action", "assess")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("What does kilo mean?", "kilo"),
        ("¿Qué significa la palabra madrugar?", "madrugar"),
        ("Comment dit-on parapluie en anglais ?", "parapluie"),
        ("Wie sagt man Hund auf Spanisch?", "Hund"),
        ("¿Qué significa eso para ti?", ""),
    ],
)
def test_the_word_asked_about_is_found_without_marks(text, word):
    assert word_named(text) == word


@pytest.mark.parametrize(
    "text",
    [
        "What advice did my tutor give me about phone calls?",
        "¿Qué consejo me dio mi tutora?",
        "Quel conseil ma tutrice m'a donné ?",
        "Wann habe ich mit der Tutorin über Urlaub gesprochen?",
    ],
)
def test_what_the_tutor_did_is_looked_for_in_sessions(text):
    assert in_words(text) == Want("retrieval", "sessions")
