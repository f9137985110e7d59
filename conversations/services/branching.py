"""Another reply to what was said, and which branch of a conversation is shown."""

from dataclasses import replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ai.moderation import check
from config.errors import Conflict, NotFound
from conversations.errors import TurnInProgress
from conversations.history import newest_end
from conversations.models import Conversation, Message
from conversations.services.context import TurnContext, context_of
from conversations.services.keys import free_key, replied_before
from conversations.services.messages import new_reply
from conversations.services.rows import lock_conversation, standing_of

RETRYABLE = (Message.Status.CANCELLED, Message.Status.INTERRUPTED, Message.Status.FAILED)


def retry_turn(*, learner: User, message_id: UUID) -> TurnContext:
    """A new reply to the learner message of a turn that was cut off, stopped or failed.

    `message_id` is that of the learner's message or of its last reply. Only the conversation's
    last turn can be tried again: an older one has been talked past.
    """
    with transaction.atomic():
        message = Message.objects.owned_by(learner).filter(pk=message_id).first()
        if message is None:
            raise NotFound
        conversation = lock_conversation(learner.pk, message.conversation_id)
        said = message.reply_to or message
        last = conversation.messages.order_by("-position").first()
        if last is None or said.role != Message.Role.USER or last.reply_to_id != said.pk:
            raise Conflict(_("The conversation has gone on since."), code="turn_superseded")
        if last.status == Message.Status.STREAMING:
            # Asked twice, as by a page whose connection broke: the one under way is followed.
            return context_of(learner, conversation, said, last, replayed=True)
        if last.status not in RETRYABLE:
            raise Conflict(_("That turn is answered already."), code="turn_complete")
        reply = _open_reply(said, last.position + 1)
        return _again(learner, conversation, said, reply)


def regenerate_turn(*, learner: User, message_id: UUID, idempotency_key: str = "") -> TurnContext:
    """Another reply beside the one that `message_id` names (or beside the replies to it): a branch.

    With the key of one that is there already, that one. Raises as `begin_turn` does, and `Conflict`
    for an opening, which answers nothing.
    """
    with transaction.atomic():
        message = Message.objects.owned_by(learner).filter(pk=message_id).first()
        if message is None:
            raise NotFound
        conversation = lock_conversation(learner.pk, message.conversation_id)
        said = message.reply_to or message
        if said.role != Message.Role.USER:
            raise Conflict(_("That message is no answer to one of yours."), code="not_a_reply")
        if made := replied_before(said, idempotency_key):
            return context_of(learner, conversation, said, made, replayed=True)
        standing = standing_of(conversation.pk)
        standing.refuse_second()
        free_key(conversation, idempotency_key)
        reply = _open_reply(said, standing.position + 1, idempotency_key)
        Conversation.objects.filter(pk=conversation.pk).update(tip=None)
        return _again(learner, conversation, said, reply)


def show_branch(*, learner: User, conversation_id: UUID, message_id: UUID) -> Conversation:
    """Show the branch a message is on, to its newest end. Raises NotFound, or TurnInProgress."""
    with transaction.atomic():
        conversation = lock_conversation(learner.pk, conversation_id)
        message = conversation.messages.filter(pk=message_id).first()
        if message is None:
            raise NotFound
        standing = standing_of(conversation.pk)
        standing.refuse_second()
        end = newest_end(message.pk)
        conversation.tip_id = None if end == standing.newest else end
        conversation.save(update_fields=["tip", "updated_at"])
        return conversation


def _again(learner: User, conversation: Conversation, said: Message, reply: Message) -> TurnContext:
    """Whom to call stands beside each reply to words of distress, not the first alone."""
    context = context_of(learner, conversation, said, reply, again=True)
    verdict = check(said.content, language=conversation.language)
    return replace(context, in_distress=verdict.self_harm)


def _open_reply(said: Message, position: int, key: str = "") -> Message:
    reply = new_reply(said, position=position)
    reply.idempotency_key = key
    try:
        reply.save(force_insert=True)
    except IntegrityError as error:
        raise TurnInProgress from error
    return reply
