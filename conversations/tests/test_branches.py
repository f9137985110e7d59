"""Editing, regenerating and switching: the tree of a conversation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.errors import Conflict, NotFound
from conversations.errors import TurnInProgress
from conversations.models import Message
from conversations.selectors import branch_of
from conversations.services import (
    TurnResult,
    begin_turn,
    finish_turn,
    regenerate_turn,
    show_branch,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(conversation, ana):
    """A turn of the conversation, answered."""

    def turn(text, reply, **more):
        context = begin_turn(learner=ana, text=text, conversation_id=conversation.pk, **more)
        finish_turn(turn_id=context.turn_id, result=TurnResult("complete", reply), context=context)
        return context

    return turn


def shown(conversation):
    conversation.refresh_from_db()
    return [message.content for message in branch_of(conversation).messages]


def told(context):
    return [message.content for message in context.history]


def test_an_edited_message_opens_a_branch_of_its_own(say, conversation):
    say("Uno", "A")
    second = say("Dos", "B")
    say("Tres", "C")
    edited = say("Dos, mejor", "B2", edit_of=second.learner_message_id)
    assert told(edited) == ["Uno", "A"]
    assert edited.number == second.number == 2
    assert shown(conversation) == ["Uno", "A", "Dos, mejor", "B2"]


def test_the_first_message_can_be_edited(say, conversation):
    first = say("Uno", "A")
    edited = say("Otro", "B", edit_of=first.learner_message_id)
    assert (told(edited), edited.number) == ([], 1)
    assert shown(conversation) == ["Otro", "B"]


def test_another_reply_stands_beside_the_first(say, conversation, ana):
    turn = say("Uno", "A")
    again = regenerate_turn(learner=ana, message_id=turn.turn_id)
    finish_turn(turn_id=again.turn_id, result=TurnResult("complete", "A2"), context=again)
    assert told(again) == []
    assert shown(conversation) == ["Uno", "A2"]
    last = branch_of(conversation).messages[-1]
    assert [str(one) for one in last.siblings] == [turn.turn_id, again.turn_id]


def test_a_branch_is_shown_to_its_end_and_gone_on_with(say, conversation, ana):
    first = say("Uno", "A")
    say("Dos", "B")
    say("Otro", "C", edit_of=first.learner_message_id)
    show_branch(learner=ana, conversation_id=conversation.pk, message_id=first.learner_message_id)
    assert shown(conversation) == ["Uno", "A", "Dos", "B"]
    third = say("Tres", "D")
    assert told(third) == ["Uno", "A", "Dos", "B"]
    assert shown(conversation)[-2:] == ["Tres", "D"]


def test_what_is_not_mine_is_no_branch(say, conversation, ana, ben):
    turn = say("Uno", "A")
    with pytest.raises(NotFound):
        regenerate_turn(learner=ben, message_id=turn.turn_id)
    with pytest.raises(NotFound):
        show_branch(learner=ben, conversation_id=conversation.pk, message_id=turn.turn_id)
    with pytest.raises(NotFound):
        begin_turn(learner=ana, text="Ya", conversation_id=conversation.pk, edit_of=conversation.pk)


def test_an_opening_answers_nothing(conversation, ana):
    opening = Message.objects.create(
        conversation=conversation, position=1, role="assistant", content="¡Hola!"
    )
    with pytest.raises(Conflict) as refusal:
        regenerate_turn(learner=ana, message_id=opening.pk)
    assert refusal.value.code == "not_a_reply"


def test_one_turn_at_a_time_on_all_branches(say, conversation, ana):
    turn = say("Uno", "A")
    begin_turn(learner=ana, text="Dos", conversation_id=conversation.pk)
    with pytest.raises(TurnInProgress):
        regenerate_turn(learner=ana, message_id=turn.turn_id)
    with pytest.raises(TurnInProgress):
        show_branch(learner=ana, conversation_id=conversation.pk, message_id=turn.turn_id)


def test_a_long_conversation_is_read_a_stretch_at_a_time(say, conversation):
    for number in range(6):
        say(f"Digo {number}", f"Oigo {number}")
    last = branch_of(conversation, limit=5)
    assert [message.content for message in last.messages][0] == "Oigo 3"
    before = branch_of(conversation, before=last.earlier, limit=5)
    assert [message.content for message in before.messages][-1] == "Digo 3"
    rest = branch_of(conversation, before=before.earlier, limit=5)
    assert ([message.content for message in rest.messages], rest.earlier) == (
        ["Digo 0", "Oigo 0"],
        None,
    )


def test_another_reply_asked_for_twice_with_a_key_is_one(say, ana):
    first, second = say("Uno", "A"), say("Dos", "B")
    ask = {"learner": ana, "idempotency_key": "k"}
    again = regenerate_turn(message_id=first.turn_id, **ask)
    repeat = regenerate_turn(message_id=first.turn_id, **ask)
    assert (repeat.turn_id, repeat.replayed) == (again.turn_id, True)
    with pytest.raises(Conflict) as refusal:
        regenerate_turn(message_id=second.turn_id, **ask)
    assert refusal.value.code == "idempotency_key_reused"


def test_a_key_of_the_day_before_yesterday_asks_for_another_reply(say, ana):
    turn = say("Uno", "A")
    ask = {"learner": ana, "message_id": turn.turn_id, "idempotency_key": "k"}
    again = regenerate_turn(**ask)
    long_ago = timezone.now() - timedelta(hours=48)
    Message.objects.filter(pk=again.turn_id).update(status="complete", created_at=long_ago)
    assert regenerate_turn(**ask).turn_id != again.turn_id


def test_a_key_of_another_reply_does_for_words_as_well(say, ana, conversation):
    turn = say("Uno", "A")
    again = regenerate_turn(learner=ana, message_id=turn.turn_id, idempotency_key="k")
    Message.objects.filter(pk=again.turn_id).update(status="complete")
    said = {"learner": ana, "text": "Dos", "conversation_id": conversation.pk}
    assert not begin_turn(**said, idempotency_key="k").replayed
    assert begin_turn(**said, idempotency_key="k").replayed
