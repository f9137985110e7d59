"""The gold set: tutoring sessions we wrote, with questions they answer and some they do not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from accounts.models import User
from conversations.models import TranscriptChunk, TutoringSession
from conversations.retrieval.index import index_chunks
from conversations.transcripts.chunking import chunks_of
from conversations.transcripts.parsing.utterances import Utterance

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """`quote` stands in the session that answers it; empty when none does. A near miss asks about
    the subject of a session."""

    session: str
    ask: str
    asked_in: str
    language: str
    native_language: str
    quote: str
    near: bool


@cache
def read() -> dict[str, dict[str, Any]]:
    """The files by their names."""
    return {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.yaml"))
    }


def questions() -> Iterator[GoldQuestion]:
    for name, told in read().items():
        for one in [*told["answerable"], *told["unanswerable"]]:
            yield GoldQuestion(
                session=name,
                ask=one["ask"],
                asked_in=one["in"],
                language=told["language"],
                native_language=told["native"],
                quote=one.get("quote", ""),
                near=one.get("near", False),
            )


def utterances_of(told: dict[str, Any]) -> Iterator[Utterance]:
    """Each as long as it takes to the next."""
    lines = [line.split(" ", 1) for line in told["transcript"].splitlines()]
    starts = [_seconds(time) for time, _ in lines]
    for (_, said), start, end in zip(lines, starts, [*starts[1:], starts[-1] + 8], strict=True):
        speaker, text = said.split(": ", 1)
        yield Utterance(speaker=speaker, start=start, end=end, text=text)


def store_session(*, name: str, student: User, held_at: datetime) -> TutoringSession:
    """A gold session as if it had been uploaded, ready to be searched."""
    told = read()[name]
    session = TutoringSession.objects.create(
        student=student,
        language=told["language"],
        title=told["title"],
        subject=told["subject"],
        held_at=held_at,
        format=TutoringSession.Format.PLAIN_TEXT,
        file=f"transcripts/gold-{name}.txt",
        size=len(told["transcript"]),
        content_hash=name,
        student_speaker=told["student"],
        speakers=[told["tutor"], told["student"]],
        status=TutoringSession.Status.COMPLETED,
        step=TutoringSession.Step.DONE,
        progress=100,
    )
    TranscriptChunk.objects.bulk_create(
        TranscriptChunk(
            session=session,
            student=student,
            language=session.language,
            position=position,
            text=draft.text,
            speakers=draft.speakers,
            start=draft.start,
            end=draft.end,
            utterances=draft.utterances,
        )
        for position, draft in enumerate(chunks_of(utterances_of(told)))
    )
    index_chunks(session_id=session.pk)
    return session


def _seconds(time: str) -> float:
    minutes, seconds = time.split(":")
    return 60.0 * int(minutes) + int(seconds)
