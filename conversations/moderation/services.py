"""Moderation of what learners say to the tutor and of what the tutor says to them.

A turn calls `moderate_message` before its transaction and `flag_message` inside of it;
`moderate_reply` when the reply is written.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from ai.flags import judge_text, keep_flags
from ai.models import ModerationFlag
from ai.moderation import Verdict, check

MESSAGE, REPLY = "message", "reply"
MESSAGES: Final = "conversations.message"


@dataclass(frozen=True, slots=True)
class ModeratedReply:
    """`text` may be shown: the reply itself, or the sentence that stands in its place."""

    text: str
    verdict: Verdict


def moderate_message(*, learner: User, text: str, language: str) -> Verdict:
    """Before a message is stored. Raises ContentBlocked, whose flag must outlive the refusal: so
    never within a transaction. The rest of what was found is kept by `flag_message`.

    A verdict with `self_harm` goes on, with `safety_message` beside the reply.
    """
    return judge_text(user_id=learner.pk, text=text, language=language, surface=MESSAGE)


def flag_message(
    verdict: Verdict, *, learner: User, text: str, message_id: UUID
) -> list[ModerationFlag]:
    """Keep what was found in a message that was let through. May run in its transaction."""
    return keep_flags(
        verdict,
        user_id=learner.pk,
        text=text,
        surface=MESSAGE,
        source_type=MESSAGES,
        source_id=message_id,
    )


def moderate_reply(
    *,
    learner: User,
    text: str,
    language: str,
    message_id: UUID,
    verdict: Verdict | None = None,
) -> ModeratedReply:
    """When a reply is over, before it is stored. Flags it, and replaces one that is blocked.

    `verdict` is that of a check of this text already made.
    """
    verdict = check(text, language=language) if verdict is None else verdict
    if verdict.findings:
        keep_flags(
            verdict,
            user_id=learner.pk,
            text=text,
            surface=REPLY,
            source_type=MESSAGES,
            source_id=message_id,
        )
    return ModeratedReply(withheld() if verdict.blocked else text, verdict)


def withheld() -> str:
    """What stands in the place of a reply that is not shown."""
    return _("This answer was not fit to show, so it is left out. Ask again in other words.")
