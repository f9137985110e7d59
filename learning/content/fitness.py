"""Moderation of what staff write for learners."""

from typing import Final

from accounts.models import User
from ai.flags import REASONS, judge_text, keep_late_flags
from ai.models import ModerationFlag
from ai.moderation import Verdict, check
from learning.content.models import ContentItem
from learning.content.texts import texts_of

SURFACE: Final = "content"
CONTENT: Final = "learning.contentitem"


def judge_content(*, author: User, item: ContentItem) -> Verdict:
    """Before content is saved. Raises ContentBlocked, whose flag its author can appeal."""
    return judge_text(
        user_id=author.pk, text=text_of(item), language=item.language, surface=SURFACE
    )


def flag_content(verdict: Verdict, *, author: User, item: ContentItem) -> list[ModerationFlag]:
    """Keep what was found in content that was saved: once, however often it is saved."""
    return keep_late_flags(
        verdict,
        user_id=author.pk,
        text=text_of(item),
        surface=SURFACE,
        source_type=CONTENT,
        source_id=item.pk,
    )


def why_unfit(item: ContentItem) -> str:
    """Why content of a file would be refused; empty when it would not. Keeps no flag."""
    verdict = check(text_of(item), language=item.language)
    worst = verdict.worst
    return str(REASONS[worst.category]) if verdict.blocked and worst else ""


def text_of(item: ContentItem) -> str:
    return "\n".join(text for texts in texts_of(item).values() for text in texts)
