"""What the tutor does when asked: with a model that uses tools, and without one."""

import json
from datetime import UTC, datetime

import pytest

from accounts.models import LearnerProfile
from ai.types import ToolCall
from conversations.acting import QUOTED, quoted
from conversations.models import CorrectionContract, Message, TutoringSession, TutorRequest
from conversations.routes import Want
from conversations.services import TurnResult, begin_turn, finish_turn
from conversations.turns import generate
from conversations.writing import TurnNotes
from learning.content.texts import search_vector
from learning.models import Concept, ContentItem, ExerciseAnswer
from practice.models import Note, PracticeSet, VocabularyItem, VocabularyList

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tools_find_nothing(found):
    """No slips and no routes but those a test names."""


@pytest.fixture
def builtin(settings):
    settings.AI_CHAIN = ["builtin"]


@pytest.fixture
def words():
    starter = VocabularyList.objects.create(name="Starter", language="es", level="A1")
    return VocabularyItem.objects.create(
        vocabulary_list=starter,
        language="es",
        level="A1",
        text="ventana",
        translations={"en": "window"},
        example="Abre la ventana.",
    )


@pytest.fixture
def exercise():
    tasks = [
        {"id": "t1", "type": "gap", "prompt": "Yo ___ cansado.", "answers": ["estoy"]},
        {"id": "t2", "type": "gap", "prompt": "Él ___ médico.", "answers": ["es"]},
    ]
    return ContentItem.objects.create(
        content_type="exercise",
        language="es",
        level="B1",
        title="Ser y estar",
        content={"tasks": tasks},
    )


async def written(turn, notes=None):
    return [event async for event in generate(turn, notes or TurnNotes())]


@pytest.fixture
def ask(ana, conversation, found):
    """What becomes of a message that wants something: its events, and the turn as stored."""

    async def asked(text, want, *, learner=ana):
        from conversations.streams.connections import in_thread

        found.want = want
        turn = await in_thread(
            begin_turn, learner=learner, text=text, conversation_id=conversation.pk
        )
        notes = TurnNotes()
        events = await written(turn, notes)
        result = TurnResult(
            "complete", events[-1].text, route=notes.route, tools=notes.tools, sources=notes.sources
        )
        await in_thread(finish_turn, turn_id=turn.turn_id, result=result, context=turn)
        return events, await in_thread(Message.objects.get, pk=turn.turn_id)

    return asked


def kinds(events):
    return [type(event).__name__ for event in events]


async def test_a_card_is_made(ask, builtin, words, ana):
    events, reply = await ask('Add "ventana" to my cards', Want("action", "add_card"))
    assert kinds(events) == ["MessageStart", "Route", "Tool", "DeltaEvent", "MessageEnd"]
    assert events[-1].text == "I made a card of “ventana”: window."
    note = await Note.objects.aget()
    assert (note.front, note.back, reply.route) == ("ventana", "window", "action")
    assert reply.tools[0]["result"]["url"].endswith(str(note.pk))


async def test_a_word_without_quotation_marks_is_asked_for(ask, builtin):
    events, reply = await ask("Make a card of that", Want("action", "add_card"))
    assert "quotation marks" in events[-1].text
    assert reply.tools == []


async def test_the_meaning_of_an_unknown_word_is_asked_for(ask, builtin, async_client, ana):
    events, reply = await ask('Add "zzzz" to my cards', Want("action", "add_card"))
    assert "What does it mean? Write “zzzz = …”" in events[-1].text
    assert reply.tools[0]["status"] == "failed"
    assert not await Note.objects.aexists()
    [step] = [event for event in events if type(event).__name__ == "Tool"]
    assert (step.status, step.title) == ("failed", "zzzz")
    await async_client.aforce_login(ana)
    page = (await async_client.get(step.url)).content.decode()
    assert "zzzz</textarea>" in page


