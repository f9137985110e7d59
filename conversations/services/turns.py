"""Opening a turn: the learner's message and an empty reply, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from ai.moderation import Category, Verdict, check
from ai.types import ChatMessage
from config.errors import Conflict, DomainError, NotFound
from config.levels import Level
from conversations.contract import Contract
from conversations.errors import TurnInProgress
from conversations.history import Past, newest_end, past_of
from conversations.memory.services import recall
from conversations.models import Conversation, Message
from conversations.moderation.services import flag_message, moderate_message
from conversations.services.companions import (
    chosen_companion,
    note_session,
    sit_with,
    spoken_with,
)
from conversations.services.conversations import new_conversation
from conversations.services.rows import (
    Learning,
    Standing,
    insert_conversation,
    insert_turn,
    learning_of,
    lock_conversation,
    standing_of,
)
from conversations.titles import title_from
from learning.companions.persona import Persona
from learning.companions.selectors import persona
from learning.models import LearningSession

MAX_MESSAGE_LENGTH = 5000
IDEMPOTENCY_WINDOW = timedelta(hours=24)
RETRYABLE = (Message.Status.CANCELLED, Message.Status.INTERRUPTED, Message.Status.FAILED)


@dataclass(frozen=True, slots=True)
class Remembered:
    id: UUID
    content: str


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
    contract: Contract = Contract()
    memories: tuple[Remembered, ...] = ()
    """What the tutor remembers that has to do with `text`."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """The question that the last reply asked to test the learner, as its tool gave it."""
    with_tutor: bool = False
    """A human tutor has the conversation: nothing is generated."""
    companion: Persona | None = None
    """Whom the tutor plays. Its texts may be the learner's own."""
    in_distress: bool = False
    """They write of hurting themselves: whom to call is said beside the reply."""


class _Blocked(Exception):
    """Moderation refuses the words. Its flag has to outlive the transaction that this ends."""

    def __init__(self, language: str) -> None:
        self.language = language


class Place(NamedTuple):
    """Where in the tree of branches a learner's message stands."""

    follows: UUID | None
    turn: int


