"""Finished conversations to remember from, and memories as they stand."""

from datetime import UTC, datetime, timedelta

import factory

from conversations.memory.models import Memory, MemoryConsent, MemoryEvidence
from conversations.models import Conversation, Message
from conversations.tests.factories import ConversationFactory, MessageFactory, ReplyFactory

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
NURSE = "Trabajo como enfermera."


class MemoryConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MemoryConsent

    given = True


class MemoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Memory

    type = Memory.Type.FACT
    namespace = Memory.Namespace.WORK
    subject = "job"
    content = "Your job: nurse."
    language = "en"
    importance = 0.7
    extracted_by = "builtin"
    valid_from = NOW - timedelta(days=3)
    said_at = NOW - timedelta(days=3)


class MemoryEvidenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MemoryEvidence

    message = factory.SubFactory(MessageFactory, content=NURSE)
    quote = NURSE


def finished(learner, *said, days_ago=2, **fields):
    """A conversation in which the learner said these things, each answered, days ago."""
    began = NOW - timedelta(days=days_ago)
    conversation = ConversationFactory(learner=learner, **fields)
    for text in said:
        say(conversation, text, at=began)
        began += timedelta(minutes=2)
    return conversation


def say(conversation, text, *, at, reply="Muy bien."):
    position = conversation.messages.count()
    message = MessageFactory(conversation=conversation, content=text, position=position + 1)
    answer = ReplyFactory(
        conversation=conversation, content=reply, position=position + 2, reply_to=message
    )
    Message.objects.filter(pk__in=[message.pk, answer.pk]).update(created_at=at)
    Conversation.objects.filter(pk=conversation.pk).update(
        last_message_at=at + timedelta(seconds=20)
    )
    conversation.refresh_from_db()
    return message
