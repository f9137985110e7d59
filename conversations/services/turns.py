"""Opening a turn: the learner's message and an empty reply, in one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from accounts.models import User
from accounts.selectors import current_language
from ai.types import ChatMessage
from config.errors import Conflict, DomainError, NotFound
from config.levels import Level
from conversations.errors import TurnInProgress
from conversations.history import recent_messages
from conversations.models import Conversation, Message
from conversations.services.conversations import start_conversation
from conversations.titles import title_from
from learning.models import LearningSession

MAX_MESSAGE_LENGTH = 5000
IDEMPOTENCY_WINDOW = timedelta(hours=24)
RETRYABLE = (Message.Status.CANCELLED, Message.Status.INTERRUPTED, Message.Status.FAILED)


@dataclass(frozen=True, slots=True)
class TurnContext:
    """All that writing a reply needs, so that it is written without the database."""

    turn_id: str
    learner_message_id: str
    conversation_id: str
    learner_id: UUID
    learner_name: str
    language: str
    level: str
    native_language: str
    scenario: str
    text: str
    history: tuple[ChatMessage, ...]
    """What came before, oldest first, within the token budget; without `text`."""
    number: int
    """1 for the conversation's first turn."""
    timezone: str = "UTC"
    again: bool = False
    """An earlier reply to the same words was cut off, stopped or failed."""
    replayed: bool = False
    """An idempotency key came again: the turn exists and is only to be followed."""
    whole: bool = False
    """Nobody reads along: a reply that is too hard is written again instead of glossed."""


def begin_turn(
    *,
    learner: User,
    text: str,
    conversation_id: UUID | None = None,
    idempotency_key: str = "",
    session_id: UUID | None = None,
) -> TurnContext:
    """Store what the learner said and open the reply.

    Raises `TurnInProgress` when the conversation has a live turn, `NotFound` for a conversation
    or session that is not the learner's, `Conflict` when the key was used for other words.
    """
    text = text.strip()
    if not 1 <= len(text) <= MAX_MESSAGE_LENGTH:
        raise DomainError(details={"message": [f"Use 1 to {MAX_MESSAGE_LENGTH} characters."]})
    with transaction.atomic():
        if idempotency_key:
            _lock_key(learner, idempotency_key)
            if (first := _first_use(learner, idempotency_key)) is not None:
                return _replay(learner, first, text)
        if conversation_id is None:
            conversation = _new_conversation(learner, text, session_id)
            return _first_turn(learner, conversation, text, idempotency_key)
        conversation = _locked(learner, conversation_id)
        return _next_turn(learner, conversation, text, idempotency_key)


def retry_turn(*, learner: User, message_id: UUID) -> TurnContext:
    """A new reply to the learner message of a turn that was cut off, stopped or failed.

    `message_id` is that of the learner's message or of its last reply. Only the conversation's
    last turn can be tried again: an older one has been talked past.
    """
    with transaction.atomic():
        message = Message.objects.owned_by(learner).filter(pk=message_id).first()
        if message is None:
            raise NotFound
        conversation = _locked(learner, message.conversation_id)
        said = message.reply_to or message
        last = conversation.messages.order_by("-position").first()
        if last is None or said.role != Message.Role.USER or last.reply_to_id != said.pk:
            raise Conflict("The conversation has gone on since.", code="turn_superseded")
        if last.status == Message.Status.STREAMING:
            # Asked twice, as by a page whose connection broke: the one under way is followed.
            return _context(learner, conversation, said, last, replayed=True)
        if last.status not in RETRYABLE:
            raise Conflict("That turn is answered already.", code="turn_complete")
        reply = _open_reply(conversation, said, last.position + 1)
        return _context(learner, conversation, said, reply, again=True)