@pytest.mark.parametrize(
    "answer", ["zzzz = umbrella", "umbrella", "An umbrella.", "it means umbrella"]
)
async def test_the_next_message_may_say_the_meaning(ask, builtin, answer):
    await ask('Add "zzzz" to my cards', Want("action", "add_card"))
    events, reply = await ask(answer, Want("talk"))
    note = await Note.objects.aget()
    assert (note.front, note.back.lower().removeprefix("an ")) == ("zzzz", "umbrella")
    assert events[-1].text.startswith("I made a card of “zzzz”:")
    assert reply.route == "action"


@pytest.mark.parametrize(
    "said", ["No sé.", "never mind", "¿Por qué?", "estoy cansado", "Ayer fui al cine con Luisa."]
)
async def test_what_is_no_meaning_is_talk(ask, builtin, said):
    for slug in ("estar", "cansar"):
        forms = [slug, "estoy", "cansado"]
        await Concept.objects.acreate(language="es", kind="lemma", slug=slug, forms=forms)
    await ask('Add "zzzz" to my cards', Want("action", "add_card"))
    _, reply = await ask(said, Want("talk"))
    assert reply.route == "talk"
    assert not await Note.objects.aexists()


async def test_only_the_last_reply_asks_for_a_meaning(ask, builtin):
    await ask('Add "zzzz" to my cards', Want("action", "add_card"))
    await ask("No sé.", Want("talk"))
    _, reply = await ask("umbrella", Want("talk"))
    assert reply.route == "talk"


async def test_a_meaning_that_is_given_at_once(ask, builtin):
    events, _ = await ask("Añade zzzz = umbrella", Want("action", "add_card"))
    assert events[-1].text == "I made a card of “zzzz”: umbrella."


async def test_the_learners_meaning_stands_above_that_of_the_lists(ask, builtin, words):
    events, _ = await ask("Add «ventana» (shop window)", Want("action", "add_card"))
    assert events[-1].text == "I made a card of “ventana”: shop window."


async def test_an_unknown_word_is_not_looked_up(ask, builtin):
    events, _ = await ask('What does "zzzz" mean?', Want("action", "look_up"))
    assert events[-1].text.startswith("“zzzz” is not in my lists, and I do not guess.")


async def test_a_word_is_looked_up_in_the_learners_language(ask, builtin, words):
    events, _ = await ask("¿Qué significa «ventana»?", Want("action", "look_up"))
    assert events[-1].text == "“ventana” (A1): window.\nFor example: Abre la ventana."


@pytest.mark.parametrize(
    "text", ["How do you say window?", "cómo se dice the window", "q significa ventana"]
)
async def test_a_word_is_found_by_its_meaning_and_without_marks(ask, builtin, words, text):
    events, _ = await ask(text, Want("action", "look_up"))
    assert events[-1].text.startswith("“ventana” (A1): window.")


async def test_whole_sentences_are_not_looked_up(ask, builtin, words):
    events, _ = await ask("Translate: I am very hungry", Want("action", "look_up"))
    assert events[-1].text.startswith("I look up words, not whole sentences.")


async def test_that_word_is_the_one_looked_up_before(ask, builtin, words):
    await ask("What does ventana mean?", Want("action", "look_up"))
    events, _ = await ask("Put that word in my cards", Want("action", "add_card"))
    assert events[-1].text == "I made a card of “ventana”: window."


async def test_a_card_of_a_word_without_marks(ask, builtin, words):
    events, _ = await ask("Add la ventana to my cards please", Want("action", "add_card"))
    assert events[-1].text == "I made a card of “la ventana”: window."


async def test_who_asks_for_their_level_is_shown_the_test_of_it(ask, builtin):
    events, reply = await ask("What is my level?", Want("action", "assess"))
    assert events[-1].text.startswith("The placement test tells you your level.")
    assert reply.tools[0]["result"]["url"] == "/placement"


