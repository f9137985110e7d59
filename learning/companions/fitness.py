"""Moderation of what learners write for a companion: it is told to a model with every message."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from ai.flags import judge_text, keep_late_flags
from ai.moderation import Verdict
from learning.companions.models import Companion

SURFACE: Final = "companion"
COMPANION: Final = "learning.companion"
_TEXTS: Final = ("name", "topic", "style", "voice", "instructions")


def judge_companion(*, author: User, fields: Mapping[str, Any]) -> Verdict:
    """Before it is stored. Raises ContentBlocked, whose flag must outlive the refusal: so never
    within a transaction."""
    language = fields.get("language") or author.native_language
    return judge_text(user_id=author.pk, text=_text(fields), language=language, surface=SURFACE)


def flag_companion(
    verdict: Verdict, *, author_id: UUID, companion: Companion, fields: Mapping[str, Any]
) -> None:
    """Keep what was found in a companion that was stored: once, however often it is."""
    if verdict.findings:
        keep_late_flags(
            verdict,
            user_id=author_id,
            text=_text(fields),
            surface=SURFACE,
            source_type=COMPANION,
            source_id=companion.pk,
        )


def _text(fields: Mapping[str, Any]) -> str:
    return "\n".join(str(fields.get(name, "")) for name in _TEXTS)
