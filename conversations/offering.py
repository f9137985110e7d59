"""Offering the human tutor after a turn, when the rules say that one should step in."""

from datetime import datetime, timedelta
from uuid import UUID

from conversations.handover.services import judge_turn, note_decision
from conversations.models import Conversation, Message, RoutingDecision

AGAIN_AFTER = timedelta(days=1)
"""The same reason is not offered again in a conversation before that."""


def offer_tutor(*, message_id: UUID | str, now: datetime) -> bool:
    """Judge a learner's message, keep the decision, and mark the reply to it with the offer.

    Nothing while a tutor was called already; nothing twice.
    """
    message = (
        Message.objects.filter(pk=message_id, role=Message.Role.USER)
        .select_related("conversation__learner")
        .first()
    )
    if message is None or message.conversation.state not in OPEN_TO_OFFERS:
        return False
    conversation = message.conversation
    judgement = judge_turn(conversation=conversation, text=message.content, now=now)
    if not judgement.should_route or _offered(conversation, judgement.rule, now):
        return False
    note_decision(
        learner=conversation.learner,
        judgement=judgement,
        conversation=conversation,
        language=conversation.language,
        message_id=message.pk,
        now=now,
    )
    message.replies.update(suggest_tutor=True)
    return True


OPEN_TO_OFFERS = (Conversation.State.AI, Conversation.State.RETURNED)


def _offered(conversation: Conversation, rule: str, now: datetime) -> bool:
    lately = RoutingDecision.objects.filter(
        conversation=conversation, rule=rule, created_at__gt=now - AGAIN_AFTER
    )
    return lately.exists()
