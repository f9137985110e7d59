"""What a transcript holds that a person should look at. Nothing of it is held back: it is a record
of what was said, and who sent it need not be who said it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai.flags import REASONS, keep_late_flags
from ai.models import ModerationFlag
from ai.moderation import Category, Finding, Severity, Verdict, check
from ai.moderation.verdict import RANK
from conversations.models import TranscriptChunk, TutoringSession

SURFACE: Final = "transcript"
SESSIONS: Final = "conversations.tutoringsession"
_REASONS: Final[Mapping[Category, Promise]] = REASONS | {
    Category.SELF_HARM: _("Somebody in it speaks of hurting themselves, so a person looks."),
}


def flag_transcript(session: TutoringSession) -> list[ModerationFlag]:
    """One flag a category for the gravest of it, as for the sender. Mild words and numbers of a
    talk between two people are their own affair. Again, it adds nothing."""
    sender = session.uploaded_by_id or session.student_id
    return keep_late_flags(
        Verdict.of(_gravest(session).values()),
        user_id=sender,
        text=session.content_hash,
        surface=SURFACE,
        source_type=SESSIONS,
        source_id=session.pk,
        reasons=_REASONS,
    )


def _gravest(session: TutoringSession) -> dict[Category, Finding]:
    found: dict[Category, Finding] = {}
    texts = TranscriptChunk.objects.filter(session=session).order_by("position")
    for text in texts.values_list("text", flat=True).iterator(chunk_size=200):
        for one in check(text, language=session.language).findings:
            known = found.get(one.category)
            if one.severity is not Severity.LOW and (
                known is None or RANK[one.severity] > RANK[known.severity]
            ):
                found[one.category] = one
    return found
