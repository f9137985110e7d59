"""Everything a recommendation is chosen from and by, in one query.

What it costs does not grow with a learner's history: evidence is read for the last week only,
errors while they are open, and of the content what stands near the learner's level or is about
something they have practised.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from accounts.models import User
from config.levels import LEVELS
from learning.mastery.memory import Memory

WEEK: Final = timedelta(days=7)
NEAREST: Final = 3
"""Pieces of content that count as near to one wish or one error."""
NEAR: Final = 0.15
"""Cosine from which content counts as near. With the built-in encoder a word and a paragraph about
it have 0.15 to 0.3, and two texts at random 0.05."""
MOST: Final = 300
"""Candidates that are weighed; a language's own course has about 150."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Something a learner wants (`interest`, `goal`) or gets wrong (`error`), in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of content with what the learner has shown of its concept; one row a concept."""

    item_id: UUID
    content_type: str
    slug: str
    title: str
    level: str
    topics: tuple[str, ...]
    minutes: int
    concept_id: UUID | None = None
    concept: str = ""
    memory: Memory | None = None
    forgets_at: datetime | None = None
    missed: int = 0
    """Wrong answers and slips in the last seven days."""
    errors: int = 0
    """Recurring errors that are open."""
    lacking: tuple[str, ...] = ()
    """Names of what to know before, as far as it has not been shown."""
    finished_at: datetime | None = None
    score: float | None = None
    """The share that was right when it was finished."""
    near: tuple[tuple[Aim, float], ...] = ()
    """What it is near to, and how near, from 0 to 1."""
    lesson_read: bool = False
    """A lesson about its concept was finished."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to choose from. `unplaced` are wishes that no vector speaks for."""

    candidates: list[Candidate]
    unplaced: list[Aim]


def candidates_for(*, learner: User, language: str, level: str, now: datetime) -> Choice:
    values: dict[str, Any] = {
        "learner": learner.pk,
        "language": language,
        "level": level,
        "around": around(level),
        "talk": "C1" if level == "C2" else level,
        "now": now,
        "week": now - WEEK,
        "nearest": NEAREST,
        "far": 1 - NEAR,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, values)
        rows = cursor.fetchall()
    unplaced = [Aim(**aim) for aim in _decoded(rows[0][-1])] if rows else []
    return Choice([_candidate(row) for row in rows], unplaced)


def around(level: str) -> list[str]:
    """A level and its neighbours."""
    place = LEVELS.index(level)
    return list(LEVELS[max(place - 1, 0) : place + 2])


def _candidate(row: tuple[Any, ...]) -> Candidate:
    (item_id, kind, slug, title, level, topics, minutes, concept_id, concept, *rest) = row
    (stability, difficulty, right, wrong, count, last, forgets_at, *rest) = rest
    missed, errors, lacking, finished_at, score, near, _ = rest
    memory = None
    if stability is not None:
        memory = Memory(stability, difficulty, right, wrong, count, last)
    return Candidate(
        item_id=item_id,
        content_type=kind,
        slug=slug,
        title=title,
        level=level,
        topics=tuple(topics),
        minutes=minutes,
        concept_id=concept_id,
        concept=concept or "",
        memory=memory,
        forgets_at=forgets_at,
        missed=missed,
        errors=errors,
        lacking=tuple(lacking or ()),
        finished_at=finished_at,
        score=score,
        near=tuple((Aim(one["kind"], one["text"]), one["near"]) for one in _decoded(near)),
    )


def _decoded(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, str) else value or []


