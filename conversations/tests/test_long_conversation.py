"""Five thousand turns: a turn, the page and a branch cost and show what they do in a short talk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Message
from conversations.services import begin_turn, show_branch, summarise
from conversations.tests.factories import ConversationFactory

pytestmark = pytest.mark.django_db
TURNS = 5000


@pytest.fixture
def long_talk(ana):
    conversation = ConversationFactory(learner=ana)
    messages, last = [], None
    for turn in range(1, TURNS + 1):
        said = Message(
            conversation=conversation,
            position=2 * turn - 1,
            turn=turn,
            role="user",
            content=f"Ayer fui al mercado {turn} veces.",
            follows=last,
        )
        last = Message(
            conversation=conversation,
            position=2 * turn,
            turn=turn,
            role="assistant",
            content="¿Y qué compraste?",
            reply_to=said,
        )
        messages += [said, last]
    Message.objects.bulk_create(messages, batch_size=2000)
    return conversation


def test_the_next_turn_is_told_the_end_of_it(ana, long_talk):
    with CaptureQueriesContext(connection) as queries:
        turn = begin_turn(learner=ana, text="Hola", conversation_id=long_talk.pk)
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 5
    assert turn.number == TURNS + 1
    assert turn.history[-2].content == f"Ayer fui al mercado {TURNS} veces."
    assert len(turn.history) == 20


def test_the_page_shows_its_end_and_leads_back(client, ana, long_talk):
    client.force_login(ana)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/talk/{long_talk.pk}")
    assert len(queries) <= 14
    assert [one.position for one in page.context["turns"]] == list(range(9901, 10001))
    before = client.get(f"/talk/{long_talk.pk}?before={page.context['earlier']}")
    assert before.context["turns"][-1].position == 9900


def test_a_branch_at_its_beginning_goes_to_its_end_and_back(ana, long_talk):
    first = long_talk.messages.get(position=1)
    end = long_talk.messages.get(position=2 * TURNS)
    edited = begin_turn(learner=ana, text="No.", conversation_id=long_talk.pk, edit_of=first.pk)
    Message.objects.filter(pk=edited.turn_id).update(status="complete")
    show_branch(learner=ana, conversation_id=long_talk.pk, message_id=first.pk)
    assert Conversation.objects.get(pk=long_talk.pk).tip_id == end.pk


def test_it_is_summed_up(ana, long_talk):
    summary = summarise(learner=ana, conversation_id=long_talk.pk, now=timezone.now())
    assert summary.until == 2 * TURNS - 1
    assert "5000 messages" in summary.went_well[0]
