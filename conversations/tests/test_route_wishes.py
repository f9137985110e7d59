"""Wishes known by their form, and how routing does on messages that it was not made with."""

from pathlib import Path

import pytest
import yaml

from conversations.handover.phrases import plain
from conversations.routes import classify
from conversations.routes.choose import Want, in_words
from conversations.routes.examples import TALK, examples, fingerprint, wants
from conversations.routes.features import spelling
from conversations.routes.fitting import fitted
from conversations.routes.naming import card_named, topic_words, word_named
from conversations.routes.patterns import sentences
from conversations.routes.wishes import wish_in_words
from conversations.tests.test_routes import placed

HERE = Path(__file__).parent


def written(name):
    return [
        (wants, text)
        for told in yaml.safe_load((HERE / name).read_text()).values()
        for wants, texts in told.items()
        for text in texts
    ]


UNSEEN = written("routes_unseen.yaml")
HELD_OUT = written("routes_held_out.yaml")


def routed(text):
    """As a message goes: what the gate holds back is talk."""
    opened = in_words(text) is not None or classify.may_want_more(text)
    return placed(text) if opened else TALK


def test_these_are_no_examples_either():
    known = {plain(example.text) for example in examples()}
    assert not {plain(text) for _, text in (*UNSEEN, *HELD_OUT)} & known
    assert len(UNSEEN) >= 160
    assert len(HELD_OUT) >= 500


@pytest.mark.parametrize(("messages", "most"), [(UNSEEN, 0.06), (HELD_OUT, 0.04)])
def test_talk_stays_talk(messages, most):
    talk = [text for wants, text in messages if wants == TALK]
    assert sum(routed(text) != TALK for text in talk) / len(talk) <= most


@pytest.mark.parametrize(("messages", "least"), [(UNSEEN, 0.85), (HELD_OUT, 0.9)])
def test_wishes_are_heard(messages, least):
    wishes = [(wants, routed(text)) for wants, text in messages if wants != TALK]
    heard = [
        wants == ("memory" if came in ("remember", "forget") else came) for wants, came in wishes
    ]
    assert sum(heard) / len(heard) >= least


def test_the_weights_are_fitted_to_the_examples_as_they_stand():
    """Else: `manage.py fit_routes`."""
    assert classify.weights().of == fingerprint()


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
        ("q significa aunque", "look_up"),
        ("que significa «terco»", "look_up"),
        ("guardame la palabra «terco»", "add_card"),
        ("Merk dir bitte, dass ich nachts arbeite.", "remember"),
        ("Borra todo lo que dije.", "forget"),
        ("Recuerda que el tren sale a las seis.", ""),
        ("I remember that I was small.", ""),
        ("Was heißt das eigentlich für die Zukunft der Städte?", ""),
        ("Tengo un examen mañana.", ""),
        ("What should I say to her?", ""),
    ],
)
def test_a_wish_is_known_by_its_form(text, wish):
    assert wish_in_words(text) == wish


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("new card: la cuchara", "la cuchara"),
        ("añade desayunar a mi mazo porfa", "desayunar"),
        ("une fiche pour râler stp", "râler"),
        ("nimm frühstücken in meinen Stapel auf", "frühstücken"),
        ("pon esa palabra en mis tarjetas", ""),
    ],
)
def test_the_word_for_a_card_is_found_without_marks(text, word):
    assert card_named(text) == word


def test_what_a_wish_is_about_are_its_other_words():
    assert topic_words("explicame el subjuntivo porfa") == ["subjuntivo"]
    assert topic_words("Give me some exercises, please") == []


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


def test_a_pattern_makes_its_sentences_evenly():
    slots = {"what": "tea|two cups of {}coffee"}
    assert set(sentences("{I|we} {|really }like {what|milk}", slots, most=99)) == {
        f"{who} {how}like {what}"
        for who in ("I", "we")
        for how in ("", "really ")
        for what in ("tea", "two cups of coffee", "milk")
    }
    some = list(sentences("{a|b|c|d} {1|2|3|4} {x|y|z}", {}, most=12))
    assert len(set(some)) == 12
    assert {one[0] for one in some} == set("abcd")
    with pytest.raises(ValueError, match="not closed"):
        list(sentences("{a|b", {}, most=1))


def test_small_weights_are_fitted_and_hold_what_they_were_shown():
    known = examples()[::40]
    weights = fitted(spelling([one.text for one in known]), known)
    names = [wants()[at] for at in (spelling([one.text for one in known]) @ weights).argmax(axis=1)]
    right = [name == one.wants for name, one in zip(names, known, strict=True)]
    assert sum(right) / len(right) > 0.95


def test_without_an_encoder_spelling_decides(monkeypatch):
    class Degraded:
        degraded = True

    monkeypatch.setattr(classify, "_embedder", Degraded)
    assert classify.meant("Give me some exercises on the past tense, please.") == "practise"
    assert classify.meant("My grandmother taught me to knit.") == TALK
