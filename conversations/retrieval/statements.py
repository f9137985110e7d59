"""The SQL of a search. Who may read a row is decided in each part of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from conversations.retrieval.found import LESSON, TRANSCRIPT

NEAREST: Final = 30
"""Candidates that each part of a search gives."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rows are searched for what. `vector` is pgvector's text form, empty without one."""

    learner_id: UUID
    student_ids: Sequence[UUID] | None
    kinds: Collection[str]
    language: str
    native_language: str
    vector: str
    embedder: str
    words: str
    lexemes: Sequence[str]


class Statement:
    """SQL with its parameters, put together part by part."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._mine = _owners(asked)

    def candidates(self) -> tuple[str, list[Any]]:
        """(kind of table, id, "meaning" or "words", score) of the best rows of each part."""
        parts: list[str] = []
        given: list[Any] = []
        for table, where, values in self._collections():
            for sql, more in self._nearest(table, where, values):
                parts.append(f"({sql})")
                given += more
        return " UNION ALL ".join(parts), given

    def _nearest(
        self, table: str, where: str, values: list[Any]
    ) -> Iterator[tuple[str, list[Any]]]:
        asked = self.asked
        # Table and condition are constants of this module; all values are parameters.
        if asked.vector:
            yield (
                f"SELECT '{table}', id, 'meaning', 1 - (embedding <=> %s::halfvec) AS score"  # noqa: S608 - see above
                f" FROM {table} WHERE {where} AND embedder = %s"
                f" ORDER BY embedding <=> %s::halfvec LIMIT {NEAREST}",
                [asked.vector, *values, asked.embedder, asked.vector],
            )
        if asked.words:
            yield (
                f"SELECT '{table}', id, 'words', ts_rank(search, %s::tsquery, 1) AS score"  # noqa: S608 - see above
                f" FROM {table} WHERE {where} AND search @@ %s::tsquery"
                f" ORDER BY score DESC, id LIMIT {NEAREST}",
                [asked.words, *values, asked.words],
            )

    def _collections(self) -> Iterator[tuple[str, str, list[Any]]]:
        """Table, condition and its values, of what may be read."""
        asked = self.asked
        mine, owners = self._mine
        if TRANSCRIPT in asked.kinds:
            yield CHUNKS, f"student_id {mine}", owners
        own = sorted(set(asked.kinds) - {TRANSCRIPT, LESSON})
        if own:
            yield PASSAGES, f"learner_id {mine} AND kind = ANY(%s)", [*owners, own]
        if LESSON in asked.kinds:
            languages = [asked.language, asked.native_language, "en"]
            yield (
                PASSAGES,
                "learner_id IS NULL AND kind = 'lesson' AND locator->>'teaches' = %s"
                " AND language = ANY(%s)",
                [asked.language, languages],
            )

    def rows(self, chunks: list[UUID], passages: list[UUID]) -> tuple[str, list[Any]]:
        """The rows of these ids whose source is still there, with what is needed to show them.

        The condition on who may read is not said again: the ids come from `candidates`.
        """
        asked = self.asked
        seen = [asked.vector or None, asked.embedder, list(asked.lexemes)]
        return ROWS, [*seen, chunks, *seen, passages]


def _owners(asked: Asked) -> tuple[str, list[Any]]:
    """The condition on a row's learner: oneself, or those of the students that one may see."""
    if asked.student_ids is None:
        return "= %s", [asked.learner_id]
    if not asked.student_ids:
        return "= ANY(%s::uuid[])", [[]]
    asker = User.objects.get(pk=asked.learner_id)
    students = User.objects.visible_to(asker).filter(pk__in=asked.student_ids).values("pk")
    sql, values = students.query.sql_with_params()
    return f"IN ({sql})", list(values)


CHUNKS: Final = "conversations_transcriptchunk"
PASSAGES: Final = "conversations_passage"

_NEARNESS: Final = """
    CASE WHEN {row}.embedder = seen.embedder THEN 1 - ({row}.embedding <=> seen.vector) END,
    CASE WHEN {row}.embedder = seen.embedder THEN {row}.sentences END,
    ARRAY(SELECT word FROM unnest(seen.lexemes) AS word
          WHERE {row}.search @@ quote_literal(word)::tsquery)
"""
_SEEN: Final = "(SELECT %s::halfvec AS vector, %s AS embedder, %s::text[] AS lexemes) AS seen"

ROWS: Final = f"""
SELECT 'transcript', chunk.id, session.id, session.title,
    (session.held_at AT TIME ZONE learner.timezone)::date, chunk.language,
    chunk.text, jsonb_build_object('start', chunk.start, 'end', chunk."end",
        'speaker', coalesce(chunk.speakers[1], '')), chunk.utterances,
    {_NEARNESS.format(row="chunk")}
FROM {_SEEN}, {CHUNKS} AS chunk JOIN conversations_tutoringsession AS session
    ON session.id = chunk.session_id JOIN accounts_user AS learner ON learner.id = chunk.student_id
WHERE chunk.id = ANY(%s)
UNION ALL
SELECT passage.kind, passage.id, passage.source_id, passage.title,
    (SELECT (talk.created_at AT TIME ZONE learner.timezone)::date
     FROM conversations_conversation AS talk JOIN accounts_user AS learner
         ON learner.id = talk.learner_id
     WHERE talk.id = passage.source_id AND passage.kind = 'conversation'),
    passage.language, passage.text, passage.locator, '[]'::jsonb,
    {_NEARNESS.format(row="passage")}
FROM {_SEEN}, {PASSAGES} AS passage
WHERE passage.id = ANY(%s) AND CASE passage.kind
    WHEN 'lesson' THEN EXISTS (
        SELECT FROM learning_contentitem AS item
        WHERE item.id = passage.source_id AND item.is_active)
    WHEN 'conversation' THEN EXISTS (
        SELECT FROM conversations_conversation AS talk
        WHERE talk.id = passage.source_id AND talk.deleted_at IS NULL)
    WHEN 'saved' THEN EXISTS (
        SELECT FROM practice_vocabularyitem AS item JOIN practice_vocabularylist AS list
            ON list.id = item.vocabulary_list_id
        WHERE item.id = passage.source_id AND list.owner_id = passage.learner_id
    ) OR EXISTS (
        SELECT FROM practice_note AS note JOIN practice_deck AS deck ON deck.id = note.deck_id
        WHERE note.id = passage.source_id AND deck.deleted_at IS NULL
            AND deck.owner_id = passage.learner_id)
    END
"""  # noqa: S608 - put together from constants above
