import factory

from accounts.tests.factories import UserFactory
from conversations.models import Conversation, Correction, Message


class ConversationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Conversation

    learner = factory.SubFactory(UserFactory)
    language = "es"
    level = "B1"
    title = "Mi fin de semana"


class MessageFactory(factory.django.DjangoModelFactory):
    """What the learner said; `ReplyFactory` makes the answer."""

    class Meta:
        model = Message

    conversation = factory.SubFactory(ConversationFactory)
    position = factory.Sequence(lambda number: number + 1)
    role = Message.Role.USER
    content = "Yo soy cansado hoy."
    reply_to = None
    follows = factory.LazyAttribute(
        lambda made: (
            None if made.reply_to else made.conversation.messages.order_by("-position").first()
        )
    )


class ReplyFactory(MessageFactory):
    role = Message.Role.ASSISTANT
    content = "¿Has dormido mal?"
    provider = "scripted"


class CorrectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Correction

    message = factory.SubFactory(MessageFactory)
    start = 3
    end = 6
    original = "soy"
    corrected = "estoy"
    kind = Correction.Kind.GRAMMAR
    reason = "Feelings take estar."
