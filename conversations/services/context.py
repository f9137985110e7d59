"""What writing a reply has to know of its turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from ai.types import ChatMessage
from conversations.contract import Contract
from conversations.history import Past, past_of
from conversations.memory.services import recall
from conversations.models import Conversation, Message
from conversations.services.rows import Learning, learning_of
from learning.companions.persona import Persona
from learning.companions.selectors import persona


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
    unchecked: bool = False
    """Nobody has looked for slips in `text`, though it was answered before."""
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


def context_of(
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
        past, learning = past_of(said.follows_id), learning or learning_of(learner)
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
        unchecked=not said.checked,
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
