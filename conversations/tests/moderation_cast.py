import factory

from accounts.tests.factories import UserFactory
from ai.models import ModerationFlag


class FlagFactory(factory.django.DjangoModelFactory):
    """A message that was blocked for a threat."""

    class Meta:
        model = ModerationFlag

    user = factory.SubFactory(UserFactory)
    surface = "message"
    category = ModerationFlag.Category.VIOLENCE
    severity = ModerationFlag.Severity.HIGH
    action = ModerationFlag.Action.BLOCKED
    status = ModerationFlag.Status.CLOSED
    reason = "It threatens somebody, or calls for violence."
    excerpt = "Then he said: I will kill you."
    found_by = "rule:en.threat-to-you"


class QueuedFlagFactory(FlagFactory):
    """An insult that was let through and waits for a look."""

    category = ModerationFlag.Category.PROFANITY
    severity = ModerationFlag.Severity.MODERATE
    action = ModerationFlag.Action.QUEUED
    status = ModerationFlag.Status.QUEUED
    reason = "It insults somebody, or swears at them."
    excerpt = "You are a piece of shit."


class NotedFlagFactory(FlagFactory):
    category = ModerationFlag.Category.PROFANITY
    severity = ModerationFlag.Severity.LOW
    action = ModerationFlag.Action.NOTED
    excerpt = "Shit, I forgot."


class DespairFlagFactory(QueuedFlagFactory):
    category = ModerationFlag.Category.SELF_HARM
    severity = ModerationFlag.Severity.HIGH
    reason = "It speaks of hurting yourself."
    excerpt = "I want to die."
