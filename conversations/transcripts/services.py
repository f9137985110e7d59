"""Tutoring sessions as they come in, are changed and go. The background job is in `processing`."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import TutorAssignment, User
from accounts.selectors import current_language
from config.commits import after_commit
from config.errors import DomainError, NotFound
from config.ids import new_id
from conversations.transcripts.errors import EmptyTranscript, NotFailed, NotRead
from conversations.transcripts.intake import look_at
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.tasks import process_session_task
from conversations.transcripts.withdrawal import withdraw

Status, Step = TutoringSession.Status, TutoringSession.Step
_EXTENSION: Final = {"plain_text": "txt", "vtt": "vtt", "srt": "srt", "json": "json"}
_AHEAD: Final = timedelta(days=1)
"""How far in the future a meeting may lie: clocks and time zones are wrong at times."""


def upload_transcript(
    *,
    uploader: User,
    student: User,
    now: datetime,
    tutor: User | None = None,
    held_at: datetime | None = None,
    file: "File[Any] | None" = None,
    text: str = "",
    format: str = "",
    source: str = "",
    language: str = "",
    title: str = "",
    subject: str = "",
    duration: int | None = None,
    student_speaker: str = "",
) -> TutoringSession:
    """Keep a transcript and have it read in the background; the caller may see the student.

    The same file sent again for a student is the session it already made, tried again if it had
    failed. Raises what `intake.look_at` raises, NotFound for a tutor who does not teach the
    student, and DomainError `no_language` or `future_meeting`.
    """
    held_at = held_at or now
    if held_at > now + _AHEAD:
        raise DomainError(_("That meeting lies in the future."), code="future_meeting")
    tutor = _tutor(uploader, student, tutor)
    kept: Any = file if file is not None else ContentFile(text.encode())
    if file is None and not text.strip():
        raise EmptyTranscript
    seen = look_at(kept, declared=format)
    if known := _known(student, seen.digest):
        return _again(known)
    fields = {
        "tutor": tutor,
        "uploaded_by": uploader,
        "language": language or _language(student),
        "title": " ".join(title.split())[:200],
        "subject": subject.strip()[:100],
        "held_at": held_at,
        "duration": duration,
        "source": source.strip()[:40],
        "format": seen.format,
        "size": seen.size,
        "encoding": seen.encoding,
        "student_speaker": student_speaker.strip()[:100],
    }
    return _store(student, kept, seen.digest, fields)


@transaction.atomic
def retry_session(*, session: TutoringSession) -> TutoringSession:
    """Go on where it failed. Raises NotFailed."""
    row = TutoringSession.objects.select_for_update().get(pk=session.pk)
    if row.status != Status.FAILED:
        raise NotFailed
    row.status, row.attempts, row.error_code, row.error = Status.PROCESSING, 0, "", ""
    row.save(update_fields=["status", "attempts", "error_code", "error", "updated_at"])
    after_commit(process_session_task.delay, str(row.pk))
    return row


@transaction.atomic
def change_session(
    *, session: TutoringSession, title: str | None = None, student_speaker: str | None = None
) -> TutoringSession:
    """Name a session, or say who of the speakers is the student: then it is counted anew.

    Raises NotRead while it is being read, and DomainError `unknown_speaker`.
    """
    row = TutoringSession.objects.select_for_update().get(pk=session.pk)
    if title is not None:
        row.title = " ".join(title.split())[:200]
        row.save(update_fields=["title", "updated_at"])
    if student_speaker is not None and student_speaker != row.student_speaker:
        _set_speaker(row, student_speaker)
    return row


def delete_session(*, session: TutoringSession) -> None:
    """Take away a session with its file, its chunks and what was counted from it."""
    name = session.file.name
    with transaction.atomic():
        # Locked before: what a worker counts this moment would be left behind.
        held = TutoringSession.objects.select_for_update().filter(pk=session.pk).first()
        if held is None:
            return
        withdraw(held)
        held.delete()
    if name:
        default_storage.delete(name)


def _set_speaker(row: TutoringSession, speaker: str) -> None:
    if row.status == Status.PROCESSING:
        raise NotRead
    if speaker and speaker not in row.speakers:
        raise DomainError(_("Nobody in it has that name."), code="unknown_speaker")
    row.student_speaker = speaker
    row.status, row.step, row.progress, row.attempts = Status.PROCESSING, Step.ANALYSE, 60, 0
    row.error_code = row.error = ""
    row.save()
    after_commit(process_session_task.delay, str(row.pk))


def _tutor(uploader: User, student: User, tutor: User | None) -> User | None:
    """Raises NotFound for a tutor who does not teach the student; an admin may name any."""
    if tutor is None:
        return uploader if uploader.is_tutor else None
    if uploader.is_admin or tutor == uploader:
        return tutor
    if not TutorAssignment.objects.current().filter(tutor=tutor, student=student).exists():
        raise NotFound
    return tutor


def _language(student: User) -> str:
    studied = current_language(student)
    if studied is None:
        raise DomainError(_("Say which language the session was about."), code="no_language")
    return studied.language


def _known(student: User, digest: str) -> TutoringSession | None:
    return TutoringSession.objects.filter(student=student, content_hash=digest).first()


def _again(known: TutoringSession) -> TutoringSession:
    return retry_session(session=known) if known.status == Status.FAILED else known


def _store(
    student: User, file: "File[Any]", digest: str, fields: dict[str, Any]
) -> TutoringSession:
    """The file goes to the storage before the transaction: that may be somewhere else."""
    made = new_id()
    name = default_storage.save(f"transcripts/{made}.{_EXTENSION[fields['format']]}", file)
    with transaction.atomic():
        row, new = TutoringSession.objects.get_or_create(
            student=student,
            content_hash=digest,
            defaults={"id": made, "file": name, **fields},
        )
        if new:
            after_commit(process_session_task.delay, str(row.pk))
    if not new:
        default_storage.delete(name)
    return row
