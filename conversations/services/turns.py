"""Opening a turn: the learner's message and an empty reply, in one transaction."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai.moderation import Category, Verdict, check
from config.errors import Conflict, DomainError, NotFound
from config.levels import Level
from conversations.errors import TurnInProgress
from conversations.models import Conversation, Message
from conversations.moderation.services import flag_message, moderate_message
from conversations.services.companions import (
    chosen_companion,
    note_session,
    sit_with,
    spoken_with,
)
from conversations.services.context import TurnContext, context_of
from conversations.services.conversations import new_conversation
from conversations.services.keys import free_key, lock_key, said_before
from conversations.services.messages import Place, new_message, new_reply
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
from learning.models import LearningSession

MAX_MESSAGE_LENGTH = 5000


class _Blocked(Exception):
    """Moderation refuses the words. Its flag has to outlive the transaction that this ends."""

    def __init__(self, language: str) -> None:
        self.language = language


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
        raise DomainError(details={"message": [_("Use 1 to %d characters.") % MAX_MESSAGE_LENGTH]})
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

    def begin(self) -> TurnContext:
        """Raises _Blocked, and all that `begin_turn` raises."""
        # The words that open a conversation are one statement: a transaction of itself.
        alone = not (self.conversation_id or self.key or self.companion_id)
        with nullcontext() if alone else transaction.atomic():
            return self._begin()

    def _begin(self) -> TurnContext:
        if self.key:
            lock_key(self.learner, self.key)
            if first := said_before(self.learner, self.key, text=self.text):
                return _replay(self.learner, first)
        learning = learning_of(self.learner)
        if self.conversation_id is None:
            conversation = self._new_conversation(learning)
            verdict = self._verdict(conversation)
            context = _first_turn(self.learner, learning, conversation, self.text, self.key)
        else:
            conversation = lock_conversation(self.learner.pk, self.conversation_id)
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
            raise Conflict(_("Say what you want to learn first."), code="no_language")
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


def _replay(learner: User, said: Message) -> TurnContext:
    reply = said.replies.order_by("-position").first()
    assert reply is not None  # noqa: S101 - written in the same transaction as `said`
    return context_of(learner, said.conversation, said, reply, replayed=True)


def _session(learner: User, session_id: UUID | None) -> LearningSession | None:
    if session_id is None:
        return None
    session = LearningSession.objects.filter(learner=learner, pk=session_id).first()
    if session is None:
        raise NotFound
    return session


def _first_turn(
    learner: User, learning: Learning, conversation: Conversation, text: str, key: str
) -> TurnContext:
    """The turn that its conversation was begun with, and is counted in it already."""
    said = new_message(conversation, text, position=1, place=Place(None, 1), key=key)
    reply = new_reply(said, position=2)
    insert_conversation(conversation, [said, reply])
    return context_of(learner, conversation, said, reply, learning)


def _next_turn(
    learner: User,
    learning: Learning,
    conversation: Conversation,
    text: str,
    key: str,
    beside: Place | None,
) -> TurnContext:
    standing = standing_of(conversation.pk)
    standing.refuse_second()
    place = beside or _after(conversation, standing)
    free_key(conversation, key)
    said = new_message(conversation, text, position=standing.position + 1, place=place, key=key)
    reply = new_reply(said, position=said.position + 1)
    title = "" if conversation.title else title_from(text)
    try:
        insert_turn([said, reply], title=title, now=timezone.now())
    except IntegrityError as error:
        raise TurnInProgress from error
    return context_of(learner, conversation, said, reply, learning)


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
