from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from config.errors import NotFound
from conversations.memory.models import Memory, MemoryConsent, MemoryEvidence

NOW, BEFORE, AWAY, ALL = "now", "before", "away", "all"
STATES: Final[Mapping[str, Q]] = {
    NOW: Q(valid_to__isnull=True, archived_at__isnull=True),
    BEFORE: Q(valid_to__isnull=False),
    AWAY: Q(valid_to__isnull=True, archived_at__isnull=False),
    ALL: Q(),
}
"""True now; true before; put away because it came up no more."""


def memories_of(
    user: User, *, state: str = NOW, namespace: str = "", type: str = "", search: str = ""
) -> QuerySet[Memory]:
    """The user's own, with their proofs: the pinned first, then what was said last."""
    proofs = MemoryEvidence.objects.select_related("message__conversation").order_by("-pk")
    rows = Memory.objects.visible_to(user).filter(STATES[state])
    if namespace:
        rows = rows.filter(namespace=namespace)
    if type:
        rows = rows.filter(type=type)
    for word in search.split()[:8]:
        rows = rows.filter(Q(content__icontains=word) | Q(evidence__quote__icontains=word))
    rows = rows.distinct() if search else rows
    proven = rows.defer("embedding").prefetch_related(Prefetch("evidence", queryset=proofs))
    return proven.order_by("-pinned", "-said_at", "-pk")


def memory_for(user: User, memory_id: UUID) -> Memory:
    found = memories_of(user, state=ALL).filter(pk=memory_id).select_related("learner").first()
    if found is None:
        raise NotFound
    return found


def consent_of(user: User) -> MemoryConsent:
    """What they said; without a row they were not asked yet, which is no."""
    found = MemoryConsent.objects.filter(learner=user).first()
    return found or MemoryConsent(learner=user)


def was_asked(user: User) -> bool:
    return MemoryConsent.objects.filter(learner=user).exists()


def counts_of(user: User) -> dict[str, int]:
    """How many memories there are in each state."""
    states = {name: Count("pk", filter=rule) for name, rule in STATES.items() if name != ALL}
    counted: dict[str, int] = Memory.objects.visible_to(user).aggregate(**states)
    return counted


def shared_memories(*, learner_id: UUID, now: datetime, limit: int = 12) -> list[dict[str, Any]]:
    """What a learner lets their human tutor know: `[{content, namespace, since, quote}]`, the
    important first. Empty unless they remember and share. Nothing private to a companion."""
    proofs = MemoryEvidence.objects.order_by("-pk")
    rows = (
        Memory.objects.standing()
        .filter(
            learner=learner_id,
            companion_id__isnull=True,
            learner__memory_consent__given=True,
            learner__memory_consent__share_with_tutor=True,
        )
        .exclude(learner__memory_consent__paused_until__gt=now)
        .defer("embedding")
        .prefetch_related(Prefetch("evidence", queryset=proofs))
        .order_by("-pinned", "-importance", "-said_at")
    )
    return [
        {
            "content": memory.content,
            "namespace": memory.namespace,
            "since": memory.valid_from,
            "quote": next((proof.quote for proof in memory.evidence.all()), ""),
        }
        for memory in rows[:limit]
    ]