async def test_a_tutor_is_called_once(ask, builtin, ana):
    for _ in range(2):
        events, _ = await ask("I want my tutor", Want("action", "ask_tutor"))
    assert events[-1].text.startswith("You have asked your tutor here already.")


async def test_a_goal_is_said_back_without_the_order(ask, builtin, ana):
    events, _ = await ask("Quiero llegar al B2 en junio, apúntalo.", Want("action", "set_goal"))
    assert "I wrote your goal down: Quiero llegar al B2 en junio. You" in events[-1].text
    events, _ = await ask("20 min al dia", Want("action", "set_goal"))
    assert "20 minutes a day" in events[-1].text


@pytest.fixture
def lesson():
    told = {"en": "Ser says what somebody is.", "es": "Ser dice qué es alguien."}
    content = {"explanation": told, "examples": [{"text": "Soy de Perú.", "translation": "I am"}]}
    item = ContentItem.objects.create(
        content_type="lesson", language="es", level="A1", title="The verb ser", content=content
    )
    ContentItem.objects.filter(pk=item.pk).update(search=search_vector(item))
    return item


async def test_what_no_passage_answers_a_lesson_explains(ask, builtin, lesson):
    events, reply = await ask("explain ser pls", Want("retrieval", "knowledge"))
    assert events[-1].text == (
        "From the lesson “The verb ser” (A1):\nSer says what somebody is.\n"
        "For example: Soy de Perú."
    )
    assert (reply.route, reply.tools[0]["name"]) == ("action", "explain")


async def test_what_suits_next_is_offered_for_a_lesson_that_is_not_there(ask, builtin, lesson):
    events, _ = await ask("I want a lesson about whales", Want("action", "find_content"))
    assert "nothing about that" in events[-1].text


async def test_exercises_are_about_what_was_named(ask, builtin, lesson):
    events, _ = await ask("practise the verb ser", Want("action", "practise"))
    assert "about “The verb ser”" in events[-1].text
    events, _ = await ask("practise whales", Want("action", "practise"))
    assert "no topic of that name" in events[-1].text


async def test_the_last_session_is_told_of(ask, builtin, ana):
    asked = "what did we do last time"
    events, _ = await ask(asked, Want("retrieval", "sessions"))
    assert events[-1].suggest_tutor
    await TutoringSession.objects.acreate(
        student=ana,
        title="Food",
        language="es",
        status="completed",
        size=1,
        held_at=datetime(2026, 11, 16, tzinfo=UTC),
        analysis={"areasForImprovement": ["ser and estar"], "actionItems": ["Escribe."]},
    )
    events, _ = await ask(asked, Want("retrieval", "sessions"))
    assert events[-1].text.startswith("Your last session was on Nov. 16, 2026: Food.")
    assert events[-1].text.endswith("To work on: ser and estar\nTo do: Escribe.")


async def test_not_to_know_is_all_right(ask, builtin, exercise):
    await ask("Test me", Want("action", "assess"))
    events, _ = await ask("no lo sé", Want("talk"))
    assert events[-1].text.startswith("That is all right. The answer is: estoy.")


async def test_exercises_are_made(ask, builtin, ana):
    events, _ = await ask("Dame ejercicios", Want("action", "practise"))
    assert "exercises" in events[-1].text
    assert (await PracticeSet.objects.aget()).learner_id == ana.pk


async def test_a_goal_is_written_down(ask, builtin, ana):
    await ask("Set twenty: 20 minutes a day", Want("action", "set_goal"))
    assert (await LearnerProfile.objects.aget(user=ana)).daily_minutes == 20


async def test_a_goal_without_a_goal(ask, builtin):
    events, _ = await ask("I want a goal", Want("action", "set_goal"))
    assert events[-1].text.startswith("Tell me the goal")


async def test_a_lesson_that_is_not_there(ask, builtin):
    events, _ = await ask("A lesson about whales", Want("action", "find_content"))
    assert events[-1].text == "I found nothing about that."


