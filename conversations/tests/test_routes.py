"""Where messages go, measured on labelled ones that the router was not made of."""

from pathlib import Path

import pytest
import yaml

from ai.language import TAUGHT
from conversations.handover.phrases import plain
from conversations.routes import choose, classify
from conversations.routes.choose import PLAIN, Want, in_words, wanted
from conversations.routes.examples import TALK, examples
from learning.concepts.files import read_grammar

LABELLED = [
    (wants, text)
    for wants, texts in yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text()).items()
    for text in texts
]


def placed(text):
    """Where a message goes: by what it says in so many words, else by its nearness."""
    told = in_words(text)
    return (told.what or told.route) if told else classify.meant(text)


def test_the_labelled_messages_are_no_examples():
    known = {plain(example.text) for example in examples()}
    assert not {plain(text) for _, text in LABELLED} & known


def test_messages_are_placed_by_meaning():
    right = [placed(text) == wants for wants, text in LABELLED]
    assert sum(right) / len(right) >= 0.9


def test_plain_talk_is_hardly_ever_taken_for_more():
    talk = [text for wants, text in LABELLED if wants == TALK]
    assert sum(placed(text) != TALK for text in talk) / len(talk) <= 0.03


def test_what_is_wanted_is_hardly_ever_missed():
    wishes = [(wants, text) for wants, text in LABELLED if wants != TALK]
    assert sum(placed(text) == wants for wants, text in wishes) / len(wishes) >= 0.9


def test_sentences_out_of_the_course_are_plain_talk():
    """Whatever a learner may have read and says, the tutor goes on talking."""
    points = [point for language in TAUGHT for point in read_grammar(language)]
    said = [point.examples[0]["text"] for point in points[::3]]
    elsewhere = [text for text in said if placed(text) != TALK]
    assert len(said) > 50
    assert len(elsewhere) / len(said) <= 0.04


def test_the_gate_lets_wishes_through_and_keeps_most_talk_back():
    wishes = [
        in_words(text) is not None or classify.may_want_more(text)
        for wants, text in LABELLED
        if wants != TALK
    ]
    talk = [classify.may_want_more(text) for wants, text in LABELLED if wants == TALK]
    assert sum(wishes) / len(wishes) >= 0.95
    assert sum(talk) / len(talk) <= 0.5


async def test_plain_talk_asks_no_other_process(monkeypatch):
    monkeypatch.setattr("conversations.routes.choose.POOL", None)
    assert await wanted("Me llamo Ana y vivo en Sevilla.") == PLAIN


async def test_what_is_often_said_is_asked_once(monkeypatch):
    monkeypatch.setattr(choose, "_known", {})
    asked = []

    async def run(_function, text, **_options):
        asked.append(text)
        return "memory"

    monkeypatch.setattr(choose.POOL, "run", run)
    long = "¿Qué recuerdas de mí? " * 4
    for text in ("¿Qué recuerdas de mí?", long) * 2:
        assert await wanted(text) == Want("memory")
    assert asked == ["¿Qué recuerdas de mí?", long, long]


async def test_a_silent_language_process_means_plain_talk(monkeypatch):
    monkeypatch.setattr(choose, "_known", {})
    monkeypatch.setattr("conversations.routes.choose.SECONDS", 0.0001)
    assert await wanted("¿Qué recuerdas de mí?") == PLAIN


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("¿Qué recuerdas de mí?", Want("memory")),
        ("What did we talk about in my last tutoring session?", Want("retrieval", "sessions")),
        ("Wann benutzt man den Dativ und wann den Akkusativ?", Want("retrieval", "knowledge")),
        ("Je veux m'entraîner sur mes erreurs.", Want("action", "practise")),
    ],
)
async def test_a_wish_becomes_a_route(monkeypatch, text, want):
    async def here(function, text, **_options):
        return function(text)

    monkeypatch.setattr("conversations.routes.choose.POOL.run", here)
    assert await wanted(text) == want
