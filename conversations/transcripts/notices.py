"""Telling people that a session is ready, or could not be read."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.notifications.services import notify
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.practice import SOURCE


def tell_ready(session: TutoringSession) -> None:
    topics = ", ".join(session.analysis.get("topics", ())[:3])
    notify(
        user=session.student,
        kind="transcript-ready",
        title=_("Your tutoring session is ready to look through"),
        body=topics,
        url=_address(session),
        source_type=SOURCE,
        source_id=session.pk,
    )


def tell_failed(session: TutoringSession) -> None:
    """Whoever sent it is told: they can send it again."""
    notify(
        user=session.uploaded_by or session.student,
        kind="transcript-failed",
        title=_("A transcript could not be read"),
        body=str(session),
        url=_address(session),
        source_type=SOURCE,
        source_id=session.pk,
    )


def _address(session: TutoringSession) -> str:
    return reverse("conversations:tutoring_session", args=[session.pk])