async def test_a_question_is_asked_and_the_next_message_is_its_answer(ask, builtin, exercise):
    events, reply = await ask("Test me", Want("action", "assess"))
    assert "Yo ___ cansado." in events[-1].text
    assert "estoy" not in json.dumps(reply.tools)
    events, reply = await ask("soy", Want("talk"))
    assert events[-1].text.startswith("Not quite. Right is: estoy.")
    assert not (await ExerciseAnswer.objects.aget()).correct
    events, reply = await ask("Ahora hablamos", Want("talk"))
    assert reply.route == "talk"


async def test_a_tutor_is_called(ask, builtin, ana):
    events, _ = await ask("I want to talk to a person", Want("action", "ask_tutor"))
    assert events[-1].text.startswith("I have asked your tutor")
    assert (await TutorRequest.objects.aget()).learner_id == ana.pk


async def test_a_model_uses_the_tools(ask, script, words, ana):
    call = ToolCall("1", "add_card", json.dumps({"front": "ventana", "back": "window"}))
    script.call_tools(call)
    script.say("Hecho.")
    events, reply = await ask("Guarda ventana", Want("action", "add_card"))
    tools = [(event.name, event.status) for event in events if type(event).__name__ == "Tool"]
    assert tools == [("add_card", "started"), ("add_card", "done")]
    assert events[-1].text == "Hecho."
    assert reply.tools[0]["arguments"] == {"front": "ventana", "back": "window"}


async def test_a_tool_takes_nobody_elses_id(ask, script, ben):
    call = ToolCall("1", "start_practice", json.dumps({"studentId": str(ben.pk)}))
    script.call_tools(call)
    script.say("No puedo.")
    _, reply = await ask("Make practice for Ben", Want("action", "practise"))
    assert not await PracticeSet.objects.aexists()
    assert "arguments are not valid" in script.requests[-1].messages[-1].content


async def test_without_any_model_left_the_route_acts_itself(ask, script, words):
    script.fail("server_error", retryable=False)
    events, _ = await ask('Save "ventana"', Want("action", "add_card"))
    assert events[-1].usage["provider"] == "builtin"
    assert await Note.objects.aexists()


async def test_nothing_in_the_sessions_is_said_so(ask, builtin):
    events, reply = await ask("What did my tutor say?", Want("retrieval", "sessions"))
    assert events[-1].suggest_tutor
    assert (events[-1].sources, reply.route) == ([], "retrieval")


async def test_nothing_is_remembered_without_consent(ask, builtin):
    events, _ = await ask("What do you know about me?", Want("memory"))
    assert events[-1].text.startswith("I remember nothing about you.")


async def test_with_a_tutor_nothing_is_generated(ask, script, conversation):
    conversation.state = "human"
    await conversation.asave()
    events, reply = await ask("¿Estás?", Want("talk"))
    assert (script.requests, reply.route) == ([], "human")
    assert events[-1].text.startswith("Your tutor has this conversation")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('add "to look forward to", please', "to look forward to"),
        ("Añade «madrugar»", "madrugar"),
        ("Leg „Feierabend“ an", "Feierabend"),
        ("Ajoute « fenêtre » !", "fenêtre"),
        ("no word here", ""),
        ("don't do that", ""),
    ],
)
def test_what_is_quoted(text, word):
    assert QUOTED.pattern
    assert quoted(text) == word


