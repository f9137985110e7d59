"""Writing evidence and what follows from it: mastery and skill progress, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.selectors import local_day, target_mastery
from config.ids import new_id
from learning.concepts.models import Concept
from learning.mastery.memory import Memory, Sign, remember
from learning.mastery.models import Evidence, Mastery
from learning.mastery.selectors import counted
from learning.mastery.skills import advance_skills

_MEMORY_FIELDS = (
    "stability",
    "difficulty",
    "right",
    "wrong",
    "evidence_count",
    "last_practiced",
    "forgets_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a learner showed of one concept. The caller names the row it rests on.

    `weight`, above 0 and at most 1, is how much it says: 1 for an answer written freely to a
    question, less where guessing or help may explain it.
    """

    concept: Concept
    surface: str
    correct: bool
    source_type: str
    source_id: UUID
    skill: str = ""
    weight: float = 1.0
    hint_used: bool = False
    spontaneous: bool = False


def record_evidence(*, learner: User, shown: Sequence[Shown], now: datetime) -> list[Evidence]:
    """Append evidence and bring mastery and skill progress up to date; gives the rows that are new.

    A sign already on record (same learner, concept and source) is passed over, so a task may run
    twice. The number of queries does not depend on how much is given or stored.
    """
    if not shown:
        return []
    concepts = {sign.concept.pk: sign.concept for sign in shown}
    with transaction.atomic():
        take_turns(learner)
        rows = _append([_row(learner, sign, now) for sign in shown])
        if rows:
            _advance(learner, rows, concepts, now=now)
            day = local_day(learner, now)
            advance_skills(learner=learner, evidence=rows, concepts=concepts, day=day)
    return rows


@transaction.atomic
def revise_evidence(
    *,
    learner: User,
    source_type: str,
    source_id: UUID,
    correct: bool,
    concepts: Sequence[Concept] | None = None,
) -> list[Evidence]:
    """Judge a source anew: what it said counts as `correct` from now on, at the time it was said.

    All it said, or what it said of some concepts. Gives the rows appended; none when nothing
    changes.
    """
    take_turns(learner)
    mine = Evidence.objects.filter(learner=learner, source_type=source_type, source_id=source_id)
    if concepts is not None:
        mine = mine.filter(concept__in=concepts)
    standing = counted(mine.select_related("concept"))
    revised = [_revision(row, correct) for row in standing if row.correct != correct]
    Evidence.objects.bulk_create(revised)
    known = {row.concept_id: row.concept for row in standing}
    _replay(learner, [known[row.concept_id] for row in revised])
    return revised


def withdraw_evidence(*, learner: User, source_type: str, source_id: UUID) -> int:
    """Forget what a source showed that never happened, as an undone review; how many pieces.

    A source that was misjudged is revised instead.
    """
    return withdraw_sources(learner=learner, source_type=source_type, source_ids=[source_id])


@transaction.atomic
def withdraw_sources(*, learner: User, source_type: str, source_ids: Iterable[UUID]) -> int:
    """The same for many sources at once; the number of queries does not depend on how many."""
    take_turns(learner)
    mine = Evidence.objects.filter(
        learner=learner, source_type=source_type, source_id__in=list(source_ids)
    )
    concepts = list(Concept.objects.filter(evidence__in=mine).distinct())
    deleted, _ = mine.delete()
    _replay(learner, concepts)
    left = Evidence.objects.filter(learner=learner, concept__in=concepts).values("concept")
    Mastery.objects.filter(learner=learner, concept__in=concepts).exclude(concept__in=left).delete()
    return deleted


@transaction.atomic
def recompute_mastery(*, learner: User) -> int:
    """Derive a learner's mastery from the log alone; how many concepts that is."""
    take_turns(learner)
    concepts = list(Concept.objects.filter(evidence__learner=learner).distinct())
    Mastery.objects.filter(learner=learner).exclude(concept__in=concepts).delete()
    _replay(learner, concepts)
    return len(concepts)


