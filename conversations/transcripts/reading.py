"""From a stored file to chunks in the database, a stretch at a time."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from django.core.files import File
from django.utils.translation import gettext as _

from config.errors import DomainError
from conversations.transcripts.chunking import Draft, chunks_of
from conversations.transcripts.errors import NoSpeech
from conversations.transcripts.models import TranscriptChunk, TutoringSession
from conversations.transcripts.parsing import parse
from conversations.transcripts.speakers import student_among

AT_ONCE: Final = 200
"""Chunks written together."""
MOST_SPEAKERS: Final = 50
IN_MEMORY: Final = 1024 * 1024


@contextmanager
def read_file(session: TutoringSession) -> Iterator[Callable[[TutoringSession], None]]:
    """Fetch a session's file; what is given writes its chunks, in the caller's transaction.

    The storage may be far away, so the file is here before the transaction begins. Raises
    DomainError `file_missing`; writing raises NoSpeech and Malformed.
    """
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        try:
            with session.file.open("rb") as stored:
                for piece in stored.chunks():
                    copy.write(piece)
        except FileNotFoundError as error:
            message = _("The file is no longer there. Send it again.")
            raise DomainError(message, code="file_missing") from error
        local: File[Any] = File(copy)
        yield lambda row: _store(row, local)


def _store(row: TutoringSession, file: "File[Any]") -> None:
    row.chunks.all().delete()
    speakers: dict[str, None] = {}
    position, ends = 0, 0.0
    drafts = chunks_of(parse(file, format=row.format, encoding=row.encoding))
    while batch := list(islice(drafts, AT_ONCE)):
        TranscriptChunk.objects.bulk_create(
            _chunk(row, draft, position + place) for place, draft in enumerate(batch)
        )
        position += len(batch)
        for draft in batch:
            ends = max(ends, draft.end or 0.0)
            speakers.update(dict.fromkeys(draft.speakers))
    if not position:
        raise NoSpeech
    row.speakers = list(speakers)[:MOST_SPEAKERS]
    row.duration = row.duration or (min(round(ends), 2**31 - 1) or None)
    row.student_speaker = _student(row)


def _chunk(row: TutoringSession, draft: Draft, position: int) -> TranscriptChunk:
    return TranscriptChunk(
        session=row,
        student_id=row.student_id,
        language=row.language,
        position=position,
        text=draft.text,
        speakers=draft.speakers,
        start=draft.start,
        end=None if draft.start is None else draft.end,
        utterances=draft.utterances,
    )


def _student(row: TutoringSession) -> str:
    """Who was named on upload, if they speak; else who bears the student's name."""
    if row.student_speaker in row.speakers:
        return row.student_speaker
    tutors = [one.name for one in (row.tutor, row.uploaded_by) if one and one.pk != row.student_id]
    return student_among(row.speakers, student=row.student.name, tutors=tutors)
