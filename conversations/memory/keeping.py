"""What a learner does with what is remembered of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai.embeddings import content_hash
from ai.models import CachedEmbedding
from config.errors import DomainError, NotFound
from conversations.memory import profile
from conversations.memory.models import MAX_CONTENT, Memory
from conversations.models import Conversation
from learning.models import Companion

CHANGEABLE: Final = ("content", "pinned", "namespace", "companion_id")


@transaction.atomic
def change(*, memory: Memory, changes: Mapping[str, Any], now: datetime) -> Memory:
    """Take `content`, `pinned`, `namespace` and `companion_id` (None: told to every companion).

    A rewritten memory is the learner's own words: it counts as said now, and what the old words
    had put in the profile goes. So it does when it is made private to a companion, since everyone
    reads the profile. Pinning brings an archived one back. Raises DomainError, also for a
    companion that the learner does not see.
    """
    memory = _locked(memory)
    _check_companion(memory, changes.get("companion_id"))
    content = changes.get("content", memory.content).strip()
    if not 0 < len(content) <= MAX_CONTENT:
        raise DomainError(details={"content": [_("Use 1 to %d characters.") % MAX_CONTENT]})
    if content != memory.content:
        _forget_vector(memory)
        unfill(memory=memory)
        memory.content, memory.edited, memory.said_at = content, True, now
        memory.language = memory.learner.native_language
        memory.embedding, memory.embedder = None, ""
    if changes.get("companion_id"):
        unfill(memory=memory)
    for name in ("pinned", "namespace", "companion_id"):
        if name in changes:
            setattr(memory, name, changes[name])
    if memory.pinned:
        memory.archived_at = None
    memory.save()
    return memory


@transaction.atomic
def change_as_asked(*, memory: Memory, wanted: Mapping[str, Any], now: datetime) -> None:
    """`CHANGEABLE`, `no_longer_true` and `in_profile` (False), in one go. Raises DomainError."""
    changes = {name: wanted[name] for name in CHANGEABLE if name in wanted}
    if changes:
        change(memory=memory, changes=changes, now=now)
    if wanted.get("no_longer_true"):
        expire(memory=memory, now=now)
    if wanted.get("in_profile") is False:
        unfill(memory=memory)


@transaction.atomic
def expire(*, memory: Memory, now: datetime) -> Memory:
    """No longer true: kept as it was until now, told no more."""
    memory = _locked(memory)
    if memory.valid_to is None:
        memory.valid_to = max(now, memory.valid_from)
        memory.pinned = False
        memory.save()
        unfill(memory=memory)
    return memory


@transaction.atomic
def forget(*, memory: Memory) -> int:
    """Delete it with all that came of it: what it superseded, its proofs, where it was told, its
    vectors, and what it put in the profile. How many memories that is."""
    chain = _with_superseded(_locked(memory))
    profile.take_back(memory.learner, chain)
    for one in chain:
        _forget_vector(one)
    Memory.objects.filter(pk__in=[one.pk for one in chain]).delete()
    return len(chain)


@transaction.atomic
def forget_everything(*, learner: User) -> int:
    memories = list(Memory.objects.filter(learner=learner).select_for_update())
    profile.take_back(learner, memories)
    for memory in memories:
        _forget_vector(memory)
    Memory.objects.filter(learner=learner).delete()
    return len(memories)


def keep_nothing_unread(companion: Companion) -> None:
    """A companion ends. What was said to one that keeps things to itself, and is not read yet,
    could be remembered for everyone only: it is not read at all."""
    if companion.keeps_private:
        talks = Conversation.objects.filter(companion=companion)
        talks.update(memory_read_at=timezone.now())


def _check_companion(memory: Memory, companion_id: UUID | None) -> None:
    if companion_id is None or companion_id == memory.companion_id:
        return
    if not Companion.objects.visible_to(memory.learner).filter(pk=companion_id).exists():
        raise DomainError(details={"companion_id": [_("There is no such companion.")]})


def unfill(*, memory: Memory) -> None:
    """Take out of the profile what the memory put in, for good."""
    profile.take_back(memory.learner, [memory])
    memory.filled = []
    Memory.objects.filter(pk=memory.pk).update(filled=[])


def unfill_all(*, learner: User) -> None:
    """While memory is off, the profile holds only what the learner put in themselves."""
    profile.take_back(learner, Memory.objects.filter(learner=learner).exclude(filled=[]))


def refill_profile(*, learner: User) -> None:
    for memory in Memory.objects.standing().filter(learner=learner).exclude(filled=[]):
        for one in memory.filled:
            profile.fill(memory, field=one["field"], value=one["value"])


def _locked(memory: Memory) -> Memory:
    """Raises NotFound for one that another tab has forgotten this moment."""
    rows = Memory.objects.select_for_update(of=("self",)).select_related("learner")
    held = rows.filter(pk=memory.pk).first()
    if held is None:
        raise NotFound
    return held


def _with_superseded(memory: Memory) -> list[Memory]:
    chain, latest = [memory], [memory]
    while latest:
        latest = list(Memory.objects.filter(superseded_by__in=latest).defer("embedding"))
        chain += latest
    return chain


def _forget_vector(memory: Memory) -> None:
    """The cache of vectors is shared; a vector others need is made again."""
    CachedEmbedding.objects.filter(content_hash=content_hash(memory.content)).delete()
