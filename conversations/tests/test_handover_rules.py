"""When a tutor should come: each rule, what it must not take for a sign, and their order."""

import pytest

from conversations.handover.phrases import said
from conversations.handover.rules import (
    FRUSTRATED,
    NOTHING_FOUND,
    SAME_ERROR,
    Judgement,
    SeenSlip,
    Signals,
    judge,
)
from conversations.models import RoutingDecision

Rule, Urgency = RoutingDecision.Rule, RoutingDecision.Urgency
SOY = SeenSlip("rule:es.estar_state", "Ser and estar", "soy", "estoy")


@pytest.mark.parametrize(
    "words",
    [
        "Can I talk to a human?",
        "I want to speak with my tutor, please.",
        "I need a real person.",
        "Could you put me in touch with a tutor?",
        "Quiero hablar con una persona real.",
        "¿Puedo hablar con mi tutora?",
        "Necesito un profesor de verdad",
        "Pásame con un humano, por favor",
        "Je voudrais parler à un vrai professeur.",
        "Est-ce que je peux parler avec mon tuteur ?",
        "J’ai besoin d’un tuteur",
        "Ich möchte mit einem echten Menschen sprechen.",
        "Kann ich bitte mit meiner Tutorin reden?",
        "Ich brauche einen Tutor.",
    ],
)
def test_asking_for_a_human(words):
    found = judge(Signals(said=words))
    assert (found.rule, found.urgency) == (Rule.ASKED, Urgency.MEDIUM)


@pytest.mark.parametrize(
    "words",
    [
        "I don't want to talk to a human.",
        "Yesterday I talked to my teacher about the exam.",
        "My tutor is very nice.",
        "I want to be a teacher.",
        "No quiero hablar con un tutor.",
        "Ayer hablé con mi profesora.",
        "Quiero ser profesor.",
        "Je ne veux pas parler à un humain.",
        "Je veux devenir professeur.",
        "Ich möchte nicht mit einem Menschen sprechen.",
        "Mein Lehrer spricht schnell.",
        "Ich habe mit meinem Lehrer gesprochen.",
        "I gave my sister a present.",
        "Dejo el libro aquí.",
    ],
)
def test_talking_of_people_asks_for_nobody(words):
    assert judge(Signals(said=words)).rule == Rule.NONE


@pytest.mark.parametrize(
    "words",
    [
        "I give up.",
        "This is so frustrating!",
        "I'll never understand the subjunctive",
        "Me rindo.",
        "¡No puedo más!",
        "Estoy harta de los verbos",
        "J’en ai marre",
        "Ça ne sert à rien",
        "Ich gebe auf",
        "Ich kann nicht mehr!",
        "Das bringt doch nichts",
    ],
)
def test_one_strong_phrase_is_frustration(words):
    assert judge(Signals(said=words)).rule == Rule.FRUSTRATION


@pytest.mark.parametrize(
    "words", ["I still don't get it", "No lo entiendo", "Je suis perdue", "Schon wieder falsch"]
)
def test_a_mild_phrase_needs_another_sign(words):
    assert said(words, "mild")
    alone = judge(Signals(said=words))
    assert (alone.rule, alone.undecided) == (Rule.NONE, True)
    assert judge(Signals(said=words, before=[words])).rule == Rule.FRUSTRATION
    assert judge(Signals(said=words, failed_practice=2)).rule == Rule.FRUSTRATION
    assert judge(Signals(said=words, slips=[SOY] * (SAME_ERROR - 1))).rule == Rule.FRUSTRATION


def test_much_frustration_is_urgent():
    words = ["I give up."] * FRUSTRATED
    assert judge(Signals(said=words[0], before=words)).urgency == Urgency.HIGH


def test_failing_alone_is_no_frustration():
    found = judge(Signals(said="Hola", failed_practice=2, thumbs_down=1))
    assert (found.rule, found.undecided) == (Rule.NONE, True)


def test_old_words_are_forgotten():
    before = ["I give up.", *["Bien."] * 4]
    assert judge(Signals(said="Bien.", before=before)).rule == Rule.NONE


def test_the_same_error_again_and_again():
    few = judge(Signals(said="Hola", slips=[SOY] * (SAME_ERROR - 1)))
    enough = judge(Signals(said="Hola", slips=[SOY] * SAME_ERROR))
    many = judge(Signals(said="Hola", slips=[SOY] * 2 * SAME_ERROR))
    assert (few.rule, few.undecided) == (Rule.NONE, True)
    assert (enough.rule, enough.urgency) == (Rule.REPEATED_ERROR, Urgency.MEDIUM)
    assert enough.topic == "Ser and estar"
    assert "“soy” for “estoy”, 3 times" in enough.reason
    assert many.urgency == Urgency.HIGH


def test_different_errors_are_not_the_same():
    others = [SeenSlip(str(number), "", "a", "b") for number in range(SAME_ERROR)]
    assert judge(Signals(said="Hola", slips=others)).rule == Rule.NONE


def test_nothing_found():
    assert judge(Signals(said="Hola", nothing_found=1)).undecided
    found = judge(Signals(said="Hola", nothing_found=NOTHING_FOUND))
    assert (found.rule, found.urgency) == (Rule.NOTHING_FOUND, Urgency.LOW)


def test_what_is_urgent_comes_first():
    everything = Signals(
        said="I give up. Can I talk to a human?", slips=[SOY] * 9, nothing_found=3, safety=True
    )
    assert judge(everything) == Judgement(
        Rule.SAFETY, Urgency.HIGH, judge(everything).reason, "Ser and estar"
    )


def test_plain_talk_is_decided():
    found = judge(Signals(said="Ayer fui al mercado.", before=["Hola."]))
    assert not found.should_route
    assert not found.undecided
