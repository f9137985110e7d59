import pytest
from django.utils import timezone

from conversations.models import RoutingDecision
from conversations.offering import offer_tutor
from conversations.services import TurnResult, begin_turn, finish_turn
from conversations.tests.factories import MessageFactory, ReplyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def turn(conversation):
    def made(text):
        position = conversation.messages.count() + 1
        said = MessageFactory(conversation=conversation, position=position, content=text)
        return said, ReplyFactory(conversation=conversation, position=position + 1, reply_to=said)

    return made


ASKS = "Quiero hablar con una persona de verdad."


def test_who_asks_for_a_person_is_offered_one(turn):
    said, reply = turn(ASKS)
    assert offer_tutor(message_id=said.pk, now=timezone.now())
    reply.refresh_from_db()
    assert reply.suggest_tutor
    assert RoutingDecision.objects.get().message == said


def test_the_same_reason_is_offered_once_a_day(turn):
    now = timezone.now()
    assert offer_tutor(message_id=turn(ASKS)[0].pk, now=now)
    assert not offer_tutor(message_id=turn(ASKS)[0].pk, now=now)


def test_plain_talk_offers_nothing(turn):
    said, reply = turn("Ayer fui al mercado.")
    assert not offer_tutor(message_id=said.pk, now=timezone.now())
    reply.refresh_from_db()
    assert not reply.suggest_tutor
    assert not RoutingDecision.objects.exists()


def test_who_has_called_a_tutor_is_offered_none(turn, conversation):
    said, _ = turn(ASKS)
    conversation.state = "queued"
    conversation.save()
    assert not offer_tutor(message_id=said.pk, now=timezone.now())


def test_danger_in_the_message_itself_is_no_later_concern(ana, conversation):
    turn = begin_turn(learner=ana, text="Quiero suicidarme.", conversation_id=conversation.pk)
    finish_turn(turn_id=turn.turn_id, result=TurnResult("complete", "Te escucho."), context=turn)
    assert offer_tutor(message_id=turn.learner_message_id, now=timezone.now())
    decision = RoutingDecision.objects.get()
    assert (decision.rule, decision.urgency) == ("safety", "high")
