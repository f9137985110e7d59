"""The background job of a tutoring session: step by step, each once, however often it is run.

A step works outside any transaction where it needs the storage or a provider, then writes its
result and names the next step in one. A worker that dies loses the step it was in, and no other.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from ai.errors import AllProvidersFailed, ProviderError
from config.errors import DomainError
from config.levels import LEVELS
from conversations.moderation.transcripts import flag_transcript
from conversations.retrieval.index import embed_chunks, index_chunk_words
from conversations.transcripts import notices
from conversations.transcripts.analysis import builtin, model
from conversations.transcripts.analysis.points import Findings
from conversations.transcripts.crediting import credit, listen
from conversations.transcripts.models import SessionConcept, TutoringSession
from conversations.transcripts.practice import SOURCE, practised
from conversations.transcripts.reading import read_file
from conversations.transcripts.tasks import PAUSES
from learning.sessions.services import level_for
from practice.sets.models import PracticeSet
from practice.sets.services import request_practice

logger = logging.getLogger(__name__)

Status, Step = TutoringSession.Status, TutoringSession.Step
MOST_ATTEMPTS: Final = len(PAUSES) + 1
"""Tries of one step, whether it failed or its worker died."""
IN_ONE_GO: Final = 5
"""Seconds of embedding in one task. Ten megabytes take minutes, and on the same queue a learner may
wait for corrections."""
WINDOW: Final = 16
"""Chunks embedded before the time is looked at."""
LOST: Final = timedelta(minutes=15)
"""Longer than a task may take: nobody works on a session left alone for this long."""
PROGRESS: Final = {
    Step.PARSE: 5,
    Step.EMBED: 25,
    Step.ANALYSE: 60,
    Step.CREDIT: 80,
    Step.PRACTISE: 90,
    Step.DONE: 100,
}
"""Percent that is done when a step begins."""


class _Unfinished(Exception):
    """There is more to a step than one task may take; what was done is kept."""


class _Overtaken(Exception):
    """Another worker has written this step's result, or the session is gone."""


def process_session(*, session_id: UUID | str) -> int | None:
    """Go on with a session from its next step; None when there is nothing left to do, else the
    seconds to wait before it is called again."""
    while (session := _begun(session_id)) is not None:
        try:
            _STEPS[Step(session.step)](session)
        except _Overtaken:
            return None
        except _Unfinished:
            # It got on: the next task begins with no try counted.
            TutoringSession.objects.filter(pk=session.pk).update(attempts=0)
            return 0
        except DomainError as error:
            _fail(session, error.code, error.message)
            return None
        except Exception as error:
            if not isinstance(error, ProviderError):
                logger.exception("session_step_failed", extra={"step": session.step})
            if session.attempts < MOST_ATTEMPTS:
                return PAUSES[session.attempts - 1]
            _fail(session, "processing_failed", _("Something failed on our side."))
            return None
    return None


def take_waiting_sessions(*, now: datetime, limit: int = 200) -> list[UUID]:
    """Sessions nobody has worked on for a while, as after a worker died or the queue was lost.

    Each is given once in that while: in a long queue it may only be waiting.
    """
    rows = TutoringSession.objects.filter(status=Status.PROCESSING, updated_at__lt=now - LOST)
    found = list(rows.order_by("updated_at").values_list("pk", flat=True)[:limit])
    TutoringSession.objects.filter(pk__in=found).update(updated_at=now)
    return found


def _begun(session_id: UUID | str) -> TutoringSession | None:
    """The session, one more try counted; None when it is done, gone, or tried too often."""
    rows = TutoringSession.objects.filter(pk=session_id, status=Status.PROCESSING)
    rows.update(attempts=F("attempts") + 1, updated_at=timezone.now())
    session = rows.select_related("student", "tutor", "uploaded_by").first()
    if session is not None and session.attempts > MOST_ATTEMPTS:
        _fail(session, "gave_up", _("Reading it was cut off several times."))
        return None
    return session


@contextmanager
def _finishing(
    session: TutoringSession, following: TutoringSession.Step
) -> Iterator[TutoringSession]:
    """A transaction that writes a step's result on the locked row. Raises _Overtaken."""
    with transaction.atomic():
        row = (
            TutoringSession.objects.select_for_update(of=("self",))
            .select_related("student", "tutor", "uploaded_by")
            .filter(pk=session.pk, status=Status.PROCESSING, step=session.step)
            .first()
        )
        if row is None:
            raise _Overtaken
        yield row
        row.step, row.progress, row.attempts = following, PROGRESS[following], 0
        row.save()