# aim:    what the learner wants and gets wrong, as texts; errors about a grammar point are known by
#         it and need no vector.
# near:   the content nearest to each aim, where both have a vector by the same embedder.
# chosen: what is weighed at all; what lies behind the last of it would rank behind it, too.
# missed: what went wrong this week; of a source judged anew only the last judgement counts.
_QUERY: Final = """
WITH aim AS MATERIALIZED (
    SELECT told.kind, btrim(told.text) AS text
    FROM accounts_learnerprofile profile
    CROSS JOIN LATERAL (
        SELECT 'interest' AS kind, unnest(profile.interests) AS text
        UNION ALL SELECT 'goal', profile.motivation
    ) told
    WHERE profile.user_id = %(learner)s AND btrim(told.text) <> ''
    UNION ALL (
        SELECT 'error', btrim(error.corrected)
        FROM learning_recurringerror error
        LEFT JOIN learning_concept about ON about.id = error.concept_id
        WHERE error.learner_id = %(learner)s AND error.language = %(language)s
            AND error.status = 'open' AND btrim(error.corrected) <> ''
            AND about.kind IS DISTINCT FROM 'grammar'
        ORDER BY error.last_seen_at DESC, error.id
        LIMIT 5
    )
),
near AS MATERIALIZED (
    SELECT aim.kind, aim.text, found.item_id, 1 - found.distance AS near
    FROM aim
    JOIN ai_cachedembedding wanted
        ON wanted.content_hash = encode(sha256(convert_to(aim.text, 'UTF8')), 'hex')
    CROSS JOIN LATERAL (
        SELECT held.item_id, held.embedding <=> wanted.embedding AS distance
        FROM learning_contentembedding held
        JOIN learning_contentitem item ON item.id = held.item_id
        WHERE held.embedder = wanted.embedder AND item.is_active
            AND item.language = %(language)s AND item.level = ANY(%(around)s)
        ORDER BY held.embedding <=> wanted.embedding
        LIMIT %(nearest)s
    ) found
    WHERE found.distance <= %(far)s
),
missed AS MATERIALIZED (
    SELECT concept_id, count(*) FILTER (WHERE NOT correct) AS times
    FROM (
        SELECT DISTINCT ON (concept_id, source_type, source_id) concept_id, correct
        FROM learning_evidence
        WHERE learner_id = %(learner)s AND occurred_at > %(week)s AND occurred_at <= %(now)s
        ORDER BY concept_id, source_type, source_id, revision DESC
    ) judged
    GROUP BY concept_id
),
faulty AS MATERIALIZED (
    SELECT concept_id, count(*) AS open
    FROM learning_recurringerror
    WHERE learner_id = %(learner)s AND status = 'open' AND concept_id IS NOT NULL
    GROUP BY concept_id
),
chosen AS MATERIALIZED (
    SELECT item.id, item.content_type, item.slug, item.title, item.level, item.topics, item.minutes,
        concept.id AS concept_id, concept.name AS concept, concept.kind, concept.requires,
        held.stability, held.difficulty, held."right", held.wrong, held.evidence_count,
        held.last_practiced, held.forgets_at, coalesce(missed.times, 0) AS missed,
        coalesce(faulty.open, 0) AS open, used.finished_at, used.score
    FROM learning_contentitem item
    LEFT JOIN learning_contentitem_concepts link ON link.contentitem_id = item.id
    LEFT JOIN learning_concept concept ON concept.id = link.concept_id
    LEFT JOIN learning_mastery held
        ON held.learner_id = %(learner)s AND held.concept_id = concept.id
    LEFT JOIN missed ON missed.concept_id = concept.id
    LEFT JOIN faulty ON faulty.concept_id = concept.id
    LEFT JOIN learning_contentuse used ON used.learner_id = %(learner)s AND used.item_id = item.id
    WHERE item.language = %(language)s AND item.is_active
        AND CASE WHEN item.content_type = 'conversation_starter' THEN item.level = %(talk)s
            ELSE item.level = ANY(%(around)s) OR held.id IS NOT NULL END
    ORDER BY item.id IN (SELECT near.item_id FROM near) DESC, open DESC, missed DESC,
        held.forgets_at NULLS LAST, item.level = %(level)s DESC, item.level, item.id
    LIMIT %(most)s
)
SELECT chosen.id, chosen.content_type, chosen.slug, chosen.title, chosen.level, chosen.topics,
    chosen.minutes, chosen.concept_id, chosen.concept, chosen.stability, chosen.difficulty,
    chosen."right", chosen.wrong, chosen.evidence_count, chosen.last_practiced, chosen.forgets_at,
    chosen.missed, chosen.open, lacking.names, chosen.finished_at, chosen.score,
    close.aims,
    (
        SELECT jsonb_agg(jsonb_build_object('kind', aim.kind, 'text', aim.text)) FROM aim
        WHERE aim.kind <> 'error' AND NOT EXISTS (SELECT FROM near WHERE near.text = aim.text)
    )
FROM chosen
LEFT JOIN LATERAL (
    SELECT array_agg(needed.name ORDER BY needed.name) AS names
    FROM learning_concept needed
    LEFT JOIN learning_mastery shown
        ON shown.learner_id = %(learner)s AND shown.concept_id = needed.id
    WHERE needed.kind = chosen.kind AND needed.language = %(language)s
        AND needed.slug = ANY(chosen.requires)
        AND CASE WHEN shown.id IS NULL THEN needed.level >= %(level)s
            ELSE shown."right" <= shown.wrong END
) lacking ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
        'kind', near.kind, 'text', near.text, 'near', near.near) ORDER BY near.near DESC) AS aims
    FROM near WHERE near.item_id = chosen.id
) close ON true
ORDER BY chosen.id, chosen.concept_id
"""