class TestContract:
    """What is told of the slips, and when."""

    @pytest.fixture
    def agreed(self, ana):
        def agree(**fields):
            return CorrectionContract.objects.create(learner=ana, **fields)

        return agree

    @pytest.fixture
    def slips(self, found):
        from ai.language.slips import Slip

        found.slips = [
            Slip(0, 2, "Yo", "yo", "punctuation", "Why.", "r1"),
            Slip(3, 6, "soy", "estoy", "grammar", "Feelings.", "r2"),
            Slip(7, 14, "cansado", "cansada", "spelling", "Why.", "r3"),
        ]

    async def events(self, learner, conversation):
        from conversations.streams.connections import in_thread

        turn = await in_thread(
            begin_turn, learner=learner, text="Yo soy cansado", conversation_id=conversation.pk
        )
        notes = TurnNotes()
        return await written(turn, notes), notes

    async def test_only_the_number_agreed_is_told(self, agreed, slips, builtin, ana, conversation):
        await CorrectionContract.objects.acreate(learner=ana, per_turn=1)
        events, notes = await self.events(ana, conversation)
        told = [event for event in events if type(event).__name__ == "CorrectionEvent"]
        assert [event.original for event in told] == ["soy"]
        assert (len(notes.corrections), len(notes.withheld)) == (3, 2)

    async def test_after_the_turn_means_after_the_words(self, slips, builtin, ana, conversation):
        await CorrectionContract.objects.acreate(learner=ana, timing="after_turn", manner="hint")
        events, _ = await self.events(ana, conversation)
        order = kinds(events)
        assert order.index("CorrectionEvent") > order.index("DeltaEvent")
        assert {one.manner for one in events if type(one).__name__ == "CorrectionEvent"} == {"hint"}

    @pytest.mark.parametrize("agreed", [{"timing": "after_session"}, {"manner": "recast"}])
    async def test_nothing_is_told_in_the_turn(self, agreed, slips, builtin, ana, conversation):
        await CorrectionContract.objects.acreate(learner=ana, **agreed)
        events, notes = await self.events(ana, conversation)
        assert "CorrectionEvent" not in kinds(events)
        assert len(notes.corrections) == 3

    async def test_a_hint_leaves_the_right_form_out_of_the_reply(
        self, slips, script, ana, conversation
    ):
        await CorrectionContract.objects.acreate(learner=ana, manner="hint")
        await self.events(ana, conversation)
        assert "finding it out" in script.requests[-1].instructions


async def test_a_question_is_left_for_another_wish(ask, builtin, exercise):
    await ask("Test me", Want("action", "assess"))
    _, reply = await ask("Show me a lesson about Mars", Want("action", "find_content"))
    assert [call["name"] for call in reply.tools] == ["find_content"]
    assert not await ExerciseAnswer.objects.aexists()


async def test_a_wish_is_no_meaning_of_a_card(ask, builtin):
    await ask("Make a card for «tinta»", Want("action", "add_card"))
    _, reply = await ask("Give me a quiz", Want("action", "assess"))
    assert "add_card" not in [call["name"] for call in reply.tools]
    assert not await Note.objects.aexists()


async def test_a_few_words_near_to_a_wish_are_talk(ask, builtin, conversation):
    _, reply = await ask("Con tarjeta", Want("action", "add_card"))
    assert reply.route == "talk"
    conversation.scenario = "en-el-mercado"
    await conversation.asave()
    _, reply = await ask("Más práctica", Want("action", "practise"))
    assert reply.route == "talk"


async def test_a_word_is_looked_up_without_marks(ask, builtin, words):
    events, _ = await ask("What does ventana mean?", Want("action", "look_up"))
    assert "window" in events[-1].text


@pytest.mark.parametrize(("order", "says"), [("remember", "Good to know"), ("forget", "delete it")])
async def test_what_becomes_of_an_order_to_remember_is_said(ask, builtin, order, says):
    events, reply = await ask("Remember that I run.", Want("memory", order))
    assert says in events[-1].text
    assert reply.route == "memory"


async def test_the_next_step_is_that_of_today(ask, builtin, ana):
    events, reply = await ask("What should I do next?", Want("action", "next_step"))
    [call] = reply.tools
    assert call["name"] == "next_step"
    assert call["result"]["title"] in events[-1].text
    assert call["result"]["url"]


async def test_whether_a_sentence_is_right_is_not_looked_up(ask, builtin):
    _, reply = await ask("Is «soy cansada» correct?", Want("retrieval", "knowledge"))
    assert reply.route == "talk"