def _parse(session: TutoringSession) -> None:
    with read_file(session) as store, _finishing(session, Step.EMBED) as row:
        store(row)


def _embed(session: TutoringSession) -> None:
    """Without an embedder the words are searchable; vectors follow when it is back.

    Raises _Unfinished.
    """
    try:
        _make_searchable(session)
    except ProviderError:
        if session.attempts < MOST_ATTEMPTS:
            raise
        logger.warning("session_without_vectors", extra={"session": str(session.pk)})
    with _finishing(session, Step.ANALYSE):
        pass


def _make_searchable(session: TutoringSession) -> None:
    """By words, then by meaning from the first chunk that has no vector yet.

    Raises _Unfinished and ProviderError.
    """
    until = time.monotonic() + IN_ONE_GO
    positions = session.chunks.order_by("position").values_list("position", flat=True)
    total, first = positions.count(), positions.filter(embedder="").first()
    if first == 0:
        index_chunk_words(session_id=session.pk)
    for at in range(total if first is None else first, total, WINDOW):
        embed_chunks(session.chunks.filter(position__gte=at, position__lt=at + WINDOW))
        _note_progress(session, min(1, (at + WINDOW) / total))
        # Not before: a task that got nowhere would count as a try that failed.
        if at + WINDOW < total and time.monotonic() > until:
            raise _Unfinished


def _note_progress(session: TutoringSession, done: float) -> None:
    """Of the embedding: a step that gets on has not failed."""
    begins, ends = PROGRESS[Step.EMBED], PROGRESS[Step.ANALYSE]
    session.attempts = 1
    TutoringSession.objects.filter(pk=session.pk, step=Step.EMBED).update(
        progress=round(begins + (ends - begins) * done), attempts=1, updated_at=timezone.now()
    )


def _analyse(session: TutoringSession) -> None:
    flag_transcript(session)
    findings = _findings(session)
    with _finishing(session, Step.CREDIT) as row:
        row.analysis, row.analysed_by = findings.as_json(), findings.by
        row.title = row.title or ", ".join(findings.topics[:2])[:200]
        row.concepts.all().delete()
        SessionConcept.objects.bulk_create(
            SessionConcept(
                session=row,
                concept_id=one.concept,
                name=one.name[:200],
                difficulty=one.difficulty,
                correct=min(one.correct, 32_000),
                wrong=min(one.wrong, 32_000),
                quote=one.quote[:400],
            )
            for one in findings.concepts
        )


def _findings(session: TutoringSession) -> Findings:
    level = level_for(session.student, session.language) or LEVELS[0]
    findings = builtin.find(session, level=level)
    if not model.available():
        return findings
    try:
        return model.improve(findings, session, level=level)
    except (AllProvidersFailed, ProviderError, TimeoutError):
        logger.warning("session_by_rules_alone", extra={"session": str(session.pk)})
        return findings


def _credit(session: TutoringSession) -> None:
    heard = listen(session)
    with _finishing(session, Step.PRACTISE) as row:
        credit(row, heard, now=timezone.now())


def _practise(session: TutoringSession) -> None:
    now = timezone.now()
    with _finishing(session, Step.DONE) as row:
        made = PracticeSet.objects.filter(source_type=SOURCE, source_id=row.pk).exists()
        if not made and (concepts := practised(row)):
            request_practice(
                learner=row.student,
                requested_by=row.tutor or row.student,
                concepts=concepts,
                language=row.language,
                session_id=row.pk,
                source_type=SOURCE,
                title=row.title[:160],
                now=now,
            )
        row.status, row.completed_at = Status.COMPLETED, now
        notices.tell_ready(row)


def _fail(session: TutoringSession, code: str, message: str) -> None:
    with transaction.atomic():
        rows = TutoringSession.objects.filter(pk=session.pk, status=Status.PROCESSING)
        failed = rows.update(
            status=Status.FAILED, error_code=code, error=message[:300], updated_at=timezone.now()
        )
        if failed:
            notices.tell_failed(session)


_STEPS: Final[dict[TutoringSession.Step, Callable[[TutoringSession], None]]] = {
    Step.PARSE: _parse,
    Step.EMBED: _embed,
    Step.ANALYSE: _analyse,
    Step.CREDIT: _credit,
    Step.PRACTISE: _practise,
}
