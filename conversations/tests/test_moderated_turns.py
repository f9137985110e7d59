"""What moderation does within a turn: refuse, flag, comfort, take back, look again."""

import asyncio

import pytest

from ai.errors import ContentBlocked
from ai.models import ModerationFlag
from ai.providers.scripted import Scene
from conversations.models import Conversation, Message
from conversations.routes import Want
from conversations.services import (
    TurnResult,
    begin_turn,
    close_interrupted_turn,
    finish_turn,
    regenerate_turn,
    retry_turn,
)
from conversations.streams.connections import in_thread
from conversations.turns import generate
from conversations.writing import TurnNotes

pytestmark = pytest.mark.django_db(transaction=True)
THREAT = "Voy a poner una bomba en la universidad."
DISTRESS = "Ya no quiero vivir."


@pytest.fixture(autouse=True)
def _tools_find_nothing(found):
    """No slips and no routes."""


async def begun(ana, text, conversation):
    return await in_thread(begin_turn, learner=ana, text=text, conversation_id=conversation.pk)


def test_a_threat_is_refused_and_leaves_a_flag_but_no_message(ana, conversation):
    with pytest.raises(ContentBlocked) as refused:
        begin_turn(learner=ana, text=THREAT, conversation_id=conversation.pk)
    flag = ModerationFlag.objects.get()
    assert refused.value.details["flagId"] == [str(flag.pk)]
    assert not Message.objects.exists()


def test_a_threat_begins_no_conversation(ana):
    with pytest.raises(ContentBlocked):
        begin_turn(learner=ana, text=THREAT)
    assert not Conversation.objects.exists()


def test_what_a_person_found_harmless_goes_through(ana, conversation):
    with pytest.raises(ContentBlocked):
        begin_turn(learner=ana, text=THREAT, conversation_id=conversation.pk)
    ModerationFlag.objects.update(status=ModerationFlag.Status.OVERTURNED)
    turn = begin_turn(learner=ana, text=THREAT, conversation_id=conversation.pk)
    assert Message.objects.get(pk=turn.learner_message_id).content == THREAT
    assert ModerationFlag.objects.count() == 1


async def test_whom_to_call_stands_before_the_reply(ana, conversation, settings):
    settings.AI_CHAIN = ["builtin"]
    turn = await begun(ana, DISTRESS, conversation)
    kinds = [type(event).__struct_config__.tag async for event in generate(turn, TurnNotes())]
    assert kinds[:2] == ["message.start", "safety"]
    flag = await ModerationFlag.objects.aget()
    assert (str(flag.source_id), flag.category) == (turn.learner_message_id, "self_harm")


@pytest.mark.parametrize("status", ["interrupted", "complete"])
def test_and_before_another_reply_to_the_same_words(ana, conversation, status):
    turn = begin_turn(learner=ana, text=DISTRESS, conversation_id=conversation.pk)
    finish_turn(turn_id=turn.turn_id, result=TurnResult(status=status, text="Cuéntame más."))
    begin_again = retry_turn if status == "interrupted" else regenerate_turn
    again = begin_again(learner=ana, message_id=turn.learner_message_id)
    assert again.in_distress
    assert ModerationFlag.objects.count() == 1


def test_the_page_says_whom_to_call_to_the_learner_only(client, ana, tessa, conversation):
    begin_turn(learner=ana, text=DISTRESS, conversation_id=conversation.pk)
    client.force_login(ana)
    shown = client.get(f"/talk/{conversation.pk}").content.decode()
    client.force_login(tessa)
    assert shown.count('class="safety-title"') == 2  # one of them the script's own
    read = client.get(f"/talk/{conversation.pk}").content.decode()
    assert DISTRESS in read
    assert 'class="safety-title"' not in read


async def test_a_reply_that_is_not_fit_is_taken_back(ana, conversation, script):
    script.say(THREAT)
    turn = await begun(ana, "Hola.", conversation)
    notes = TurnNotes()
    *_, end = [event async for event in generate(turn, notes)]
    assert THREAT not in end.text
    assert "not fit to show" in end.text
    assert notes.withheld_text == THREAT


FIVE = (
    "Hola, Ana. ",
    "Voy a poner una bomba ",
    "en la universidad. ",
    "Tres. ",
    "Cuatro. ",
    "Y ya.",
)


@pytest.mark.parametrize("hang_after", [3, None], ids=["stops for ever", "goes on"])
async def test_the_writer_of_what_is_not_fit_is_stopped_at_the_end_of_its_sentence(
    ana, script, as_user, hang_after
):
    script.add(Scene(pieces=FIVE, hang_after=hang_after))
    client = await as_user(ana)
    events = await client.turn("POST", "/api/chat", {"message": "Hola."})
    shown = "".join(event["text"] for event in events if event["type"] == "delta")
    assert shown == "Hola, Ana. Voy a poner una bomba "
    assert script.closed_early == 1
    assert "not fit to show" in events[-1]["text"]
    reply = await Message.objects.aget(pk=events[0]["messageId"])
    assert (reply.status, reply.content) == ("complete", events[-1]["text"])
    flag = await ModerationFlag.objects.aget()
    assert (flag.surface, flag.action, str(flag.source_id)) == ("reply", "blocked", str(reply.pk))


async def test_what_is_not_fit_does_not_stand_while_corrections_are_looked_for(
    ana, conversation, script, monkeypatch
):
    async def never(*_args, **_options):
        await asyncio.Event().wait()

    monkeypatch.setattr("conversations.turns.find_corrections", never)
    script.say("Hola. ", THREAT)
    turn = await begun(ana, "Hola.", conversation)
    *_, end = [event async for event in generate(turn, TurnNotes())]
    assert "not fit to show" in end.text


async def test_harmless_words_are_shown_as_they_come(ana, conversation, script):
    pieces = ("Hola, ", "Ana. ", "¿Qué ", "tal? ", "Cuén", "tame", ".")
    script.say(*pieces)
    turn = await begun(ana, "Hola.", conversation)
    events = [event async for event in generate(turn, TurnNotes())]
    shown = tuple(event.text for event in events if type(event).__name__ == "DeltaEvent")
    assert shown == pieces


async def test_what_a_model_says_beside_its_tools_is_read_too(ana, conversation, script, found):
    found.want = Want("action", "practise")
    script.say(THREAT, " Después, nada.")
    turn = await begun(ana, "Dame ejercicios.", conversation)
    *events, end = [event async for event in generate(turn, TurnNotes())]
    assert not [event for event in events if type(event).__name__ == "DeltaEvent"]
    assert "not fit to show" in end.text


def test_its_words_are_in_the_flag_and_not_in_the_conversation(ana, conversation):
    turn = begin_turn(learner=ana, text="Hola.", conversation_id=conversation.pk)
    result = TurnResult("complete", "Left out.", withheld_text=THREAT)
    finish_turn(turn_id=turn.turn_id, result=result, context=turn)
    flag = ModerationFlag.objects.get()
    assert (flag.surface, str(flag.source_id)) == ("reply", turn.turn_id)
    assert Message.objects.get(pk=turn.turn_id).content == "Left out."


def test_a_reply_cut_short_is_looked_at_too(ana, conversation):
    turn = begin_turn(learner=ana, text="Hola.", conversation_id=conversation.pk)
    close_interrupted_turn(turn_id=turn.turn_id, text=THREAT)
    assert "not fit to show" in Message.objects.get(pk=turn.turn_id).content
    assert ModerationFlag.objects.get().surface == "reply"
