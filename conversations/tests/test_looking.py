"""Questions taken for talk, which the learner's own sessions may answer all the same."""

import pytest
from django.db import DatabaseError

from accounts.models import User
from config.ids import new_id
from conversations import answering, looking
from conversations.models import TutoringSession
from conversations.retrieval.found import ALL_KINDS, THEIR_OWN, Found, Highlight, Retrieved
from conversations.routes import Want
from conversations.services import begin_turn
from conversations.streams.connections import in_thread
from conversations.turns import generate

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Ayer cociné para seis personas."
ASKED = "¿Qué cociné ayer?"


@pytest.fixture(autouse=True)
def search(found, monkeypatch):
    """What a search finds, and what it was asked to look in."""
    passage = Found(
        kind="transcript",
        source_id=new_id(),
        passage_id=new_id(),
        title="Cocina",
        text=TEXT,
        locator={"start": 7.0},
        relevance=0.9,
        highlights=(Highlight(0, TEXT, 0.9),),
    )
    told = {"enough": True, "kinds": [], "questions": []}

    async def retrieve(*, question, kinds, **_others):
        told["kinds"].append(tuple(kinds))
        told["questions"].append(question)
        return Retrieved(question, (passage,), 0.9, enough=told["enough"])

    monkeypatch.setattr(answering, "retrieve", retrieve)
    return told


@pytest.fixture
def ask(ana, conversation, settings):
    settings.AI_CHAIN = ["builtin"]

    async def answered(text):
        turn = await in_thread(begin_turn, learner=ana, text=text, conversation_id=conversation.pk)
        events = [event async for event in generate(turn)]
        [route] = [event.route for event in events if hasattr(event, "route")]
        return route, events[-1]

    return answered


async def test_what_their_sessions_answer_is_quoted(ask, search):
    route, end = await ask(ASKED)
    assert (route, len(end.sources)) == ("retrieval", 1)
    assert TEXT in end.text
    assert search["kinds"] == [looking.SESSIONS]


async def test_what_they_do_not_answer_is_talked_about(ask, search):
    search["enough"] = False
    route, end = await ask(ASKED)
    assert (route, end.sources, end.suggest_tutor) == ("talk", [], False)


@pytest.mark.parametrize("enough", [True, False])
async def test_what_they_ask_in_their_own_language_is_never_talked_away(ask, search, enough):
    search["enough"] = enough
    route, end = await ask("What did I cook for six people?")
    assert (route, len(end.sources), end.suggest_tutor) == ("retrieval", int(enough), not enough)


@pytest.mark.parametrize("text", ["Ayer cociné.", "¿Te gusta cocinar?", "¿Y tú?"])
async def test_other_talk_is_not_looked_up(ask, search, text):
    route, _ = await ask(text)
    assert (route, search["kinds"]) == ("talk", [])


async def test_a_model_is_left_to_answer(ask, search, script, settings):
    settings.AI_CHAIN = ["scripted"]
    route, _ = await ask(ASKED)
    assert (route, search["kinds"]) == ("talk", [])


async def test_a_scene_asks_its_own_questions(ask, search, conversation):
    conversation.scenario = "market"
    await conversation.asave()
    route, _ = await ask(ASKED)
    assert (route, search["kinds"]) == ("talk", [])


async def test_what_cannot_be_looked_up_is_talked_about(ask, monkeypatch):
    async def down(*_args, **_options):
        raise DatabaseError

    monkeypatch.setattr(looking, "search", down)
    route, _ = await ask(ASKED)
    assert route == "talk"


@pytest.mark.parametrize(
    ("what", "enough", "kinds"),
    [
        ("sessions", True, [looking.SESSIONS]),
        ("sessions", False, [looking.SESSIONS, THEIR_OWN]),
        ("knowledge", False, [ALL_KINDS]),
    ],
)
async def test_sessions_first_and_lessons_never_for_what_was_said(
    ask, search, found, what, enough, kinds
):
    found.want = Want("retrieval", what)
    search["enough"] = enough
    await ask("¿Qué es el subjuntivo?")
    assert search["kinds"] == kinds


async def test_a_lesson_that_is_named_is_looked_up_in_sessions_alone(ask, search, found):
    found.want = Want("retrieval", "sessions")
    search["enough"] = False
    await ask("¿Qué dije en mi clase con Tessa?")
    assert search["kinds"] == [looking.SESSIONS]


async def test_the_tutor_by_name_is_looked_up_without_the_name(ask, search, tessa):
    tessa.name = "Tessa Moreno"
    await tessa.asave()
    route, _ = await ask("¿Qué dijo Tessa del arroz moreno?")
    assert (route, search["kinds"]) == ("retrieval", [looking.SESSIONS])
    assert search["questions"] == ["¿Qué dijo  del arroz moreno?"]


@pytest.mark.parametrize(
    ("whose", "route"), [("ana@example.org", "retrieval"), ("ben@example.org", "talk")]
)
async def test_who_spoke_in_a_session_of_theirs_is_known_by_name(ask, ana, ben, whose, route):
    def meet():
        TutoringSession.objects.create(
            student=User.objects.get(email=whose),
            language="es",
            held_at="2026-01-05T10:00Z",
            size=1,
            speakers=["Ana", "Ramón Gil"],
            student_speaker="Ana",
        )

    await in_thread(meet)
    assert (await ask("¿Qué explicó Ramón?"))[0] == route
