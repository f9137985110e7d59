"""With whom a conversation is: the learner's choice when it begins, and for good."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from ai.providers.builtin.reply import opening
from config.errors import Conflict
from config.levels import Level
from conversations.models import Conversation
from learning.companions.selectors import companion_for
from learning.companions.services import record_session
from learning.models import Companion


def chosen_companion(learner: User, companion_id: UUID | None) -> Companion | None:
    """The companion a conversation is to begin with. Raises NotFound for one that is not there for
    the learner."""
    return companion_for(learner, companion_id) if companion_id else None


def spoken_with(
    learner: User, companion: Companion | None, *, language: str, level: str
) -> tuple[str, str]:
    """The language and level of a conversation: the companion's language, else the one given."""
    if companion is None or companion.language in ("", language):
        return language, level
    studied = learner.languages.filter(language=companion.language).first()
    return companion.language, (studied.level if studied else "") or Level.A1


def opening_of(companion: Companion | None, language: str) -> str:
    """What a companion says first; empty without one."""
    if companion is None:
        return ""
    return opening(language, {"name": companion.name, "topic": companion.topic})


def note_session(learner: User, companion: Companion | None) -> None:
    """Call it in the transaction that stores the conversation. Raises PlanLimitReached."""
    if companion is not None:
        record_session(user=learner, companion=companion)


def sit_with(conversation: Conversation, *, learner: User, companion_id: UUID | None) -> None:
    """A message names a companion in a conversation that is there, whose row is locked: with it
    the conversation may begin, and goes on.

    Raises NotFound, PlanLimitReached, and Conflict `other_companion` once it has begun otherwise.
    """
    if companion_id is None:
        return
    companion = companion_for(learner, companion_id)
    if conversation.companion_id == companion.pk:
        return
    if conversation.companion_id or conversation.message_count:
        raise Conflict(
            _("This conversation is not with that companion. Begin a new one."),
            code="other_companion",
        )
    record_session(user=learner, companion=companion)
    conversation.companion = companion
    conversation.save(update_fields=["companion"])
