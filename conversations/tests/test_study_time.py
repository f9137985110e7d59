from datetime import UTC, datetime, timedelta

import pytest

from conversations.models import Conversation, Message
from conversations.services import start_conversation
from conversations.services.study import count_study
from conversations.tasks import read_message_task
from conversations.tests.factories import ConversationFactory, MessageFactory
from learning.models import ContentItem, LearningSession, SkillProgress
from learning.sessions.services import change_session
from learning.tests.content import starter
from learning.tests.factories import LearningSessionFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def talk(ana):
    return ConversationFactory(learner=ana)


def say(talk, *, minute):
    message = MessageFactory(conversation=talk, content="Hola")
    message.created_at = NOON + timedelta(minutes=minute)
    Message.objects.filter(pk=message.pk).update(created_at=message.created_at)
    count_study(message=message)
    return message


def sessions():
    rows = LearningSession.objects.order_by("started_at")
    return list(rows.values_list("status", "seconds"))


def test_messages_count_the_time_between_them(talk):
    for minute in (0, 0.5, 1, 10):
        say(talk, minute=minute)

    assert sessions() == [("active", 30 + 30 + 60)]
    assert SkillProgress.objects.get(skill="writing").seconds == 120
    session = LearningSession.objects.get()
    assert (session.session_type, session.started_at) == ("conversation", NOON)


def test_a_long_pause_begins_another_session(talk):
    for minute in (0, 1, 200, 201):
        say(talk, minute=minute)

    assert sessions() == [("completed", 60), ("active", 60)]
    first = LearningSession.objects.order_by("started_at").first()
    assert first.completed_at == NOON + timedelta(minutes=1)


def test_counting_again_changes_nothing(talk):
    messages = [say(talk, minute=minute) for minute in (0, 1, 200, 201)]
    before = sessions()
    for message in messages:
        count_study(message=message)

    assert sessions() == before


def test_a_session_of_the_clients_own_is_theirs_to_end(ana):
    session = LearningSessionFactory(learner=ana, session_type="conversation")
    LearningSession.objects.filter(pk=session.pk).update(started_at=NOON)
    talk = ConversationFactory(learner=ana, learning_session=session)
    say(talk, minute=1)
    change_session(session=session, status="paused", now=NOON + timedelta(minutes=2))
    say(talk, minute=300)

    assert sessions() == [("paused", 120)]
    assert Conversation.objects.get().learning_session == session


def test_it_is_counted_where_the_message_is_read(talk):
    message = MessageFactory(conversation=talk, content="Hola")
    read_message_task(str(message.pk))

    assert sessions() == [("active", 0)]


def test_beginning_a_scenario_notes_its_starter(ana):
    starter(slug="starter:en-el-mercado", level="A1")
    start_conversation(learner=ana, language="es", level="A1", scenario="en-el-mercado")

    assert ContentItem.objects.filter(uses__learner=ana, uses__finished_at__isnull=False).exists()