def _lock_key(learner: User, key: str) -> None:
    """Two requests with one key at the same moment: the second waits for the first's rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{learner.pk}:{key}"]
        )


def _first_use(learner: User, key: str) -> Message | None:
    since = timezone.now() - IDEMPOTENCY_WINDOW
    used = Message.objects.owned_by(learner).filter(idempotency_key=key, created_at__gte=since)
    return used.select_related("conversation").first()


def _replay(learner: User, said: Message, text: str) -> TurnContext:
    if said.content != text:
        raise Conflict(
            "That Idempotency-Key was used for another message.", code="idempotency_key_reused"
        )
    reply = said.replies.order_by("-position").first()
    assert reply is not None  # noqa: S101 - written in the same transaction as `said`
    return _context(learner, said.conversation, said, reply, replayed=True)


def _new_conversation(learner: User, text: str, session_id: UUID | None) -> Conversation:
    language = current_language(learner)
    if language is None:
        raise Conflict("Say what you want to learn first.", code="no_language")
    return start_conversation(
        learner=learner,
        language=language.language,
        level=language.level or Level.A1,
        session=_session(learner, session_id),
        first_words=text,
    )


def _session(learner: User, session_id: UUID | None) -> LearningSession | None:
    if session_id is None:
        return None
    session = LearningSession.objects.filter(learner=learner, pk=session_id).first()
    if session is None:
        raise NotFound
    return session


def _locked(learner: User, conversation_id: UUID) -> Conversation:
    """The row lock orders the turns of a conversation, so that positions are never contended."""
    mine = Conversation.objects.owned_by(learner).filter(pk=conversation_id)
    conversation = mine.select_for_update().first()
    if conversation is None:
        raise NotFound
    return conversation


def _first_turn(learner: User, conversation: Conversation, text: str, key: str) -> TurnContext:
    """The turn that its conversation was begun with, and is counted in it already."""
    said = _said(conversation, text, 1, key)
    reply = _reply(conversation, said, 2)
    Message.objects.bulk_create([said, reply])
    return _context(learner, conversation, said, reply, number=1)


def _next_turn(learner: User, conversation: Conversation, text: str, key: str) -> TurnContext:
    so_far = _standing(conversation)
    if so_far["live"]:
        live = conversation.messages.live().values_list("pk", flat=True).get()
        raise TurnInProgress(details={"messageId": [str(live)]})
    said = _said(conversation, text, so_far["last"] + 1, _free_key(conversation, key))
    reply = _reply(conversation, said, so_far["last"] + 2)
    try:
        Message.objects.bulk_create([said, reply])
    except IntegrityError as error:
        raise TurnInProgress from error
    changes: dict[str, Any] = {"message_count": F("message_count") + 1}
    if not conversation.title:
        changes["title"] = title_from(text)
    now = timezone.now()
    Conversation.objects.filter(pk=conversation.pk).update(
        last_message_at=now, updated_at=now, **changes
    )
    return _context(learner, conversation, said, reply, number=so_far["turns"] + 1)


def _standing(conversation: Conversation) -> dict[str, int]:
    """The last position, the learner's messages so far, and the position of a live reply."""
    return conversation.messages.aggregate(
        last=Max("position", default=0),
        turns=Count("pk", filter=Q(role=Message.Role.USER)),
        live=Max("position", filter=Q(status__in=Message.LIVE), default=0),
    )


def _free_key(conversation: Conversation, key: str) -> str:
    """A key older than the window may be used again; the old row gives it up."""
    if key:
        conversation.messages.filter(idempotency_key=key).update(idempotency_key="")
    return key


def _open_reply(conversation: Conversation, said: Message, position: int) -> Message:
    reply = _reply(conversation, said, position)
    try:
        reply.save(force_insert=True)
    except IntegrityError as error:
        raise TurnInProgress from error
    return reply


def _said(conversation: Conversation, text: str, position: int, key: str) -> Message:
    return Message(
        conversation=conversation,
        position=position,
        role=Message.Role.USER,
        content=text,
        idempotency_key=key,
    )


def _reply(conversation: Conversation, said: Message, position: int) -> Message:
    return Message(
        conversation=conversation,
        position=position,
        role=Message.Role.ASSISTANT,
        status=Message.Status.STREAMING,
        reply_to=said,
    )


def _context(
    learner: User,
    conversation: Conversation,
    said: Message,
    reply: Message,
    *,
    number: int = 0,
    again: bool = False,
    replayed: bool = False,
) -> TurnContext:
    """`number` spares a count to whom knows it; nothing was said before the first turn."""
    alone = number == 1 and said.position == 1
    return TurnContext(
        turn_id=str(reply.pk),
        learner_message_id=str(said.pk),
        conversation_id=str(conversation.pk),
        learner_id=learner.pk,
        learner_name=learner.name,
        language=conversation.language,
        level=conversation.level,
        native_language=learner.native_language,
        scenario=conversation.scenario,
        text=said.content,
        history=() if replayed or alone else recent_messages(conversation, before=said.position),
        number=number or _turns_until(conversation, said),
        timezone=learner.timezone,
        again=again,
        replayed=replayed,
    )


def _turns_until(conversation: Conversation, said: Message) -> int:
    spoken = conversation.messages.filter(role=Message.Role.USER, position__lte=said.position)
    return spoken.count()
