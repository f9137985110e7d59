"""A turn asks the database for as little at its hundredth message as at its first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import LearnerLanguageFactory
from ai.moderation import Verdict
from config.errors import NotFound
from config.ids import new_id
from conversations.models import Message
from conversations.services import TurnResult, begin_turn, finish_turn, retry_turn
from conversations.services.rows import learner_by_id, learning_of
from learning.models import StudyDay

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[2, 60], ids=["short history", "long history"])
def talk(request, conversation):
    """A conversation of so many turns, all answered."""
    for number in range(request.param):
        said = Message(conversation=conversation, position=2 * number + 1, role="user")
        said.content = f"Ayer fui al mercado {number} veces."
        said.save()
        Message.objects.create(
            conversation=conversation,
            position=2 * number + 2,
            role="assistant",
            content="¿Y qué compraste?",
            reply_to=said,
        )
    return conversation


def count(queries):
    """Statements on tables; the test's own transaction turns those around them into savepoints."""
    return len([one for one in queries if "SAVEPOINT" not in one["sql"]])


def test_a_first_turn(ana):
    with CaptureQueriesContext(connection) as queries:
        turn = begin_turn(learner=ana, text="Hola")
    assert count(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        assert finish_turn(turn_id=turn.turn_id, result=TurnResult("complete"), context=turn)
    assert count(queries) == 2


def test_a_learner_comes_with_what_the_turn_has_to_know(ana):
    ana.languages.update(position=1)
    LearnerLanguageFactory(user=ana, language="fr", level="B2", position=0)
    with CaptureQueriesContext(connection) as queries:
        learner = learner_by_id(ana.pk)
        turn = begin_turn(learner=learner, text="Salut")
    assert count(queries) == 2
    assert (turn.language, turn.level) == ("fr", "B2")
    assert learner == ana
    assert learning_of(learner) == learning_of(ana)


def test_nobody_comes_for_an_id_that_is_nobodys(ana):
    nobody = new_id()
    assert learner_by_id(nobody) is None
    with pytest.raises(NotFound):
        learning_of(User(pk=nobody))


def test_a_later_turn(talk, ana):
    with CaptureQueriesContext(connection) as queries:
        turn = begin_turn(learner=ana, text="Hola", conversation_id=talk.pk)
    assert count(queries) == 5
    with CaptureQueriesContext(connection) as queries:
        assert finish_turn(turn_id=turn.turn_id, result=TurnResult("complete"), context=turn)
    assert count(queries) == 2


def test_a_turn_from_which_nothing_follows_is_closed_by_one_statement(ana):
    turn = begin_turn(learner=ana, text="Hola")
    result = TurnResult("complete", "Buenos días.", verdict=Verdict())
    with CaptureQueriesContext(connection) as queries:
        assert finish_turn(turn_id=turn.turn_id, result=result, context=turn)
    assert len(queries) == 1
    assert Message.objects.get(pk=turn.turn_id).content == "Buenos días."
    assert StudyDay.objects.get().turns == 1
    assert not finish_turn(turn_id=turn.turn_id, result=result, context=turn)
    assert StudyDay.objects.get().turns == 1


def test_a_turn_with_a_key(talk, ana):
    with CaptureQueriesContext(connection) as queries:
        begin_turn(learner=ana, text="Hola", conversation_id=talk.pk, idempotency_key="one")
    assert count(queries) == 8


def test_a_turn_tried_again(talk, ana):
    turn = begin_turn(learner=ana, text="Hola", conversation_id=talk.pk)
    finish_turn(turn_id=turn.turn_id, result=TurnResult("failed"), context=turn)
    with CaptureQueriesContext(connection) as queries:
        again = retry_turn(learner=ana, message_id=turn.learner_message_id)
    assert count(queries) == 6
    counted = StudyDay.objects.get(learner=ana).turns
    with CaptureQueriesContext(connection) as queries:
        assert finish_turn(turn_id=again.turn_id, result=TurnResult("complete"), context=again)
    assert count(queries) == 1
    assert StudyDay.objects.get(learner=ana).turns == counted


def test_a_turn_tried_again_from_which_nothing_follows(ana):
    turn = begin_turn(learner=ana, text="Hola")
    finish_turn(turn_id=turn.turn_id, result=TurnResult("failed", verdict=Verdict()), context=turn)
    again = retry_turn(learner=ana, message_id=turn.learner_message_id)
    result = TurnResult("complete", verdict=Verdict())
    assert finish_turn(turn_id=again.turn_id, result=result, context=again)
    assert StudyDay.objects.get(learner=ana).turns == 1
