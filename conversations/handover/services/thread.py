"""What a learner and a human tutor say to each other, in the thread of their conversation."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.commits import after_commit
from config.errors import DomainError
from conversations.handover import messages
from conversations.handover.errors import NotTaken, NotWithTutor
from conversations.handover.models import TutorRequest
from conversations.handover.services.holding import (
    audit,
    held_conversation,
    held_request,
    move,
    require_taker,
    require_tutor,
)
from conversations.models import Conversation, Message
from learning.sessions.services import record_study

MAX_LENGTH = 5000


@transaction.atomic
def answer_request(*, tutor: User, request_id: UUID, text: str) -> Message:
    """What the tutor says, in the learner's thread; they may say more than once.

    Raises NotFound, OwnRequest, NotTaken, and NotTheTaker for another tutor.
    """
    text = _checked(text, "text")
    request = held_request(tutor, request_id)
    require_tutor(tutor, request)
    if request.conversation.state != Conversation.State.HUMAN or request.returned_at:
        raise NotTaken
    require_taker(tutor, request)
    message = _append(request.conversation, text, role=Message.Role.TUTOR, author=tutor)
    if request.answered_at is None:
        request.answered_at = message.finished_at
        request.save(update_fields=["answered_at"])
    audit(request, actor=tutor, verb="answered", message=str(message.pk))
    messages.tell_answered(request, message)
    return message


@transaction.atomic
def say_to_tutor(
    *, learner: User, conversation_id: UUID, text: str, idempotency_key: str = ""
) -> Message:
    """What the learner says while a human tutor is in the conversation. No AI reply is opened.

    The same key again gives the first message. Raises NotFound, and NotWithTutor in any other
    state. It reads as evidence like every message of theirs. When the tutor teaches them no more,
    the request waits again for one who does.
    """
    text = _checked(text, "message")
    conversation = held_conversation(learner, conversation_id)
    if idempotency_key:
        said = conversation.messages.filter(idempotency_key=idempotency_key).first()
        if said is not None:
            return said
    request = TutorRequest.objects.open().filter(conversation=conversation).first()
    if conversation.state != Conversation.State.HUMAN or request is None:
        raise NotWithTutor
    message = _append(conversation, text, role=Message.Role.USER, idempotency_key=idempotency_key)
    record_study(learner=learner, language=conversation.language, now=timezone.now(), turns=1)
    _pass_on(request, message)
    after_commit(_read, str(message.pk))
    return message


@transaction.atomic
def forward_to_tutor(*, message: Message) -> None:
    """Tell the tutor of words that a turn has stored itself. Does nothing without one."""
    open_ones = TutorRequest.objects.open().filter(conversation=message.conversation_id)
    request = open_ones.select_related("learner", "tutor", "conversation").first()
    if request is not None:
        _pass_on(request, message)


def _pass_on(request: TutorRequest, message: Message) -> None:
    if taker := request.taker:
        messages.tell_tutor_of_words(request, taker, message)
    elif request.taken_at:
        # Nobody reads along any more, and who did may not.
        request.tutor = request.taken_at = None
        request.save(update_fields=["tutor", "taken_at"])
        move(request, Conversation.State.QUEUED)
        audit(request, actor=None, verb="queued_again")
        messages.tell_tutors(request)


def _append(conversation: Conversation, text: str, **fields: Any) -> Message:
    """At the end of the branch that is shown. The caller holds the conversation's row, so that
    positions are never contended."""
    now = timezone.now()
    newest = conversation.messages.order_by("-position").first()
    before = conversation.tip or newest
    turn = before.turn if before else 0
    message = Message.objects.create(
        conversation=conversation,
        position=newest.position + 1 if newest else 1,
        turn=turn + 1 if fields["role"] == Message.Role.USER else turn,
        content=text,
        follows=before,
        finished_at=now,
        **fields,
    )
    Conversation.objects.filter(pk=conversation.pk).update(
        # The branch now ends in the newest message, which needs no tip.
        tip=None,
        message_count=F("message_count") + 1,
        last_message_at=now,
        updated_at=now,
    )
    return message


def _read(message_id: str) -> None:
    from conversations.tasks import read_message_task  # its module gathers the tasks of this one

    read_message_task.delay(message_id)


def _checked(text: str, field: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_LENGTH:
        raise DomainError(details={field: [_("Use 1 to %d characters.") % MAX_LENGTH]})
    return text
