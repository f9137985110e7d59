"""The second look at a turn, by a provider, when it is over and nobody waits."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import structlog

from accounts.models import User
from accounts.notifications.services import notify
from ai.flags import keep_late_flags
from ai.models import ModerationFlag
from ai.moderation import Category, Verdict
from ai.moderation.by_provider import check_by_provider
from ai.worker import run
from conversations.models import Message
from conversations.moderation.safety import safety_message
from conversations.moderation.services import MESSAGE, MESSAGES, REPLY

_SURFACE: Final = {Message.Role.USER: MESSAGE, Message.Role.ASSISTANT: REPLY}
SUPPORT: Final = "support"
"""The kind of the notification that somebody in distress gets."""

log = structlog.get_logger(__name__)


def check_messages(message_ids: Iterable[UUID | str]) -> int:
    """Keep what a provider finds in these messages; how many flags. Twice keeps nothing twice.

    Raises ProviderError: what was found before that is kept.
    """
    rows = Message.objects.filter(pk__in=message_ids, role__in=_SURFACE).exclude(content="")
    messages = rows.select_related("conversation__learner").order_by("position")
    return sum(_check(message) for message in messages)


def _check(message: Message) -> int:
    learner = message.conversation.learner
    verdict = run(
        check_by_provider(
            message.content, names=[learner.name], user_id=learner.pk, reference=message.pk
        )
    )
    flags = keep_late_flags(
        verdict,
        user_id=learner.pk,
        text=message.content,
        surface=_SURFACE[Message.Role(message.role)],
        source_type=MESSAGES,
        source_id=message.pk,
    )
    if flags:
        log.info("moderation.found_later", message=str(message.pk), flags=len(flags))
    _support(learner, message, verdict, flags)
    return len(flags)


def _support(
    learner: User, message: Message, verdict: Verdict, flags: list[ModerationFlag]
) -> None:
    """The rules did not see it, so nothing stood beside the reply: told now."""
    new = any(flag.category == Category.SELF_HARM for flag in flags)
    if not (verdict.self_harm and new and message.role == Message.Role.USER):
        return
    safety = safety_message(learner.native_language)
    numbers = [f"{one.where}: {one.number}" for one in safety.contacts]
    notify(
        user=learner,
        kind=SUPPORT,
        title=safety.title,
        body=". ".join(numbers),
        url="/moderation/help",
        source_type=MESSAGES,
        source_id=message.pk,
    )
