"""Finding what a question is about, by meaning and by words, in what the asker may read."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import connection

from ai.embeddings import Vectors
from conversations.retrieval import ranking
from conversations.retrieval.found import ALL_KINDS, TRANSCRIPT, Found, Retrieved
from conversations.retrieval.ranking import Candidate
from conversations.retrieval.sentences import spoken
from conversations.retrieval.statements import CHUNKS, Asked, Statement
from conversations.retrieval.vectors import mean_of, vectors_or_none
from conversations.retrieval.words import Words, words_of

POOL: Final = 30
"""Passages read again, sentence by sentence."""
LONGEST_QUESTION: Final = 1000


async def retrieve(
    *,
    learner_id: UUID,
    question: str,
    language: str,
    native_language: str,
    kinds: Collection[str] = ALL_KINDS,
    limit: int = 6,
    student_ids: Collection[UUID] | None = None,
) -> Retrieved:
    """The passages nearest to the question, best first, of the learner's own and public lessons.

    With `student_ids` the asker is a tutor or an admin, and the rows searched are those of these
    students that they may see. Never raises for a provider: without vectors it searches by words.
    """
    question = " ".join(question.split())[:LONGEST_QUESTION]
    if not question or not kinds:
        return Retrieved(question)
    read_words = database_sync_to_async(words_of, thread_sensitive=False)
    words = await read_words(question, languages=(language, native_language))
    about = await vectors_or_none([question, words.telling])

    def sought() -> Retrieved:
        pool = candidates(
            words=words,
            about=about,
            learner_id=learner_id,
            student_ids=None if student_ids is None else list(student_ids),
            kinds=kinds,
            language=language,
            native_language=native_language,
        )
        return ranking.ranked(question, pool, language=language, limit=limit)

    return await database_sync_to_async(sought, thread_sensitive=False)()


def candidates(
    *,
    words: Words,
    about: Vectors | None,
    learner_id: UUID,
    student_ids: Sequence[UUID] | None,
    kinds: Collection[str],
    language: str,
    native_language: str,
) -> ranking.Pool:
    """The part of a search that reads what can be found: two statements, however much there is.

    `about` are the vectors of the question and of its telling words.
    """
    vector = about.vectors[0] if about else None
    asked = Asked(
        learner_id=learner_id,
        student_ids=student_ids,
        kinds=kinds,
        language=language,
        native_language=native_language,
        vector=json.dumps(vector) if vector else "",
        embedder=about.embedder if about and vector else "",
        words=words.query,
        lexemes=words.lexemes,
    )
    read = _read(asked) if vector or words.query else []
    return ranking.Pool(words.groups, read, asked.embedder, _middle(about), words.asked_in)


def _middle(about: Vectors | None) -> Sequence[float]:
    return mean_of([vector or [] for vector in about.vectors] if about else []) or ()


@dataclass(frozen=True, slots=True)
class _Hit:
    table: str
    id: UUID
    by: str
    score: float


def _read(asked: Asked) -> list[Candidate]:
    statement = Statement(asked)
    hits = [_Hit(*row) for row in _fetched(*statement.candidates())]
    best = ranking.fused({by: _in_order(hits, by) for by in ("meaning", "words")})[:POOL]
    chunks = [id for (table, id), _ in best if table == CHUNKS]
    passages = [id for (table, id), _ in best if table != CHUNKS]
    rows = {row[1]: row for row in _fetched(*statement.rows(chunks, passages))}
    return [
        Candidate(
            found=_found(rows[id]),
            nearness=rows[id][9],
            sentences=bytes(rows[id][10] or b""),
            lexemes=frozenset(rows[id][11]),
            fused=score,
        )
        for (_, id), score in best
        if id in rows
    ]


def _in_order(hits: Iterable[_Hit], by: str) -> list[tuple[str, UUID]]:
    of_it = sorted((hit for hit in hits if hit.by == by), key=lambda hit: -hit.score)
    return [(hit.table, hit.id) for hit in of_it]


def _fetched(sql: str, given: Sequence[Any]) -> list[Any]:
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[Any] = cursor.fetchall()
    return rows


def _found(row: Sequence[Any]) -> Found:
    kind, passage_id, source_id, title, day, language, text, stored, utterances = row[:9]
    locator = _json(stored)
    return Found(
        kind=kind,
        source_id=source_id,
        passage_id=passage_id,
        title=title or _untitled(kind, day),
        text=text,
        locator=locator,
        relevance=0.0,
        language=language,
        utterances=spoken(_json(utterances) or locator.get("messages", ())),
        day=day,
    )


def _untitled(kind: str, day: date | None) -> str:
    return day.isoformat() if day and kind == TRANSCRIPT else ""


def _json(value: Any) -> Any:
    # A cursor of Django's gives jsonb as text: fields decode it, and here is none.
    return json.loads(value) if isinstance(value, str) else value