def begin_turn(
    *,
    learner: User,
    text: str,
    conversation_id: UUID | None = None,
    idempotency_key: str = "",
    session_id: UUID | None = None,
    edit_of: UUID | None = None,
    companion_id: UUID | None = None,
) -> TurnContext:
    """Store what the learner said and open the reply.

    `edit_of` names an earlier message of theirs that this one replaces: it opens a branch beside
    it. `companion_id` says with whom a new conversation is. Raises `TurnInProgress` when the
    conversation has a live turn, `NotFound` for a conversation, message, session or companion that
    is not there for the learner, `Conflict` when the key was used for other words,
    `PlanLimitReached`, and `ContentBlocked` for words that moderation refuses.
    """
    # PostgreSQL keeps no such character, and nobody means it.
    text = text.replace("\0", "").strip()
    if not 1 <= len(text) <= MAX_MESSAGE_LENGTH:
        raise DomainError(details={"message": [f"Use 1 to {MAX_MESSAGE_LENGTH} characters."]})
    opening = _Opening(
        learner, text, conversation_id, idempotency_key, session_id, edit_of, companion_id
    )
    try:
        return opening.begin()
    except _Blocked as blocked:
        # Raises, unless a person has found the same words harmless before.
        moderate_message(learner=learner, text=text, language=blocked.language)
        return replace(opening, judged=True).begin()


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a turn is begun with."""

    learner: User
    text: str
    conversation_id: UUID | None
    key: str
    session_id: UUID | None
    edit_of: UUID | None
    companion_id: UUID | None
    judged: bool = False

    @transaction.atomic
    def begin(self) -> TurnContext:
        """Raises _Blocked, and all that `begin_turn` raises."""
        if self.key:
            _lock_key(self.learner, self.key)
            if (first := _first_use(self.learner, self.key)) is not None:
                return _replay(self.learner, first, self.text)
        learning = learning_of(self.learner.pk)
        if self.conversation_id is None:
            conversation = self._new_conversation(learning)
            verdict = self._verdict(conversation)
            context = _first_turn(self.learner, learning, conversation, self.text, self.key)
        else:
            conversation = _locked(self.learner, self.conversation_id)
            sit_with(conversation, learner=self.learner, companion_id=self.companion_id)
            verdict = self._verdict(conversation)
            beside = _beside(conversation, self.edit_of) if self.edit_of else None
            context = _next_turn(self.learner, learning, conversation, self.text, self.key, beside)
        if verdict.findings:
            said_id = UUID(context.learner_message_id)
            flag_message(verdict, learner=self.learner, text=self.text, message_id=said_id)
        return replace(context, in_distress=verdict.self_harm)

    def _new_conversation(self, learning: Learning) -> Conversation:
        """Not stored yet: it is together with what is said first."""
        companion = chosen_companion(self.learner, self.companion_id)
        language, level = spoken_with(
            self.learner, companion, language=learning.language, level=learning.level or Level.A1
        )
        if not language:
            raise Conflict("Say what you want to learn first.", code="no_language")
        note_session(self.learner, companion)
        return new_conversation(
            learner=self.learner,
            language=language,
            level=level,
            session=_session(self.learner, self.session_id),
            companion=companion,
            first_words=self.text,
        )

    def _verdict(self, conversation: Conversation) -> Verdict:
        verdict = check(self.text, language=conversation.language)
        if verdict.blocked and not self.judged:
            raise _Blocked(conversation.language)
        if not verdict.blocked:
            return verdict
        # What was judged harmless is no longer there; distress is heard all the same.
        return Verdict.of(one for one in verdict.findings if one.category is Category.SELF_HARM)


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


def regenerate_turn(*, learner: User, message_id: UUID) -> TurnContext:
    """Another reply beside the one that `message_id` names (or beside the replies to it): a branch.

    Raises as `begin_turn` does, and `Conflict` for an opening, which answers nothing.
    """
    with transaction.atomic():
        message = Message.objects.owned_by(learner).filter(pk=message_id).first()
        if message is None:
            raise NotFound
        conversation = _locked(learner, message.conversation_id)
        said = message.reply_to or message
        if said.role != Message.Role.USER:
            raise Conflict("That message is no answer to one of yours.", code="not_a_reply")
        standing = standing_of(conversation.pk)
        _refuse_second(standing)
        reply = _open_reply(conversation, said, standing.position + 1)
        Conversation.objects.filter(pk=conversation.pk).update(tip=None)
        return _context(learner, conversation, said, reply, again=True)


def show_branch(*, learner: User, conversation_id: UUID, message_id: UUID) -> Conversation:
    """Show the branch a message is on, to its newest end. Raises NotFound, or TurnInProgress."""
    with transaction.atomic():
        conversation = _locked(learner, conversation_id)
        message = conversation.messages.filter(pk=message_id).first()
        if message is None:
            raise NotFound
        standing = standing_of(conversation.pk)
        _refuse_second(standing)
        end = newest_end(message.pk)
        conversation.tip_id = None if end == standing.newest else end
        conversation.save(update_fields=["tip", "updated_at"])
        return conversation


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


def _session(learner: User, session_id: UUID | None) -> LearningSession | None:
    if session_id is None:
        return None
    session = LearningSession.objects.filter(learner=learner, pk=session_id).first()
    if session is None:
        raise NotFound
    return session


def _locked(learner: User, conversation_id: UUID) -> Conversation:
    """The row lock orders the turns of a conversation, so that positions are never contended."""
    conversation = lock_conversation(learner.pk, conversation_id)
    if conversation is None:
        raise NotFound
    return conversation


def _first_turn(
    learner: User, learning: Learning, conversation: Conversation, text: str, key: str
) -> TurnContext:
    """The turn that its conversation was begun with, and is counted in it already."""
    said = _said(conversation, text, 1, key, Place(None, 1))
    reply = _reply(conversation, said, 2)
    insert_conversation(conversation, [said, reply])
    return _context(learner, conversation, said, reply, learning)


def _next_turn(
    learner: User,
    learning: Learning,
    conversation: Conversation,
    text: str,
    key: str,
    beside: Place | None,
) -> TurnContext:
    standing = standing_of(conversation.pk)
    _refuse_second(standing)
    place = beside or _after(conversation, standing)
    said = _said(conversation, text, standing.position + 1, _free_key(conversation, key), place)
    reply = _reply(conversation, said, said.position + 1)
    title = "" if conversation.title else title_from(text)
    try:
        insert_turn([said, reply], title=title, now=timezone.now())
    except IntegrityError as error:
        raise TurnInProgress from error
    return _context(learner, conversation, said, reply, learning)


def _refuse_second(standing: Standing) -> None:
    if standing.live:
        raise TurnInProgress(details={"messageId": [str(standing.live)]})


def _after(conversation: Conversation, standing: Standing) -> Place:
    """At the end of the branch that is shown."""
    if conversation.tip_id is None:
        return Place(standing.newest, standing.turn + 1)
    turn = Message.objects.filter(pk=conversation.tip_id).values_list("turn", flat=True).get()
    return Place(conversation.tip_id, turn + 1)


def _beside(conversation: Conversation, edited_id: UUID) -> Place:
    theirs = conversation.messages.filter(role=Message.Role.USER, pk=edited_id)
    edited = theirs.values_list("follows", "turn").first()
    if edited is None:
        raise NotFound
    return Place(*edited)


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


def _said(conversation: Conversation, text: str, position: int, key: str, place: Place) -> Message:
    return Message(
        conversation=conversation,
        position=position,
        follows_id=place.follows,
        turn=place.turn,
        role=Message.Role.USER,
        content=text,
        idempotency_key=key,
    )


def _reply(conversation: Conversation, said: Message, position: int) -> Message:
    return Message(
        conversation=conversation,
        position=position,
        turn=said.turn,
        role=Message.Role.ASSISTANT,
        status=Message.Status.STREAMING,
        reply_to=said,
    )


def _context(
    learner: User,
    conversation: Conversation,
    said: Message,
    reply: Message,
    learning: Learning | None = None,
    *,
    again: bool = False,
    replayed: bool = False,
) -> TurnContext:
    if replayed:
        past, contract, remembers = Past(), Contract(), False
    else:
        past, learning = past_of(said.follows_id), learning or learning_of(learner.pk)
        contract, remembers = learning.contract, learning.remembers
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
        history=past.messages,
        number=said.turn,
        timezone=learner.timezone,
        again=again,
        replayed=replayed,
        contract=contract,
        memories=_memories(learner, said.content, conversation) if remembers else (),
        companion=persona(conversation.companion_id),
        asked=past.asked,
        with_tutor=conversation.state == Conversation.State.HUMAN,
    )


def _memories(learner: User, text: str, talk: Conversation) -> tuple[Remembered, ...]:
    found = recall(
        learner_id=learner.pk, text=text, now=timezone.now(), companion_id=talk.companion_id
    )
    return tuple(Remembered(memory.pk, memory.content) for memory in found)