@transaction.atomic
def retarget_mastery(*, learner: User) -> None:
    """Work out anew when each concept falls below the learner's target, after they changed it."""
    take_turns(learner)
    target = target_mastery(learner)
    rows = list(Mastery.objects.filter(learner=learner))
    for row in rows:
        row.forgets_at = memory_of(row).falls_below(target)
    Mastery.objects.bulk_update(rows, ["forgets_at"], batch_size=500)


def memory_of(row: Mastery) -> Memory:
    return Memory(
        stability=row.stability,
        difficulty=row.difficulty,
        right=row.right,
        wrong=row.wrong,
        count=row.evidence_count,
        last=row.last_practiced,
    )


def sign_of(row: Evidence) -> Sign:
    return Sign(
        correct=row.correct,
        at=row.occurred_at.astimezone(UTC),
        weight=row.weight,
        hint_used=row.hint_used,
        spontaneous=row.spontaneous,
    )


def fold(rows: Iterable[Evidence], memory: Memory | None = None) -> Memory | None:
    for row in rows:
        memory = remember(memory, sign_of(row))
    return memory


def take_turns(learner: User) -> None:
    """Two tabs that show something of one learner at once are written one after the other. Comes
    before every other lock."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=learner.pk)


def _row(learner: User, sign: Shown, now: datetime) -> Evidence:
    return Evidence(
        learner=learner,
        concept_id=sign.concept.pk,
        surface=sign.surface,
        skill=sign.skill,
        correct=sign.correct,
        weight=sign.weight,
        hint_used=sign.hint_used,
        spontaneous=sign.spontaneous,
        source_type=sign.source_type,
        source_id=sign.source_id,
        occurred_at=now,
    )


def _revision(row: Evidence, correct: bool) -> Evidence:
    copied = {
        field.attname: getattr(row, field.attname)
        for field in Evidence._meta.concrete_fields
        if field.attname not in ("id", "created_at")
    }
    return Evidence(**{**copied, "id": new_id(), "correct": correct, "revision": row.revision + 1})


def _append(rows: list[Evidence]) -> list[Evidence]:
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)
    written = set(
        Evidence.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    return [row for row in rows if row.pk in written]


def _advance(
    learner: User, rows: Sequence[Evidence], concepts: Mapping[UUID, Concept], *, now: datetime
) -> None:
    stored = Mastery.objects.filter(learner=learner, concept__in=concepts)
    known = {row.concept_id: row for row in stored}
    by_concept: dict[UUID, list[Evidence]] = defaultdict(list)
    for row in counted(rows):
        by_concept[row.concept_id].append(row)
    late = [key for key in by_concept if key in known and known[key].last_practiced >= now]
    memories = {
        key: fold(signs, memory_of(known[key]) if key in known else None)
        for key, signs in by_concept.items()
        if key not in late
    }
    _write(learner, {concepts[key]: memory for key, memory in memories.items() if memory})
    # What is older than the last sign on record belongs before it: the log is read again.
    _replay(learner, [concepts[key] for key in late])


def _replay(learner: User, concepts: Sequence[Concept]) -> None:
    if not concepts:
        return
    log: dict[UUID, list[Evidence]] = defaultdict(list)
    for row in Evidence.objects.filter(learner=learner, concept__in=concepts):
        log[row.concept_id].append(row)
    memories = {concept: fold(counted(log[concept.pk])) for concept in concepts}
    _write(learner, {concept: memory for concept, memory in memories.items() if memory})


def _write(learner: User, memories: Mapping[Concept, Memory]) -> None:
    target = target_mastery(learner)
    Mastery.objects.bulk_create(
        [
            Mastery(
                learner=learner,
                concept=concept,
                language=concept.language,
                kind=concept.kind,
                stability=memory.stability,
                difficulty=memory.difficulty,
                right=memory.right,
                wrong=memory.wrong,
                evidence_count=memory.count,
                last_practiced=memory.last,
                forgets_at=memory.falls_below(target),
            )
            for concept, memory in memories.items()
        ],
        update_conflicts=True,
        unique_fields=["learner", "concept"],
        update_fields=_MEMORY_FIELDS,
        batch_size=1000,
    )
