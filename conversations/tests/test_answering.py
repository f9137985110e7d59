"""An answer from passages: by a model with proofs, by quotes, by what the model knows, or none."""

import pytest

from config.ids import new_id
from conversations import answering
from conversations.retrieval.found import Found, Highlight, Retrieved
from conversations.routes import Want
from conversations.services import begin_turn
from conversations.streams.connections import in_thread
from conversations.turns import generate
from conversations.writing import TurnNotes

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Después de «es importante que» va el subjuntivo."
CITED = f'El subjuntivo va después. [1: "{TEXT}"]'
SESSIONS, KNOWLEDGE = Want("retrieval", "sessions"), Want("retrieval", "knowledge")


@pytest.fixture(autouse=True)
def passages(found, monkeypatch):
    """One passage that is worth reading, not enough to be quoted without a model."""
    passage = Found(
        kind="transcript",
        source_id=new_id(),
        passage_id=new_id(),
        title="Cocina",
        text=TEXT,
        locator={"start": 7.0},
        relevance=0.6,
        highlights=(Highlight(0, TEXT, 0.9),),
    )
    told = {"enough": False, "worth_reading": True}

    async def retrieve(*, question, **_others):
        return Retrieved(question, (passage,), 0.6, **told)

    monkeypatch.setattr(answering, "retrieve", retrieve)
    return told


@pytest.fixture
def notes():
    """Those of each answer."""
    return []


@pytest.fixture
def ask(found, ana, conversation, notes):
    async def answered(want):
        turn = await in_thread(
            begin_turn,
            learner=ana,
            text="¿Qué dijo del subjuntivo?",
            conversation_id=conversation.pk,
        )
        found.want = want
        notes.append(TurnNotes())
        return [event async for event in generate(turn, notes[-1])]

    return answered


async def test_a_model_answers_from_what_is_worth_reading(ask, script):
    script.say(CITED)
    events = await ask(SESSIONS)
    [shown] = [event for event in events if hasattr(event, "excerpt")]
    assert (shown.excerpt, shown.locator) == (TEXT, {"start": 7.0})
    assert shown.url.endswith("#t=7")
    assert events[-1].text.startswith("El subjuntivo va después.")
    assert events[-1].confidence == 0.6


async def test_a_made_up_proof_is_no_answer(ask, script):
    script.say('Lo dijo ayer. [1: "Nunca va el subjuntivo."]')
    events = await ask(SESSIONS)
    assert "ayer" not in events[-1].text
    assert (events[-1].sources, events[-1].suggest_tutor) == ([], True)


async def test_what_is_not_in_the_sessions_is_said_so(ask, script):
    script.say("NOT_IN_SOURCES")
    events = await ask(SESSIONS)
    assert "NOT_IN_SOURCES" not in events[-1].text
    assert events[-1].suggest_tutor
    assert len(script.requests) == 1


async def test_a_model_may_know_what_nobody_said_to_be_there(ask, script, notes):
    script.say("NOT_IN_SOURCES")
    script.say("Con «ojalá» también.")
    events = await ask(KNOWLEDGE)
    assert events[-1].text == "Con «ojalá» también."
    assert (events[-1].confidence, events[-1].suggest_tutor) == (None, False)
    # An empty answer out of the learner's material speaks for a human tutor; this is none.
    assert notes[-1].route == "talk"


async def test_what_is_not_worth_reading_is_not_read(ask, script, passages):
    passages["worth_reading"] = False
    script.say("Con «ojalá» también.")
    events = await ask(KNOWLEDGE)
    assert events[-1].text == "Con «ojalá» también."
    assert TEXT not in str(script.requests[0])


async def test_without_a_model_what_is_not_enough_is_not_quoted(ask, settings):
    settings.AI_CHAIN = ["builtin"]
    assert (await ask(SESSIONS))[-1].sources == []


async def test_without_a_model_what_is_enough_is_quoted(ask, settings, passages):
    settings.AI_CHAIN = ["builtin"]
    passages["enough"] = True
    answer = (await ask(SESSIONS))[-1]
    assert TEXT in answer.text
    assert len(answer.sources) == 1
