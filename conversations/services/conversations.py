from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai.scenarios import Scenario, catalogue
from config.errors import DomainError, NotFound
from config.languages import TAUGHT
from config.levels import LEVELS
from conversations.models import Conversation, Message
from conversations.services.companions import note_session, opening_of, spoken_with
from conversations.titles import title_from
from learning.content.services import note_scenario
from learning.models import Companion, LearningSession

TITLE_LENGTH = 120
REASON_LENGTH = 500


def start_conversation(
    *,
    learner: User,
    language: str,
    level: str,
    scenario: str = "",
    session: LearningSession | None = None,
    companion: Companion | None = None,
) -> Conversation:
    """A new conversation. In a scenario the tutor speaks first, in its authored words; as a
    companion too, to say who that is.

    With a companion it is one of those the plan allows: raises PlanLimitReached.
    """
    language, level = spoken_with(learner, companion, language=language, level=level)
    conversation = new_conversation(
        learner=learner, language=language, level=level, session=session, companion=companion
    )
    scene = _scene(language, level, scenario) if scenario else None
    if scene:
        conversation.scenario = scenario
        conversation.title = scene.title[:TITLE_LENGTH]
    opening = scene.opening if scene else opening_of(companion, language)
    conversation.message_count = 1 if opening else 0
    with transaction.atomic():
        note_session(learner, companion)
        conversation.save(force_insert=True)
        if opening:
            _open(conversation, opening)
        if scene:
            now = timezone.now()
            note_scenario(learner=learner, language=language, scenario=scene.slug, now=now)
    return conversation


def new_conversation(
    *,
    learner: User,
    language: str,
    level: str,
    session: LearningSession | None = None,
    companion: Companion | None = None,
    first_words: str = "",
) -> Conversation:
    """Not stored yet. `first_words` are the learner's, in a message that is stored with it."""
    if language not in TAUGHT or level not in LEVELS:
        raise DomainError(_("Choose a language and a level that are taught here."))
    now = timezone.now()
    return Conversation(
        learner=learner,
        learning_session=session,
        companion=companion,
        language=language,
        level=level,
        title=title_from(first_words),
        message_count=1 if first_words else 0,
        last_message_at=now if first_words else None,
        created_at=now,
        updated_at=now,
    )


def _open(conversation: Conversation, text: str) -> None:
    Message.objects.create(
        conversation=conversation,
        position=1,
        role=Message.Role.ASSISTANT,
        content=text,
        provider="builtin",
        finished_at=timezone.now(),
    )


def _scene(language: str, level: str, slug: str) -> Scenario:
    for scene in catalogue(language, level):
        if scene.slug == slug:
            return scene
    raise NotFound(_("There is no such scenario at this level."), code="unknown_scenario")


def rename_conversation(*, learner: User, conversation_id: UUID, title: str) -> Conversation:
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_LENGTH:
        raise DomainError(details={"title": [_("Use 1 to %d characters.") % TITLE_LENGTH]})
    conversation = Conversation.objects.owned_by(learner).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    conversation.title = title
    conversation.save(update_fields=["title", "updated_at"])
    return conversation


def delete_conversation(*, learner: User, conversation_id: UUID) -> list[str]:
    """Hide it from everyone, at once. Gives the ids of live replies, for the caller to stop."""
    now = timezone.now()
    mine = Conversation.objects.owned_by(learner).filter(pk=conversation_id)
    if not mine.update(deleted_at=now, updated_at=now):
        raise NotFound
    live = Message.objects.live().filter(conversation=conversation_id)
    return [str(key) for key in live.values_list("pk", flat=True)]


UNDO: Final = timedelta(days=30)
"""How long a deleted conversation can be brought back by its learner."""


def restore_conversation(*, learner: User, conversation_id: UUID, now: datetime) -> Conversation:
    """Bring back what the learner deleted. Raises NotFound, also when it is too long ago."""
    deleted = Conversation.objects.filter(
        learner=learner, pk=conversation_id, deleted_at__gte=now - UNDO
    )
    conversation = deleted.first()
    if conversation is None:
        raise NotFound
    conversation.deleted_at = None
    conversation.save(update_fields=["deleted_at", "updated_at"])
    return conversation


def rate_message(*, learner: User, message_id: UUID, rating: int, reason: str = "") -> Message:
    """A thumb up (1) or down (-1) on a reply; the last one counts."""
    replies = Message.objects.owned_by(learner).filter(role=Message.Role.ASSISTANT)
    message = replies.filter(pk=message_id).first()
    if message is None:
        raise NotFound
    if rating not in (1, -1):
        raise DomainError(details={"rating": [_("Use 1 or -1.")]})
    message.rating, message.rating_reason = rating, reason.strip()[:REASON_LENGTH]
    message.save(update_fields=["rating", "rating_reason"])
    return message
